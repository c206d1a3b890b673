// The layer of clients/mint imports nothing above it, types included.
import type { A0 } from '@tuppence/till'
export type B0 = A0
import 'preact'
import 'node:fs'
import '../wallet.ts'
import '../actions/pay.ts'
import '../db/idb.ts'
import type { Up } from '../state.ts'
export type Down = Up
export * from '../../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
