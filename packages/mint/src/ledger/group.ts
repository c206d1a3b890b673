// Group commit without a timer: what queued while the last commit ran is the next batch; app.ts submits through it.

import { assert, isTuppenceError, TuppenceError } from '@tuppence/protocol'
import type { Ledger, Operation, Outcome } from './port.ts'

interface Waiting {
  readonly operation: Operation
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

/** Submits one operation and resolves once it is durable, or refused. */
export type Submit = (operation: Operation) => Promise<Outcome>

/** Bounds of the queue in front of the ledger. */
export interface GroupLimits {
  readonly batchMax: number
  readonly queueMax: number
}

/**
 * Commits a batch. Where the ledger throws it back for what is in it, each operation goes alone: one that can never be
 * done must not take its neighbours with it. Where the store is down, all of them fail, and nobody tries again here.
 */
async function settle(commit: Ledger['commit'], batch: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await commit(batch.map((waiting) => waiting.operation))
    for (const [index, waiting] of batch.entries()) waiting.resolve(outcomes[index] as Outcome)
  } catch (error) {
    if (batch.length > 1 && isTuppenceError(error, 'internal')) {
      for (const waiting of batch) await settle(commit, [waiting])
      return
    }
    for (const waiting of batch) waiting.reject(error)
  }
}

/**
 * Makes a queue in front of a ledger: one commit at a time, each taking all that waits (up to `batchMax`).
 *
 * @returns `submit`, `waiting` (how many do), and `drained`, which resolves when nothing waits; nothing may be submitted after it is called.
 * @throws {TuppenceError} `overloaded` The queue is full; nothing was done.
 */
export function createGroupCommit(
  commit: Ledger['commit'],
  { batchMax, queueMax }: GroupLimits,
): { submit: Submit; drained: () => Promise<void>; waiting: () => number } {
  const queue: Waiting[] = []
  let pumping: Promise<void> | undefined

  const pump = async () => {
    // One turn of the event loop, so that the requests of one poll share a commit even with nothing running before.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const batch = queue.splice(0, batchMax)
      await settle(commit, batch)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    pumping = undefined
  }

  return {
    submit: (operation) => {
      if (queue.length >= queueMax) return Promise.reject(new TuppenceError('overloaded'))
      return new Promise<Outcome>((resolve, reject) => {
        queue.push({ operation, resolve, reject })
        pumping ??= pump()
      })
    },
    waiting: () => queue.length,
    drained: async () => {
      await pumping
      assert(queue.length === 0, 'nothing is submitted once the mint drains')
    },
  }
}
