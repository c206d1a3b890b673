import { periodOf } from '@tuppence/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { charge, lendRules, setRules } from './actions/spending.ts'
import type { Offer } from './api.ts'
import type { Context } from './context.ts'
import { memoryDb } from './db/memory.ts'
import { autoMaxAt, noRules, type Rules } from './index.ts'
import type { LoanPayment } from './payment.ts'
import type { Db } from './tables.ts'

const dayMs = 86_400_000
const sites = ['https://a.example', 'https://b.example', 'https://c.example'] as const
const caps = { siteDayMax: 60, dayMax: 100 }

/** As much of a wallet as counts money. */
function purse(db: Db = memoryDb()) {
  const now = { ms: Date.UTC(2026, 10, 22, 12) }
  const context = { db, clock: { nowMs: () => now.ms }, seed: async () => new Uint8Array(64), ...caps } as Context
  return { now, db, context: { ...context, changed: async () => {} } as Context }
}

const pay = fc.record({
  site: fc.constantFrom(...sites),
  amount: fc.integer({ min: 1, max: 25 }),
  how: fc.constantFrom('auto', 'pressed', 'approved'),
})
const rules = fc.record({
  autoMax: fc.integer({ min: 0, max: 20 }),
  perDay: fc.integer({ min: 0, max: 80 }),
  perSiteDay: fc.integer({ min: 0, max: 50 }),
  off: fc.option(fc.constantFrom(...sites), { nil: undefined }),
})
const toRules = ({ off, ...rest }: { off: string | undefined } & Pick<Rules, 'autoMax' | 'perDay' | 'perSiteDay'>) => ({
  ...noRules,
  ...rest,
  offSites: off === undefined ? [] : [off],
  sites: { 'https://c.example': { autoMax: 3 } },
})
type Pay = typeof pay extends fc.Arbitrary<infer P> ? P : never

async function spend({ db, context }: ReturnType<typeof purse>, { site, amount, how }: Pay) {
  const offer = { site, amount, unit: 'usd' } as Offer
  const options = { auto: how === 'auto', ...(how === 'approved' && { approved: amount }) }
  return db.transact(['settings', 'payments'], 'write', (tx) => charge(context, tx, { offer, options }))
}

describe('what is spent unconfirmed', () => {
  test('never goes beyond the caps of a day, nor beyond the rules where nobody pressed, in whatever order and at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.array(fc.array(pay, { minLength: 1, maxLength: 4 }), { maxLength: 30 }),
        async (r, all) => {
          const it = purse()
          const set = toRules(r)
          await setRules(it.context, set)
          const paid: Pay[] = []
          for (const together of all) {
            const said = await Promise.all(together.map((one) => spend(it, one)))
            paid.push(...together.filter((_, at) => said[at] === undefined))
          }
          const sum = (some: readonly Pay[]) => some.reduce((total, { amount }) => total + amount, 0)
          const unconfirmed = paid.filter(({ how }) => how !== 'approved')
          const auto = paid.filter(({ how }) => how === 'auto')
          expect(sum(unconfirmed)).toBeLessThanOrEqual(caps.dayMax)
          expect(sum(auto)).toBeLessThanOrEqual(set.perDay)
          for (const site of sites) {
            const here = (some: readonly Pay[]) => some.filter((one) => one.site === site)
            expect(sum(here(unconfirmed))).toBeLessThanOrEqual(caps.siteDayMax)
            expect(sum(here(auto))).toBeLessThanOrEqual(set.perSiteDay)
            for (const { amount } of here(auto)) expect(amount).toBeLessThanOrEqual(autoMaxAt(set, site))
          }
          // What a person confirmed is never stopped.
          expect(paid.filter(({ how }) => how === 'approved')).toHaveLength(
            all.flat().filter(({ how }) => how === 'approved').length,
          )
        },
      ),
      { numRuns: 200 },
    )
  })

  test('begins anew with a day, and never because a clock was set back', async () => {
    const steps = fc.record({ pay, jump: fc.constantFrom(0, 0, -dayMs, -3_600_000, 3_600_000, dayMs) })
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (all) => {
        const it = purse()
        let day = 0
        let spent = 0
        for (const step of all) {
          it.now.ms += step.jump
          const today = periodOf(it.now.ms, 'day').startMs
          if (today > day) [day, spent] = [today, 0]
          const said = await spend(it, { ...step.pay, how: 'pressed' })
          if (said === undefined) spent += step.pay.amount
          expect(spent).toBeLessThanOrEqual(caps.dayMax)
          // And no more is refused than has to be.
          if (said?.by === 'day') expect(spent + step.pay.amount).toBeGreaterThan(caps.dayMax)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('of a day of the rules is shared with frames, which cannot ask: nobody spends a share twice', async () => {
    const loans = fc.array(fc.constantFrom(...sites), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(rules, loans, fc.array(pay, { maxLength: 30 }), async (r, lentTo, all) => {
        const vault = purse()
        const set = toRules({ ...r, off: undefined })
        await setRules(vault.context, set)
        const frames = new Map<string, ReturnType<typeof purse>>()
        let auto = 0
        for (const [at, one] of all.entries()) {
          const site = lentTo[at]
          if (site !== undefined) {
            const lent = await lend(vault, site, `${at}`)
            const frame = frames.get(site) ?? purse()
            if (lent) await setRules(frame.context, lent.rules)
            frames.set(site, frame)
          }
          const where = frames.get(one.site) ?? vault
          if ((await spend(where, { ...one, how: 'auto' })) === undefined) auto += one.amount
        }
        expect(auto).toBeLessThanOrEqual(set.perDay)
      }),
      { numRuns: 200 },
    )
  })

  test('a day that a wrong clock put ahead becomes today when the rules are set', async () => {
    const it = purse()
    const set = { ...noRules, autoMax: 10, perDay: 10, perSiteDay: 10 }
    await setRules(it.context, set)
    it.now.ms += 400 * dayMs
    expect(await spend(it, { site: sites[0], amount: 10, how: 'auto' })).toBeUndefined()
    it.now.ms -= 400 * dayMs
    expect(await spend(it, { site: sites[0], amount: 1, how: 'auto' })).toMatchObject({ by: 'rule-site-day' })
    await setRules(it.context, set)
    expect(await spend(it, { site: sites[0], amount: 1, how: 'auto' })).toMatchObject({ by: 'rule-site-day' })
    it.now.ms += dayMs
    expect(await spend(it, { site: sites[0], amount: 1, how: 'auto' })).toBeUndefined()
  })
})

/** As a vault journals a loan: rules and share in one transaction. */
function lend({ db, context }: ReturnType<typeof purse>, site: string, id: string) {
  return db.transact(['settings', 'payments'], 'write', async (tx) => {
    const lent = await lendRules(context, tx, site)
    const loan: LoanPayment = {
      id,
      kind: 'lend',
      state: 'handed',
      mint: 'https://mint.example',
      unit: 'usd',
      amount: 100,
      atMs: 0,
      coins: [],
      site,
      tillOrigin: site,
      realm: 'a',
      refund: { keysetId: '01', planned: [] },
      share: lent?.share,
    }
    await tx.put('payments', id, loan)
    return lent
  })
}
