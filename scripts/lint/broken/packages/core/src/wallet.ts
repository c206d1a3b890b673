// core speaks to others over HTTP and draws nothing.
import type { A0 } from '@tuppence/widget'
export type B0 = A0
import '@tuppence/mint'
import '@tuppence/till'
import '@tuppence/embed/define'
import 'preact/hooks'
import 'node:fs'
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
