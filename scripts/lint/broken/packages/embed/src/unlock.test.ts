// Not even in a test.
import type { A0 } from '@tuppence/core'
export type B0 = A0
import '@tuppence/widget'
