// The running hash of what one process has written to the journal, and the text that signs it off (S11); each store keeps one.

import { createHash } from 'node:crypto'
import type { Operation } from './port.ts'

/** What a checkpoint covers of an operation's row. */
export type JournalRow = Pick<Operation, 'hash' | 'kind' | 'unit' | 'atMs' | 'answer'> & { readonly sequence: number }

/** A hash over rows in the order of their sequence. */
export interface RunningHash {
  add(row: JournalRow): void
  /** 32 bytes over all rows so far. */
  digest(): Buffer
}

/** Starts a running hash for a writer. */
export function runningHash(writer: number): RunningHash {
  const hash = createHash('sha256').update(`tuppence journal ${writer}\n`)
  return {
    add: ({ sequence, hash: request, kind, unit, atMs, answer }) => {
      // The answer comes last and its length first, so that no two journals read the same.
      hash.update(`${sequence} ${request} ${kind} ${unit} ${atMs} ${answer.length}\n${answer}\n`)
    },
    digest: () => hash.copy().digest(),
  }
}

/** The text that a writer's checkpoint signs. */
export function checkpointText(writer: number, sequence: number, digest: Uint8Array): string {
  return `tuppence checkpoint ${writer} ${sequence} ${Buffer.from(digest).toString('hex')}`
}
