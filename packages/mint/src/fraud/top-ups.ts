// What became of top-ups, by instrument and by the day's name of the network address; funding notes it, and asks before more comes in.

import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { visitorOf } from '../rate.ts'
import { mayTopUp } from './assess.ts'
import { dayMs, dayOf, type Finding, type TopUpFacts } from './facts.ts'

/** A top-up, and what became of it. */
export interface TopUpNote {
  /** Funding's own id: the same one with the same outcome counts once. */
  readonly id: string
  readonly unit: string
  readonly method: string
  /** Minor units. */
  readonly amount: number
  /** `refused`: a rule said no once the instrument was known. */
  readonly outcome: 'declined' | 'refused' | 'paid' | 'withdrawn'
  /** The processor's word for the card or account. */
  readonly instrument?: string
  /** Where the request came from. It is not kept: only its name for today. */
  readonly address?: string | undefined
  /** That name, where who notes this kept it instead of the address. */
  readonly addressName?: string | undefined
}

/** A top-up that somebody wants to make. */
export type TopUpAttempt = Pick<TopUpNote, 'unit' | 'method' | 'amount' | 'instrument' | 'address' | 'addressName'> & {
  /** Funding's id of one that was noted as paid beforehand: it does not stand in its own way. */
  readonly id?: string
}

/** What is worked with. */
export type TopUpDeps = Pick<Deps, 'office' | 'random' | 'config'>

const keepDays = 61
const declinesMs = 2 * 3_600_000

/** Keeps what became of a top-up. @throws {TuppenceError} `storage-unavailable`. */
export async function noteTopUp(deps: TopUpDeps, note: TopUpNote, nowMs: number): Promise<void> {
  const { id, unit, method, amount, outcome, instrument } = note
  const address = note.addressName ?? (await addressName(deps, note.address, nowMs))
  await deps.office.db
    .insertInto('fraud_top_ups')
    .values({
      id: `${id}/${outcome}`,
      unit,
      method,
      amount,
      outcome,
      instrument: instrument ?? null,
      address: address ?? null,
      at_ms: nowMs,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/**
 * What the rules say of a top-up: at the quote, and again before it is captured, when its instrument is known.
 *
 * @returns Findings; any in mode `enforce` refuses it.
 */
export async function topUpFindings(
  deps: TopUpDeps,
  attempt: TopUpAttempt,
  nowMs: number,
): Promise<readonly Finding[]> {
  return mayTopUp(await topUpFacts(deps, attempt, nowMs), deps.config.fraud)
}

/** What is known of a top-up that somebody wants to make. */
export async function topUpFacts(deps: TopUpDeps, attempt: TopUpAttempt, nowMs: number): Promise<TopUpFacts> {
  const { unit, method, amount, instrument } = attempt
  const { db } = deps.office
  const address = attempt.addressName ?? (await addressName(deps, attempt.address, nowMs))
  const moved =
    instrument === undefined
      ? []
      : await db
          .selectFrom('fraud_top_ups')
          .select(['amount', 'outcome', 'at_ms'])
          .where('instrument', '=', instrument)
          .where('unit', '=', unit)
          .where('outcome', 'in', ['paid', 'withdrawn'])
          .where('at_ms', '>', nowMs - 30 * dayMs)
          .where('id', '!=', `${attempt.id ?? ''}/paid`)
          .execute()
  const near =
    address === undefined
      ? []
      : await db
          .selectFrom('fraud_top_ups')
          .select(['instrument', 'outcome', 'at_ms'])
          .where('address', '=', address)
          .where('outcome', '!=', 'withdrawn')
          .execute()
  const others = new Set(near.map((row) => row.instrument).filter((other) => other !== null && other !== instrument))
  return {
    nowMs,
    unit,
    method,
    amount,
    ...(instrument === undefined ? {} : { instrument }),
    movements: moved.map((row) => ({
      atMs: row.at_ms,
      amount: row.outcome === 'withdrawn' ? -row.amount : row.amount,
    })),
    ...(address === undefined
      ? {}
      : {
          address: {
            otherInstruments: others.size,
            declinesMs: near
              .filter((row) => row.outcome === 'declined' && row.at_ms > nowMs - declinesMs)
              .map((row) => row.at_ms),
          },
        }),
  }
}

/** Takes back the note of a top-up that was noted as paid before it was, and came to nothing. */
export async function unnoteTopUp({ office }: Pick<Deps, 'office'>, id: string): Promise<void> {
  await office.db.deleteFrom('fraud_top_ups').where('id', '=', `${id}/paid`).execute()
}

/** Forgets what no rule looks at any more: salts of days that are over, names under them, old top-ups. */
export async function forgetTopUps({ office }: Pick<Deps, 'office'>, nowMs: number): Promise<void> {
  const today = dayOf(nowMs)
  await office.db.deleteFrom('fraud_salts').where('day_at_ms', '<', today).execute()
  await office.db
    .updateTable('fraud_top_ups')
    .set({ address: null })
    .where('at_ms', '<', today)
    .where('address', 'is not', null)
    .execute()
  await office.db
    .deleteFrom('fraud_top_ups')
    .where('at_ms', '<', nowMs - keepDays * dayMs)
    .execute()
}

const saltBytes = 32

/** Today's name of an address: the same all day, and nothing once the salt is gone. */
export async function addressName(
  { office, random }: Pick<Deps, 'office' | 'random'>,
  address: string | undefined,
  nowMs: number,
): Promise<string | undefined> {
  if (address === undefined) return undefined
  const today = dayOf(nowMs)
  const find = () =>
    office.db.selectFrom('fraud_salts').select('salt').where('day_at_ms', '=', today).executeTakeFirst()
  let row = await find()
  if (row === undefined) {
    const salt = Buffer.from(random.bytes(saltBytes)).toString('hex')
    await office.db
      .insertInto('fraud_salts')
      .values({ day_at_ms: today, salt })
      .onConflict((conflict) => conflict.column('day_at_ms').doNothing())
      .execute()
    // Another mint may have been first.
    row = await find()
  }
  return createHash('sha256')
    .update(`${row?.salt}|${visitorOf(address)}`)
    .digest('hex')
    .slice(0, 32)
}
