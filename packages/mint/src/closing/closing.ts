// Whether the mint is winding down, until when, and what is still out: mint.ts keeps it fresh, issue, keys and info ask it.

import { randomUUID } from 'node:crypto'
import type { KeysetRow, Ledger } from '../ledger/port.ts'
import type { Office } from '../office/office.ts'
import type { WindDownRow } from '../office/tables/review.ts'
import type { Clock } from '../ports.ts'

/** A mint that closes: top-ups have stopped, and after `untilMs` its coins are worth nothing here. */
export interface WindDown {
  readonly untilMs: number
  readonly notice: string
  readonly rest: string
  readonly sinceMs: number
}

/** What the rest of the mint asks. */
export interface Closing {
  /** The winding down that holds now; undefined of a mint that stays open. */
  current(): WindDown | undefined
  /** Minor units that are still out, by unit, as of the last look; empty of a mint that stays open. */
  outstanding(): Readonly<Record<string, number>>
  /** Looks again: the command line may have said something. */
  refresh(ledger?: Ledger): Promise<void>
}

/** Reads how it stands, then keeps it in memory: every quote and every coin asks. */
export async function openClosing(office: Office): Promise<Closing> {
  let current: WindDown | undefined
  let outstanding: Readonly<Record<string, number>> = {}
  const refresh = async (ledger?: Ledger) => {
    current = await readWindDown(office)
    outstanding = current === undefined || ledger === undefined ? {} : totalsOf(await outstandingOf(ledger))
  }
  await refresh()
  return { current: () => current, outstanding: () => outstanding, refresh }
}

/** What the newest step says. */
export async function readWindDown({ db }: Pick<Office, 'db'>): Promise<WindDown | undefined> {
  const rows = await db.selectFrom('wind_downs').selectAll().orderBy('at_ms').execute()
  const newest = rows.at(-1)
  if (newest?.step !== 'closing') return undefined
  const sinceMs = rows.findLast(({ step }, index) => step === 'closing' && rows[index - 1]?.step !== 'closing')?.at_ms
  const { until_ms: untilMs, notice, rest } = newest
  return { untilMs, notice, rest, sinceMs: sinceMs ?? newest.at_ms }
}

/** Writes a step down. */
export async function writeWindDown(
  { db }: Pick<Office, 'db'>,
  step: Omit<WindDownRow, 'id' | 'at_ms'>,
  nowMs: number,
): Promise<void> {
  const newest = await db.selectFrom('wind_downs').select('at_ms').orderBy('at_ms', 'desc').executeTakeFirst()
  // Steps are told apart by their time, also after a clock was set back.
  const atMs = Math.max(nowMs, (newest?.at_ms ?? 0) + 1)
  await db
    .insertInto('wind_downs')
    .values({ id: randomUUID(), ...step, at_ms: atMs })
    .execute()
}

/** Coins of a keyset that are still out, in minor units. */
export interface Outstanding {
  readonly keyset: string
  readonly unit: string
  readonly active: boolean
  readonly amount: number
  /** Unix seconds. */
  readonly finalExpiry: number | undefined
}

/** Whether coins of a keyset are worth nothing any more (NUT-02), by its own expiry or because the mint has closed. */
export function isOver(
  { clock, closing }: { clock: Clock; closing: Closing },
  { finalExpiry }: Pick<KeysetRow, 'finalExpiry'>,
): boolean {
  const endMs = Math.min(
    finalExpiry === undefined ? Infinity : finalExpiry * 1000,
    closing.current()?.untilMs ?? Infinity,
  )
  return endMs <= clock.nowMs()
}

/** Whether top-ups by a method go on: a mint that winds down takes none, but for vouchers, which are paid for already. */
export function takesMoney({ closing }: { closing: Closing }, method: string): boolean {
  return closing.current() === undefined || method === 'voucher'
}

/** What is out, by keyset, the newest first; those of which nothing is out are left out, but for the active ones. */
export async function outstandingOf(ledger: Pick<Ledger, 'keysets' | 'balances'>): Promise<readonly Outstanding[]> {
  const rows = await ledger.keysets()
  const all = await Promise.all(
    rows.map(async ({ id, unit, active, finalExpiry }) => {
      const balances = await ledger.balances(`outstanding:${id}`)
      return { keyset: id, unit, active, finalExpiry, amount: balances.reduce((sum, { balance }) => sum + balance, 0) }
    }),
  )
  return all.filter(({ active, amount }) => active || amount !== 0).toReversed()
}

/** By unit. */
export function totalsOf(outstanding: readonly Outstanding[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {}
  for (const { unit, amount } of outstanding) totals[unit] = (totals[unit] ?? 0) + amount
  return totals
}

/** What `/v1/info` tells everybody (NUT-06 `motd`), in a few sentences. */
export function noticeOf({ untilMs, notice, rest }: WindDown, name: string): string {
  const until = new Date(untilMs).toISOString().slice(0, 16).replace('T', ' ')
  const says = `${name} is closing: no more top-ups. Spend or withdraw what you have before ${until} UTC.`
  return [says, notice, rest].filter((text) => text !== '').join(' ')
}
