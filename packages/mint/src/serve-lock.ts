// One mint at a time serves a data folder: a second would share the ledger's file and stall on it; mint.ts takes the lock.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TuppenceError } from '@tuppence/protocol'

/** How often a lock that another mint holds is tried again, and how long: it has to drain. */
const tryEveryMs = 20
const waitMaxMs = 30_000

/** A lock that is held. */
export interface ServeLock {
  release(): void
}

/**
 * Waits for the mint that serves a data folder to end, and takes its place.
 *
 * @throws {TuppenceError} `storage-unavailable` It has not ended within half a minute.
 */
export async function waitForServeLock(dataDir: string): Promise<ServeLock> {
  const startedMs = performance.now()
  for (;;) {
    try {
      return takeServeLock(dataDir)
    } catch (error) {
      if (performance.now() - startedMs > waitMaxMs) throw error
      await new Promise((resolve) => setTimeout(resolve, tryEveryMs))
    }
  }
}

/**
 * Takes the lock of a data folder until released. The system frees it when the process dies, however it dies.
 *
 * SQLite's own file lock does it, since Node has none: an exclusive transaction that never ends.
 *
 * @throws {TuppenceError} `storage-unavailable` Another process holds it.
 */
export function takeServeLock(dataDir: string): ServeLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(join(dataDir, 'serve.lock'))
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    throw new TuppenceError('storage-unavailable', { cause, message: `another mint is serving ${dataDir}` })
  }
  return { release: () => db.close() }
}
