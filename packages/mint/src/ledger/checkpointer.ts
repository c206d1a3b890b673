// Copies SQLite's log back into the database file on a thread of its own, so that no commit waits for it; sqlite.ts starts it.

import { Worker } from 'node:worker_threads'

/** How often is looked, and from how many pages (4 KiB) of log on is copied. */
const everyMs = 500
const pagesLeast = 6000

// Its own connection copies what is committed while the writer goes on: PASSIVE waits for nobody. The thread's text is here, as
// a file of its own would have to be found from source and from dist alike.
const thread = `
const { parentPort, workerData } = require('node:worker_threads')
const { DatabaseSync } = require('node:sqlite')
const { statSync } = require('node:fs')
const db = new DatabaseSync(workerData.path)
db.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON; PRAGMA wal_autocheckpoint = 0')
const timer = setInterval(() => {
  try {
    const { log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(NOOP)').get() ?? {}
    if (log - checkpointed >= workerData.pagesLeast) db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
  } catch {
    // Locked, or gone for a moment: there is a next time.
  }
}, workerData.everyMs)
parentPort.on('message', () => {
  clearInterval(timer)
  db.close()
  parentPort.close()
})
`

/** Starts the thread. @returns Ends it. */
export function startCheckpointer(path: string): () => Promise<void> {
  const worker = new Worker(thread, { eval: true, workerData: { path, everyMs, pagesLeast } })
  worker.unref()
  // Without it the writer checkpoints by itself, later and in between: nothing is lost.
  worker.on('error', () => {})
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  return async () => {
    worker.ref()
    worker.postMessage('end')
    await ended
  }
}
