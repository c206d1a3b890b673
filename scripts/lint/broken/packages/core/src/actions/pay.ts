// The layer of actions/pay imports nothing above it, types included.
import type { A0 } from '@tuppence/till'
export type B0 = A0
import 'preact'
import 'node:fs'
import '../wallet.ts'
import '../index.ts'
import '../clients/mint.ts'
import type { Up } from '../db/idb.ts'
export type Down = Up
export * from '../../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
