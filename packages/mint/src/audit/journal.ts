// Reads the journal in order: gaps, what its answers say was signed, and the writers' checkpoints; audit.ts calls it.

import { checkpointText, runningHash, type JournalRow, type RunningHash } from '../ledger/journal.ts'
import type { OperationKind } from '../ledger/port.ts'
import type { Booked } from '../payout/book.ts'
import { all, each, type Books } from './books.ts'
import type { AuditMeans, AuditSource } from './port.ts'
import { fingerprintsIn } from './tally.ts'

/** What the journal's answers say, for later tables. */
export interface Journal {
  readonly depositAnswers: Map<number, { account?: string; amount?: number; reference?: string; offer?: string }>
  readonly refundAnswers: Map<number, { account?: string; amount?: number; reference?: string; unit?: string }>
  readonly meltAnswers: Set<string>
  readonly payouts: Map<number, PayoutInJournal>
}

/** A payout, or what became of it, as the journal has it. `answer` is what it says, checked by nobody yet. */
export interface PayoutInJournal {
  readonly kind: OperationKind
  readonly hash: string
  readonly answer: Partial<Booked>
}

/** Reads the journal in order: gaps, what the answers say was signed, and the writers' checkpoints. */
export async function readJournal(books: Books, means: AuditMeans): Promise<Journal> {
  const { source, find, units, kinds, signed, counts } = books
  const journal: Journal = {
    depositAnswers: new Map(),
    refundAnswers: new Map(),
    meltAnswers: new Set(),
    payouts: new Map(),
  }
  const checkpoints = await readCheckpoints(source)
  const hashes = new Map<number, RunningHash>()
  const last = new Map<number, number>()
  let before = 0
  const sql = 'SELECT sequence, hash, kind, unit, at_ms, answer, writer FROM operations ORDER BY sequence'
  await each(source, sql, ([sequenceValue, hash, kindValue, unit, atMs, answerValue, writerValue]) => {
    const sequence = Number(sequenceValue)
    const writer = Number(writerValue)
    const kind = String(kindValue) as OperationKind
    const answer = String(answerValue)
    counts.operations++
    if (source.gapless && sequence !== before + 1) find('S11', `operation ${before + 1}`, 'is missing')
    before = sequence
    units.set(sequence, String(unit))
    kinds.set(sequence, kind)
    const row: JournalRow = {
      sequence,
      kind,
      answer,
      hash: Buffer.from(hash as Uint8Array).toString('hex'),
      unit: String(unit),
      atMs: Number(atMs),
    }
    checkAnswer(row, { find, signed, journal })
    const running = hashes.get(writer) ?? runningHash(writer)
    hashes.set(writer, running)
    running.add(row)
    last.set(writer, sequence)
    const checkpoint = checkpoints.get(`${writer} ${sequence}`)
    if (checkpoint === undefined) return void (counts.unsigned += 1)
    checkpoints.delete(`${writer} ${sequence}`)
    const digest = running.digest()
    const isSigned = means.verifyCheckpoint(checkpointText(writer, sequence, digest), checkpoint.signature)
    if (!isSigned || !digest.equals(checkpoint.digest)) {
      find('S11', `checkpoint ${writer}/${sequence}`, 'does not cover the journal as it is')
    }
    counts.unsigned = 0
  })
  for (const name of checkpoints.keys()) find('S11', `checkpoint ${name}`, 'covers an operation that is not there')
  return journal
}

async function readCheckpoints(source: AuditSource) {
  const checkpoints = new Map<string, { digest: Buffer; signature: Uint8Array }>()
  const sql = 'SELECT writer, sequence, digest, signature FROM checkpoints'
  for (const [writer, sequence, digest, signature] of await all(source, sql)) {
    checkpoints.set(`${Number(writer)} ${Number(sequence)}`, {
      digest: Buffer.from(digest as Uint8Array),
      signature: signature as Uint8Array,
    })
  }
  return checkpoints
}

/** Compares what an answer says with what was signed, and keeps what later tables are compared with. */
function checkAnswer(
  { sequence, kind, answer, hash }: JournalRow,
  { find, signed, journal }: Pick<Books, 'find' | 'signed'> & { journal: Journal },
): void {
  if (kind === 'deposit') {
    journal.depositAnswers.set(sequence, readJson(answer))
    return
  }
  if (kind === 'refund') journal.refundAnswers.set(sequence, readJson(answer))
  if (kind.startsWith('payout')) journal.payouts.set(sequence, { kind, hash, answer: readJson(answer) })
  if (kind === 'melt-paid') journal.meltAnswers.add(answer)
  const told =
    fingerprintsIn(answer, '"C_":"', 1) + fingerprintsIn(answer, '"e":"', 0) + fingerprintsIn(answer, '"s":"', 0)
  if (told !== signed.at(sequence)) find('S5', `operation ${sequence}`, 'its answer is not what was signed')
}

function readJson(text: string): Record<string, never> {
  try {
    return JSON.parse(text) as Record<string, never>
  } catch {
    return {}
  }
}
