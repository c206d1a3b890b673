// What markets show of the rules: precision and recall of each, what rings were paid, whom it cost; main.ts prints it.

import type { RuleName } from '../facts.ts'
import type { Owner, RingKind } from './books.ts'
import { ringKinds, type Played } from './market.ts'

/** Of accounts, or of top-ups where the rule is about money in. */
export interface RuleScore {
  honest: number
  careless: number
  knowing: number
}

/** Sums over markets. Money in minor units. */
export interface Score {
  markets: number
  /** How many each rule found, of how many there were. */
  readonly found: Map<RuleName, RuleScore>
  readonly accounts: RuleScore
  readonly topUps: RuleScore
  /** Publishers that met people who give back for sport: found, and how much was read for nothing. */
  readonly abuse: { careless: number; knowing: number; found: RuleScore; articles: RuleScore }
  readonly rings: Map<RingKind, { bought: number; deposited: number; paid: number; fronts: number; refused: number }>
  readonly honest: {
    publishers: number
    refused: number
    blocked: number
    late: number
    held: number
    payouts: number
    reviewed: number
    asked: number
  }
}

/** Nothing yet. */
export function openScore(): Score {
  return {
    markets: 0,
    found: new Map(),
    accounts: { honest: 0, careless: 0, knowing: 0 },
    topUps: { honest: 0, careless: 0, knowing: 0 },
    abuse: {
      careless: 0,
      knowing: 0,
      found: { honest: 0, careless: 0, knowing: 0 },
      articles: { honest: 0, careless: 0, knowing: 0 },
    },
    rings: new Map(ringKinds.map((kind) => [kind, { bought: 0, deposited: 0, paid: 0, fronts: 0, refused: 0 }])),
    honest: { publishers: 0, refused: 0, blocked: 0, late: 0, held: 0, payouts: 0, reviewed: 0, asked: 0 },
  }
}

/** Adds a market. */
export function addScore(score: Score, played: Played): void {
  score.markets++
  addTopUps(score, played)
  addFindings(score, played)
  addAbuse(score, played)
  addHonest(score, played)
  for (const { kind, bought, fronts } of played.rings) {
    const sum = score.rings.get(kind)
    if (sum === undefined) continue
    sum.bought += bought
    sum.deposited += fronts.reduce((total, { income }) => total + income.reduce((all, day) => all + day.amount, 0), 0)
    sum.fronts += fronts.length
    sum.refused += fronts.filter(({ isClosed }) => isClosed).length
    sum.paid += fronts.reduce((total, { paid }) => total + paid.reduce((all, { amount }) => all + amount, 0), 0)
  }
}

const sideOf = (owner: Owner): keyof RuleScore =>
  owner === 'honest' ? 'honest' : owner === 'careless' ? 'careless' : 'knowing'

function foundBy({ found }: Score, rule: RuleName): RuleScore {
  const known = found.get(rule) ?? { honest: 0, careless: 0, knowing: 0 }
  found.set(rule, known)
  return known
}

function addTopUps(score: Score, { books }: Played): void {
  for (const [owner, { tried, refused }] of books.attempts) {
    score.topUps[sideOf(owner)] += tried
    for (const [rule, count] of refused) foundBy(score, rule)[sideOf(owner)] += count
  }
}

function addFindings(score: Score, { decisions, publishers }: Played): void {
  const victims = new Set(publishers.filter(({ abuse }) => abuse !== undefined).map(({ account }) => account))
  const rulesOf = new Map<string, { owner: Owner; rules: Set<RuleName> }>()
  for (const { account, findings } of decisions) {
    const known = rulesOf.get(account.id) ?? { owner: account.owner, rules: new Set<RuleName>() }
    rulesOf.set(account.id, known)
    // What people did to a publisher is no mistake about it.
    for (const { rule } of findings) if (rule !== 'refunds' || !victims.has(account)) known.rules.add(rule)
  }
  for (const { owner, rules } of rulesOf.values()) {
    score.accounts[sideOf(owner)]++
    for (const rule of rules) foundBy(score, rule)[sideOf(owner)]++
  }
}

function addAbuse({ abuse }: Score, { publishers, decisions }: Played): void {
  for (const publisher of publishers) {
    if (publisher.abuse === undefined) continue
    const side = publisher.abuse.isKnowing ? 'knowing' : 'careless'
    abuse[side]++
    abuse.articles[side] += publisher.abuse.articles
    if (
      decisions.some(
        ({ account, findings }) => account === publisher.account && findings.some(({ rule }) => rule === 'refunds'),
      )
    )
      abuse.found[side]++
  }
}

function addHonest({ honest }: Score, { decisions }: Played): void {
  const own = decisions.filter(({ account }) => account.owner === 'honest')
  const count = (those: (decision: (typeof own)[number]) => boolean) =>
    new Set(own.filter(those).map(({ account }) => account)).size
  honest.publishers += count(() => true)
  honest.refused += count(({ verdict }) => verdict === 'refuse')
  honest.blocked += count(({ verdict }) => verdict === 'block')
  honest.late += count(({ verdict, isInTime }) => verdict === 'pay' && !isInTime)
  honest.held += count(({ verdict, isInTime }) => verdict === 'refuse' || verdict === 'block' || !isInTime)
  honest.payouts += own.length
  honest.reviewed += own.filter(({ verdict }) => verdict !== 'unseen').length
  honest.asked += own.filter(({ isAsked }) => isAsked).length
}

/** The two figures that the rules are for, in hundredths of a percent. */
export function goalsOf({ rings, honest }: Score): { readonly ringsPaid: number; readonly honestHeld: number } {
  let deposited = 0
  let paid = 0
  for (const ring of rings.values()) {
    deposited += ring.deposited
    paid += ring.paid
  }
  return { ringsPaid: hundredths(paid, deposited), honestHeld: hundredths(honest.held, honest.publishers) }
}

/** A share in hundredths of a percent, rounded up: no figure looks better than it is. */
export function hundredths(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.ceil((part * 10_000) / whole)
}
