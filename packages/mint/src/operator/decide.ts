// Deciding on what is held: who may, how many it takes, and the log of it; the operator's pages call it, each kind of thing says of
// itself what its subject is.

import { createHash, randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { canonicalJson, isTuppenceError } from '@tuppence/protocol'
import type { Office, OfficeTables } from '../office/office.ts'
import type { DecisionRow, SubjectKind } from '../office/tables/review.ts'

/** Something to be decided on, as it is now. */
export interface Subject {
  /** Digest of everything that a person goes by; see digestOf. */
  readonly seen: string
  /** Whether it waits for a decision. */
  readonly isHeld: boolean
  /** How many different people have to approve. */
  readonly peopleNeeded: number
  /** Whether nobody may approve it, whoever asks: a rule blocks it. */
  readonly isBlocked: boolean
  /** Who has a hand in it, by person, and which: they may not approve it. */
  readonly hands: Readonly<Record<string, 'planned' | 'changed-destination'>>
}

/** A kind of subject: how it is read, and what approval and rejection do, in the transaction that writes the decision down. */
export interface SubjectSource {
  readonly kind: SubjectKind
  /** Reads it, and keeps others from deciding on it until the transaction is over. */
  lock(within: Transaction<OfficeTables>, id: string): Promise<Subject | undefined>
  approve(within: Transaction<OfficeTables>, id: string, given: { person: string; nowMs: number }): Promise<unknown>
  /** Absent: it is approved, or left as it is. */
  reject?(within: Transaction<OfficeTables>, id: string, given: { reason: string; nowMs: number }): Promise<unknown>
}

/** What a person says. `seen` is of the page that they had before them. */
export interface Word {
  readonly person: string
  readonly verdict: DecisionRow['verdict']
  readonly note: string
  readonly seen: string
}

/** Why a word was not taken; nothing has changed then. */
export type Refused =
  | 'unknown'
  | 'not-held'
  | 'changed-since'
  | 'blocked'
  | 'own-plan'
  | 'own-destination'
  | 'decided-already'
  | 'note-missing'
  | 'note-too-long'

/** What came of a word. `missing`: how many more people have to approve. */
export type Decided =
  | { readonly status: 'noted' | 'approved' | 'rejected' }
  | { readonly status: 'recorded'; readonly missing: number }
  | { readonly status: 'refused'; readonly why: Refused }

const noteCharsMax = 2000

/** What a subject is recognised by: the SHA-256 of its facts, hex. */
export function digestOf(facts: unknown): string {
  return createHash('sha256').update(canonicalJson(facts)).digest('hex')
}

/**
 * Takes a person's word on something, and does what follows from it, in one transaction.
 *
 * An approval counts for what was seen, once for each person; who planned it, or changed where it goes, has no say in whether it
 * goes. The last approval that is needed releases it; one rejection refuses it.
 */
export async function decide(
  { db }: Pick<Office, 'db'>,
  source: SubjectSource,
  id: string,
  { word, nowMs }: { word: Word; nowMs: number },
): Promise<Decided> {
  if (word.note.length > noteCharsMax) return { status: 'refused', why: 'note-too-long' }
  if (word.verdict !== 'approve' && word.note === '') return { status: 'refused', why: 'note-missing' }
  try {
    return await db.transaction().execute(async (within): Promise<Decided> => {
      const subject = await source.lock(within, id)
      if (subject === undefined) return { status: 'refused', why: 'unknown' }
      const mayBe = word.verdict !== 'reject' || source.reject !== undefined
      const why = mayBe ? refusalOf(subject, word) : 'not-held'
      if (why !== undefined) return { status: 'refused', why }
      const row = { subject_kind: source.kind, subject_id: id, seen: subject.seen }
      const { person, verdict, note } = word
      await within
        .insertInto('decisions')
        .values({ id: randomUUID(), ...row, person, verdict, note, at_ms: nowMs })
        .execute()
      if (verdict === 'note') return { status: 'noted' }
      if (verdict === 'reject') {
        await source.reject?.(within, id, { reason: note, nowMs })
        return { status: 'rejected' }
      }
      const missing = subject.peopleNeeded - (await approvalsOf(within, row)).length
      if (missing > 0) return { status: 'recorded', missing }
      await source.approve(within, id, { person, nowMs })
      return { status: 'approved' }
    })
  } catch (error) {
    // The index on (subject, seen, person): this person has decided, here or on another page at the same moment.
    if (word.verdict !== 'note' && isTuppenceError(error, 'internal') && (await hasDecided(db, source, id, word)))
      return { status: 'refused', why: 'decided-already' }
    throw error
  }
}

function refusalOf(subject: Subject, { verdict, seen, person }: Word): Refused | undefined {
  if (verdict === 'note') return undefined
  if (!subject.isHeld) return 'not-held'
  if (seen !== subject.seen) return 'changed-since'
  if (verdict === 'reject') return undefined
  if (subject.isBlocked) return 'blocked'
  const hand = subject.hands[person]
  if (hand === undefined) return undefined
  return hand === 'planned' ? 'own-plan' : 'own-destination'
}

/** Writes into the log what a person did beside approving and rejecting. */
export async function logAction(
  { db }: Pick<Office, 'db'>,
  { kind, id, person, note }: { kind: SubjectKind; id: string; person: string; note: string },
  nowMs: number,
): Promise<void> {
  const row = { subject_kind: kind, subject_id: id, seen: '', person, verdict: 'note', note, at_ms: nowMs } as const
  await db
    .insertInto('decisions')
    .values({ id: randomUUID(), ...row })
    .execute()
}

/** Who has approved something as it is now, each once. */
export async function approvalsOf(
  db: Kysely<OfficeTables>,
  { subject_kind: kind, subject_id: id, seen }: Pick<DecisionRow, 'subject_kind' | 'subject_id' | 'seen'>,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('decisions')
    .select('person')
    .distinct()
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .where('seen', '=', seen)
    .where('verdict', '=', 'approve')
    .execute()
  return rows.map(({ person }) => person)
}

async function hasDecided(
  db: Kysely<OfficeTables>,
  { kind }: Pick<SubjectSource, 'kind'>,
  id: string,
  { person, seen }: Word,
): Promise<boolean> {
  const row = await db
    .selectFrom('decisions')
    .select('id')
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .where('seen', '=', seen)
    .where('person', '=', person)
    .where('verdict', '<>', 'note')
    .executeTakeFirst()
  return row !== undefined
}

/** What was ever said of something, the oldest first. */
export function historyOf({ db }: Pick<Office, 'db'>, kind: SubjectKind, id: string): Promise<readonly DecisionRow[]> {
  return db
    .selectFrom('decisions')
    .selectAll()
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .orderBy('at_ms')
    .orderBy('id')
    .execute()
}

/** The log, the newest first: so many rows before a moment. */
export function decisionLog(
  { db }: Pick<Office, 'db'>,
  { beforeMs, rowsMax }: { beforeMs: number; rowsMax: number },
): Promise<readonly DecisionRow[]> {
  return db
    .selectFrom('decisions')
    .selectAll()
    .where('at_ms', '<', beforeMs)
    .orderBy('at_ms', 'desc')
    .orderBy('id')
    .limit(rowsMax)
    .execute()
}
