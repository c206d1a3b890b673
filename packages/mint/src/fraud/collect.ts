// Collects what is known of an account that is to be paid, out of the ledger's sums and the office's tables; payouts ask here.

import type { Deps } from '../deps.ts'
import { assessPayout } from './assess.ts'
import {
  dayMs,
  dayOf,
  type Finding,
  type IncomeDay,
  type PayoutFacts,
  type PlatformFacts,
  type ReportDay,
} from './facts.ts'
import { addUpIncome, type IncomeDeps } from './income.ts'
import { platformFacts, type AccountDays } from './platform.ts'

/** A payout that is about to be made. */
export interface PayoutProposal {
  readonly account: string
  readonly unit: string
  /** Minor units. */
  readonly amount: number
  /** What the destination is known by; the same word as top-ups have for their instruments. */
  readonly destinationFingerprint?: string
  /** Other accounts that are paid there. */
  readonly sameDestination?: number
}

const lookDays = 60

/**
 * What the rules say of a payout.
 *
 * @returns Findings, as assessPayout.
 * @throws {TuppenceError} `storage-unavailable`.
 */
export async function payoutFindings(
  deps: Pick<Deps, 'config' | 'office' | 'ledger'>,
  proposal: PayoutProposal,
  nowMs: number,
): Promise<readonly Finding[]> {
  return assessPayout(await payoutFacts(deps, proposal, nowMs), deps.config.fraud)
}

/** @see PayoutFacts */
export async function payoutFacts(deps: IncomeDeps, proposal: PayoutProposal, nowMs: number): Promise<PayoutFacts> {
  await addUpIncome(deps, nowMs)
  const { account, unit, amount, destinationFingerprint, sameDestination = 0 } = proposal
  const [own] = await accountDays(deps.office, { unit, account, fromMs: dayOf(nowMs) - lookDays * dayMs })
  const { db } = deps.office
  const paid = await db
    .selectFrom('fraud_paid')
    .select(['amount', 'at_ms'])
    .where('account', '=', account)
    .where('unit', '=', unit)
    .orderBy('sequence')
    .execute()
  return {
    account,
    unit,
    nowMs,
    amount,
    openedAtMs: own !== undefined && own.openedAtMs < Infinity ? own.openedAtMs : nowMs,
    paid: paid.map((row) => ({ atMs: row.at_ms, amount: row.amount })),
    income: own?.income ?? [],
    reports: own?.reports ?? [],
    topUpsByDestination: await topUpsBy(deps, unit, destinationFingerprint),
    sameDestination,
    platform: await platformOf(deps.office, unit, nowMs),
  }
}

const daysOfPlatform = 37
const platformGoodMs = 600_000
const platforms = new WeakMap<
  Deps['office'],
  Map<string, { readonly untilMs: number; readonly facts: PlatformFacts }>
>()

/** Kept for ten minutes, as a batch asks for each of its accounts. */
async function platformOf(office: Deps['office'], unit: string, nowMs: number): Promise<PlatformFacts> {
  const kept = platforms.get(office) ?? new Map<string, { untilMs: number; facts: PlatformFacts }>()
  platforms.set(office, kept)
  const known = kept.get(unit)
  if (known !== undefined && known.untilMs > nowMs && known.untilMs <= nowMs + platformGoodMs) return known.facts
  const facts = platformFacts(await accountDays(office, { unit, fromMs: dayOf(nowMs) - daysOfPlatform * dayMs }), nowMs)
  kept.set(unit, { untilMs: nowMs + platformGoodMs, facts })
  return facts
}

/** Days of one account, or of all. */
async function accountDays(
  office: Deps['office'],
  { unit, fromMs, account }: { unit: string; fromMs: number; account?: string },
): Promise<readonly AccountDays[]> {
  const read = (table: 'fraud_income' | 'fraud_reports') =>
    office.db
      .selectFrom(table)
      .select(['account', 'body'])
      .where('unit', '=', unit)
      .where('day_at_ms', '>=', fromMs)
      .$if(account !== undefined, (query) => query.where('account', '=', account as string))
      .orderBy('day_at_ms')
      .execute()
  const firsts = await office.db
    .selectFrom('fraud_income')
    .select(({ fn }) => ['account', fn.min('day_at_ms').as('first')])
    .where('unit', '=', unit)
    .$if(account !== undefined, (query) => query.where('account', '=', account as string))
    .groupBy('account')
    .execute()
  const opened = new Map(firsts.map((row) => [row.account, Number(row.first)]))
  const accounts = new Map<string, { account: string; openedAtMs: number; income: IncomeDay[]; reports: ReportDay[] }>()
  const of = (name: string) => {
    const known = accounts.get(name) ?? {
      account: name,
      openedAtMs: opened.get(name) ?? Infinity,
      income: [],
      reports: [],
    }
    accounts.set(name, known)
    return known
  }
  for (const row of await read('fraud_income')) of(row.account).income.push(JSON.parse(row.body) as IncomeDay)
  for (const row of await read('fraud_reports')) of(row.account).reports.push(JSON.parse(row.body) as ReportDay)
  return [...accounts.values()]
}

async function topUpsBy(
  { office }: Pick<Deps, 'office'>,
  unit: string,
  instrument: string | undefined,
): Promise<PayoutFacts['topUpsByDestination']> {
  if (instrument === undefined) return { count: 0, amount: 0 }
  const rows = await office.db
    .selectFrom('fraud_top_ups')
    .select('amount')
    .where('instrument', '=', instrument)
    .where('unit', '=', unit)
    .where('outcome', '=', 'paid')
    .execute()
  return { count: rows.length, amount: rows.reduce((total, { amount }) => total + amount, 0) }
}
