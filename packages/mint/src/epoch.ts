// Refuses to start on a ledger older than the one last served (S9): a restored backup would make spent coins good again.

import { TuppenceError } from '@tuppence/protocol'
import type { Ledger } from './ledger/port.ts'
import { reach } from './failpoint.ts'
import { readIfExists, writePrivate } from './secret-file.ts'

interface Mark {
  readonly epoch: number
  readonly sequence: number
}

/**
 * Checks the ledger against the mark beside it, and starts a new epoch.
 *
 * @param mayJoin - Whether a ledger without a mark may be one that other mints serve, which this one joins.
 * @returns `note`, which records how far the ledger has come; call it now and then, and before closing.
 * @throws {TuppenceError} `storage-corrupt` The ledger is behind its mark: a stale backup.
 */
export async function startEpoch(
  ledger: Ledger,
  file: string,
  { mayJoin = false }: { mayJoin?: boolean } = {},
): Promise<{ note: () => Promise<void> }> {
  if (await ledger.isBackup()) throw stale(file, 'it says that it is one; `tuppence-mint restore` puts it back')
  const mark = readMark(file)
  const position = await ledger.position()
  if (mark === undefined && position.epoch > 0 && !mayJoin) {
    throw stale(file, `the epoch file is missing, the ledger is at epoch ${position.epoch}`)
  }
  if (mark !== undefined && (position.epoch < mark.epoch || position.sequence < mark.sequence)) {
    throw stale(
      file,
      `the ledger is at ${position.epoch}/${position.sequence}, it was last at ${mark.epoch}/${mark.sequence}`,
    )
  }
  // The ledger first: if the machine stops in between, the ledger is ahead of its mark, which no backup can be.
  await ledger.nextEpoch()
  let noted = ''
  const note = async () => {
    const text = `${JSON.stringify(await ledger.position())}\n`
    if (text === noted) return
    writePrivate(file, text)
    reach('epoch-noted')
    noted = text
  }
  await note()
  return { note }
}

/** Reads a mark; undefined when there is none. @throws {TuppenceError} `storage-corrupt`. */
export function readMark(file: string): Mark | undefined {
  const text = readIfExists(file)
  if (text === undefined) return undefined
  try {
    const { epoch, sequence } = JSON.parse(text) as Mark
    if (Number.isSafeInteger(epoch) && Number.isSafeInteger(sequence)) return { epoch, sequence }
  } catch {
    // Told below, like any other text that is no mark.
  }
  throw new TuppenceError('storage-corrupt', { details: { file }, message: `${file} is not an epoch file` })
}

function stale(file: string, reason: string): TuppenceError {
  return new TuppenceError('storage-corrupt', {
    details: { file },
    message: `refusing to start on what looks like a restored backup: ${reason} (see the README, "Epoch")`,
  })
}
