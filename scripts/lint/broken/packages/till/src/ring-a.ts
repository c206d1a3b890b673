// A ring made of types alone is still a ring.
import type { B } from './ring-b.ts'
export type A = { b: B }
