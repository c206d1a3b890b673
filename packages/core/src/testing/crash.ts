/** A storage that dies at a chosen write, as a browser does: for crash tests. */
import type { Db } from '../tables.ts'

/** Where to die: around the n-th write, counted from 1. `before`: it never happens. `after`: it does, and nobody hears. */
export type CrashPoint = { readonly write: number; readonly side: 'before' | 'after' }

/** What is thrown at and after a crash. No action may catch it. */
export class Crash extends Error {}

/** A view of a storage that dies. `writes` counts what was asked for. */
export function crashingDb(
  inner: Db,
  point?: CrashPoint,
): Db & { readonly writes: () => number; readonly isDead: () => boolean } {
  let writes = 0
  let dead = false
  const alive = () => {
    if (dead) throw new Crash('dead')
  }
  return {
    transact: async (stores, mode, body) => {
      alive()
      if (mode === 'read') return inner.transact(stores, mode, body)
      writes += 1
      const here = point?.write === writes
      if (here && point.side === 'before') {
        dead = true
        throw new Crash('before a write')
      }
      const result = await inner.transact(stores, mode, body)
      if (here) {
        dead = true
        throw new Crash('after a write')
      }
      return result
    },
    close: () => {},
    writes: () => writes,
    isDead: () => dead,
  }
}
