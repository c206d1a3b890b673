// The other half of it.
import type { A } from './ring-a.ts'
export type B = { a: A }
