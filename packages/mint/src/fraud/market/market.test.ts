import { describe, expect, test } from 'vitest'
import { dayMs, type RuleName } from '../facts.ts'
import type { Account, RingKind } from './books.ts'
import { frozenPolicy, readFrozen } from './frozen.ts'
import { playMarket, smallMarket, type Played } from './market.ts'
import { bestPlan, carelessPlan } from './plan.ts'
import type { Policy } from './policy.ts'
import { addScore, goalsOf, openScore, type Score } from './score.ts'

const seeds = ['ci-1']

function play(policy: Policy): { score: Score; played: Played[] } {
  const played = seeds.map((seed) => playMarket(seed, smallMarket, policy))
  const score = openScore()
  for (const one of played) addScore(score, one)
  return { score, played }
}

const without = (...rules: RuleName[]): Policy => {
  const off = Object.fromEntries(rules.map((rule) => [rule, { ...frozenPolicy.settings[rule], mode: 'off' as const }]))
  return { ...frozenPolicy, settings: { ...frozenPolicy.settings, ...off } }
}

const whole = play(frozenPolicy)
const paid = ({ score }: { score: Score }) => [...score.rings.values()].reduce((sum, ring) => sum + ring.paid, 0)

describe('a market with rings in it', () => {
  test('is played by the thresholds that were frozen', () => {
    expect(readFrozen().checksum).toMatch(/^[0-9a-f]{64}$/)
  })

  test('is the same again for the same seed', () => {
    const again = playMarket(seeds[0] as string, smallMarket, frozenPolicy)
    const figures = ({ decisions, rings }: Played) => [
      decisions.map(({ account, amount, verdict }) => [account.id, amount, verdict]),
      rings.map(({ kind, bought, plan }) => [kind, bought, plan]),
    ]
    expect(figures(again)).toEqual(figures(whole.played[0] as Played))
  })

  test('has honest publishers paid, and rings of every kind try', () => {
    expect(whole.score.honest.payouts).toBeGreaterThan(60)
    for (const { bought, fronts } of whole.score.rings.values()) {
      expect(bought).toBeGreaterThan(0)
      expect(fronts).toBeGreaterThan(0)
    }
    expect(goalsOf(whole.score).ringsPaid).toBeLessThan(3_000)
  })

  test('has rings that stay below every limit, and one that knows none', () => {
    for (const { kind, plan } of whole.played.flatMap(({ rings }) => rings)) {
      if (kind === 'careless') expect(plan.destination).toBe(carelessPlan.destination)
      else {
        expect(plan.destination).not.toBe('card')
        expect(plan.perDay).toBe(2000)
        expect(plan.perInstrument).toBe(5000)
        expect(plan.fresh).toBeLessThan(0.6)
        expect(plan.atMax).toBeLessThan(0.4)
      }
    }
    for (const rule of ['circularity', 'fresh-money', 'audience'] as const)
      expect(whole.score.found.get(rule)).toMatchObject({ knowing: 0 })
    expect(whole.score.found.get('circularity')?.careless).toBeGreaterThan(0)
  })

  test('shows it where a rule is broken: rings plan anew, and gain', { timeout: 120_000 }, () => {
    const blind = play(without('young', 'payout-size'))
    expect(paid(blind)).toBeGreaterThan(paid(whole) * 3)
    expect(goalsOf(blind.score).ringsPaid).toBeGreaterThan(3_000)
  })

  test('has rings plan by the rules that there are', () => {
    const { books } = whole.played[0] as Played
    const platform = books.facts(books.accounts[0] as Account, 0, smallMarket.days * dayMs).platform
    const planOf = (rule: RuleName, kind: RingKind = 'split') =>
      bestPlan(kind, { settings: without(rule).settings, platform, supply: 300_000 })
    expect(planOf('velocity').perInstrument).toBeGreaterThan(5000)
    expect(planOf('circularity', 'cash-out').destination).toBe('card')
    expect(planOf('card-testing').perAddress).toBeGreaterThan(3)
  })
})
