// What a mint's books would hold of a played market: top-ups by instrument and address, income by account and day, reports,
// payouts. The rules read nothing else.

import {
  dayMs,
  dayOf,
  type IncomeDay,
  type Movement,
  type PayoutFacts,
  type ReportDay,
  type RuleName,
  type TopUpFacts,
} from '../facts.ts'
import { mayTopUp } from '../assess.ts'
import { platformFacts, type AccountDays } from '../platform.ts'
import type { FraudSettings } from '../settings.ts'

/** Whose an account or a top-up is: what the generator knows and no rule does. */
export type Owner = 'honest' | RingKind

/** Kinds of rings that bring money out. */
export type RingKind = 'card-testing' | 'cash-out' | 'split' | 'tips' | 'burst' | 'patient' | 'careless'

/** An account of the market. */
export interface Account {
  readonly id: string
  readonly owner: Owner
  /** The ring it belongs to, or the account itself. */
  readonly group: string
  readonly openedAtMs: number
  readonly destination: string
  /** How true the site looks to somebody who visits it: @see reviewer.ts */
  readonly looks: number
  readonly isDressed: boolean
  /** How well its people answer a reviewer's question, from 0 to 1, and how often they did. */
  readonly answers: number
  proofs: number
  readonly income: IncomeDay[]
  readonly reports: ReportDay[]
  readonly paid: Movement[]
  /** Minor units: of coins deposited, refunds taken off. */
  owed: number
  /** Never paid again. */
  isClosed: boolean
}

/** On how many days instruments were tried, and on how many a rule refused them. */
export interface Attempts {
  tried: number
  readonly refused: Map<RuleName, number>
}

/** Everything that is written down while a market is played. */
export interface Books {
  readonly accounts: Account[]
  readonly attempts: Map<Owner, Attempts>
  /** Money that rings turned into coins, by ring. */
  readonly laundered: Map<string, number>
  topUp(wanted: {
    owner: Owner
    instrument: string
    address: string
    amount: number
    isGood: boolean
    nowMs: number
  }): boolean
  facts(account: Account, amount: number, nowMs: number): PayoutFacts
}

const unit = 'usd'

/** Opens empty books. */
export function openBooks(settings: FraudSettings): Books {
  const accounts: Account[] = []
  const attempts = new Map<Owner, Attempts>()
  const moved = new Map<string, Movement[]>()
  const counted = new Map<string, { readonly dayMs: number; readonly rules: Set<RuleName> }>()
  const near = new Map<string, { dayMs: number; instruments: Set<string>; declinesMs: number[] }>()
  const platforms = new Map<number, PayoutFacts['platform']>()
  return {
    accounts,
    attempts,
    laundered: new Map(),
    topUp: ({ owner, instrument, address, amount, isGood, nowMs }) => {
      const today = dayOf(nowMs)
      const seen = near.get(address)
      const here = seen?.dayMs === today ? seen : { dayMs: today, instruments: new Set<string>(), declinesMs: [] }
      near.set(address, here)
      const movements = (moved.get(instrument) ?? []).filter(({ atMs }) => atMs > nowMs - 30 * dayMs)
      const facts: TopUpFacts = {
        nowMs,
        unit,
        method: 'card',
        amount,
        instrument,
        movements,
        address: {
          otherInstruments: here.instruments.size - (here.instruments.has(instrument) ? 1 : 0),
          declinesMs: here.declinesMs,
        },
      }
      const findings = mayTopUp(facts, settings)
      const count = attempts.get(owner) ?? { tried: 0, refused: new Map<RuleName, number>() }
      attempts.set(owner, count)
      // Who is refused tries again with the next article: an instrument counts once a day, with all that was said of it.
      const said = counted.get(instrument)
      const rules = said?.dayMs === today ? said.rules : new Set<RuleName>()
      if (said?.dayMs !== today) {
        count.tried += 1
        counted.set(instrument, { dayMs: today, rules })
      }
      for (const { rule } of findings) {
        if (!rules.has(rule)) count.refused.set(rule, (count.refused.get(rule) ?? 0) + 1)
        rules.add(rule)
      }
      const isRefused = findings.some(({ mode }) => mode === 'enforce')
      here.instruments.add(instrument)
      if (!isRefused && !isGood) here.declinesMs.push(nowMs)
      if (isRefused || !isGood) return false
      moved.set(instrument, [...movements, { atMs: nowMs, amount }])
      return true
    },
    facts: (account, amount, nowMs) => {
      const platform = platforms.get(nowMs) ?? platformFacts(accounts.map(daysOf(nowMs)), nowMs)
      platforms.set(nowMs, platform)
      const ups = moved.get(account.destination) ?? []
      return {
        account: account.id,
        unit,
        nowMs,
        amount,
        openedAtMs: account.openedAtMs,
        paid: account.paid,
        income: recent(account.income, nowMs),
        reports: recent(account.reports, nowMs),
        topUpsByDestination: { count: ups.length, amount: ups.reduce((sum, up) => sum + up.amount, 0) },
        sameDestination: accounts.filter((other) => other !== account && other.destination === account.destination)
          .length,
        platform,
      }
    },
  }
}

/** The last sixty days, of which there is one row each at most; what is younger than the moment is not known yet. */
function recent<D extends { dayMs: number }>(days: readonly D[], nowMs: number): D[] {
  return days.slice(-90).filter((day) => day.dayMs >= nowMs - 60 * dayMs && day.dayMs <= nowMs)
}

/** An account's last days, as the platform is measured by. */
export function daysOf(nowMs: number) {
  return ({ id, openedAtMs, income, reports }: Account): AccountDays => ({
    account: id,
    openedAtMs,
    income: recent(income, nowMs),
    reports: recent(reports, nowMs),
  })
}
