// protocol knows neither side, keeps no state and does no I/O.
import type { A0 } from '@tuppence/core'
export type B0 = A0
import '@tuppence/mint'
import '@tuppence/till/hono'
import '@tuppence/widget'
import '@tuppence/embed'
import 'ky'
import 'node:fs'
import 'preact'
export * from '../../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
