// The mint knows coins and accounts.
import '@tuppence/core'
import '@tuppence/widget'
import '@tuppence/embed'
import type { A0 } from '@tuppence/till'
export type B0 = A0
import 'preact'
export * from '../../till/src/index.ts'
import '@tuppence/core/src/wallet.ts'
