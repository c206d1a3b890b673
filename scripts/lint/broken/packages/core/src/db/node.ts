// The Node adapter may import Node, and nothing else that core may not.
import type { A0 } from '@tuppence/till'
export type B0 = A0
import 'preact'
import '../actions/pay.ts'
export * from '../../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
