// The command sells; it holds no coins and draws nothing.
import type { A0 } from '@tuppence/core'
export type B0 = A0
import 'preact'
export * from '../../till/src/index.ts'
import '@tuppence/till/src/app.ts'
