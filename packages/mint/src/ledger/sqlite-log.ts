// Tends SQLite's log while a mint serves: gives it its size at once, and has it checkpointed on a thread; sqlite.ts calls it.

import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { startCheckpointer } from './checkpointer.ts'

/** Frames (4 KiB pages) that the log is given: one that grows makes each commit wait for the file system as well. */
const framesReady = 2048
/** Commits before that pays. */
const commitsBefore = 100

/** A log that is tended. */
export interface TendedLog {
  beforeCommit(): void
  stop(): Promise<void>
}

/** Begins to tend a database's log, once it has had some commits. @param walFramesMax - Of `wal_autocheckpoint`. */
export function tendLog(db: DatabaseSync, { path, walFramesMax }: { path: string; walFramesMax: number }): TendedLog {
  let commits = 0
  let stopCheckpointer: (() => Promise<void>) | undefined
  return {
    beforeCommit: () => {
      if (++commits !== commitsBefore) return
      growLog(db, path, walFramesMax)
      stopCheckpointer = startCheckpointer(path)
    },
    stop: async () => {
      await stopCheckpointer?.()
      stopCheckpointer = undefined
    },
  }
}

/** Lets the log have its size before there is a hurry: many small commits that nobody waits for, and one that is waited for. */
function growLog(db: DatabaseSync, path: string, walFramesMax: number): void {
  const { size } = statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? { size: 0 }
  if (size >= framesReady * 4096) return
  const note = db.prepare("INSERT OR REPLACE INTO meta VALUES ('log', ?)")
  db.exec('PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0')
  for (let frame = 0; frame < framesReady; frame++) note.run(frame)
  db.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${walFramesMax}`)
  db.exec("DELETE FROM meta WHERE name = 'log'")
  db.exec('PRAGMA wal_checkpoint(RESTART)')
}
