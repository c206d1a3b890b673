// The till keeps no coins.
import type { A0 } from '@tuppence/core'
export type B0 = A0
import '@tuppence/mint'
import '@tuppence/widget'
import '@tuppence/embed'
import 'preact'
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
