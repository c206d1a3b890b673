import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditLedger } from '../audit/run.ts'
import { dayMs, mortal, openBooks, sums, type Books, type Mood } from '../testing/payouts.ts'
import { confirmPayout } from './confirm.ts'
import { rejectPayout, releasePayout } from './decide.ts'
import { changeDestination } from './destination.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { makeStatement } from './statement/statement.ts'

/** How many histories; `npm run test:long` asks for thousands. */
const histories = Number(process.env['TUPPENCE_PAYOUT_HISTORIES'] ?? 4)

let books: Books
let made = 0
beforeAll(async () => {
  books = await openBooks({ fees: { commissionBasisPoints: 333 }, payout: terms })
})
afterAll(() => books.close())
const terms = {
  holdDays: 1,
  newHoldDays: 2,
  newForDays: 6,
  reviewDays: 0,
  reserveBasisPoints: 500,
  changeHoldDays: 2,
  minAmounts: { usd: 100 },
}

const weights = { deposit: 3, refund: 1, days: 1, pay: 4, send: 1, die: 3, confirm: 1, move: 1, restart: 1 } as const

/** One thing that happens; numbers choose among what there is. */
const happening = fc.record({
  what: fc.oneof(
    ...Object.entries(weights).map(([what, weight]) => ({
      arbitrary: fc.constant(what as keyof typeof weights),
      weight,
    })),
  ),
  who: fc.nat(1),
  amount: fc.integer({ min: 50, max: 4000 }),
  pick: fc.nat(999),
  mood: fc.record({ pays: fc.boolean(), says: fc.constantFrom<Mood['says']>('paid', 'failed', 'nothing', 'waiting') }),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** What ought to be true of two publishers. Minor units. */
interface Model {
  readonly accounts: readonly string[]
  readonly deposits: { account: string; reference: string; amount: number; refunded: number }[]
}

async function happen(model: Model, { what, who, amount, pick, mood }: Happening): Promise<void> {
  const account = model.accounts[who] as string
  const { deps, bank, clock } = books
  const rows = () => deps.office.db.selectFrom('payouts').selectAll().where('account', '=', account).execute()
  switch (what) {
    case 'deposit':
      model.deposits.push({ account, reference: await books.deposit(account, amount), amount, refunded: 0 })
      return
    case 'refund': {
      const found = model.deposits.filter((row) => row.account === account && row.refunded === 0)[pick % 7]
      if (found === undefined) return
      const back = 1 + (pick % found.amount)
      if (await books.refund(account, found.reference, back)) found.refunded = back
      return
    }
    case 'days':
      clock.ms += (pick % 9) * dayMs
      return
    case 'pay':
      clock.ms += 3 * dayMs
      await planPayouts(deps, { by: 'chore', account })
      for (const { id, state } of await rows()) {
        if (state !== 'held') continue
        if (pick % 5 === 0) await rejectPayout(deps.office.db, id, { reason: 'x', nowMs: clock.ms })
        else await releasePayout(deps.office.db, id, clock.ms)
      }
      bank.mood = mood
      await sendPayouts(deps)
      return
    case 'send':
      bank.mood = mood
      await sendPayouts(deps)
      return
    case 'die': {
      clock.ms += 3 * dayMs
      bank.mood = mood
      const life = mortal(deps, 1 + (pick % 60))
      await planPayouts(life.deps, { by: 'chore', account }).catch(() => undefined)
      for (const { id } of await rows()) await releasePayout(deps.office.db, id, clock.ms)
      await sendPayouts(life.deps).catch(() => undefined)
      return
    }
    case 'confirm':
      // A person looks before they say: what they say is so.
      for (const { id } of await rows()) {
        if (pick % 4 !== 0) continue
        await confirmPayout(deps, {
          payout: id,
          outcome: bank.paid.has(id) ? 'paid' : 'failed',
          person: 'anna',
          note: 'looked',
        })
      }
      return
    case 'move':
      if (pick % 4 === 0)
        await changeDestination(deps, {
          account,
          method: 'stripe-connect',
          details: { account: `acct_${pick}` },
          by: 'account',
        })
      return
    case 'restart':
      if (pick % 10 === 0) books = await books.restart()
  }
}

/** Everything that has to be true once nothing is on its way any more. */
async function check({ accounts, deposits }: Model): Promise<void> {
  const { deps, bank, clock } = books
  bank.mood = { pays: true, says: 'paid' }
  await sendPayouts(deps)
  const of = await sums(deps)
  for (const account of accounts) {
    const rows = await deps.office.db.selectFrom('payouts').selectAll().where('account', '=', account).execute()
    const own = deposits.filter((row) => row.account === account)
    const earned = own.reduce((sum, { amount, refunded }) => sum + amount - refunded, 0)
    const paid = rows.filter(({ state }) => state === 'paid')
    for (const { id, net } of paid) expect(bank.paid.get(id)).toBe(net)
    for (const { id, state } of rows) if (state !== 'paid') expect(bank.paid.has(id), state).toBe(false)
    expect(rows.filter(({ state }) => state === 'sending' || state === 'unknown')).toEqual([])
    for (const { state } of rows) seen.set(state, (seen.get(state) ?? 0) + 1)
    const out = paid.reduce((sum, { amount }) => sum + amount, 0)
    expect(out).toBeLessThanOrEqual(earned)
    expect(of.get(`publisher:${account}`) ?? 0).toBe(earned - out)
    expect(of.get(`paying-out:${account}`) ?? 0).toBe(0)
    await checkStatements(account, { owed: earned - out, toMs: clock.ms })
  }
  expect(of.get('paid-out:stripe-connect') ?? 0).toBe([...bank.paid.values()].reduce((sum, net) => sum + net, 0))
}

/** Each month begins where the one before ended, each line adds up, and the last is what the ledger owes. */
async function checkStatements(id: string, { owed, toMs }: { owed: number; toMs: number }): Promise<void> {
  const account = await books.deps.ledger.account(id)
  if (account === undefined) throw new Error('no account')
  let balance = 0
  for (let atMs = openedMs; ; atMs = nextMonth(atMs)) {
    const month = new Date(atMs).toISOString().slice(0, 7)
    const { opening, lines, closing } = await makeStatement(books.deps, account, { month, unit: 'usd', detail: 'all' })
    expect(opening).toBe(balance)
    for (const line of lines) expect(line.balance).toBe((balance += line.amount))
    expect(closing).toBe(balance)
    if (nextMonth(atMs) > toMs) break
  }
  expect(balance).toBe(owed)
}

let openedMs = 0
/** How payouts ended, so that a run that had none proves nothing. */
const seen = new Map<string, number>()
const nextMonth = (atMs: number) => Date.UTC(new Date(atMs).getUTCFullYear(), new Date(atMs).getUTCMonth() + 1, 1)

test('whatever happens, payouts never exceed what is owed, are made once, and statements add up to the ledger', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 20, maxLength: 45, size: 'max' }), async (happenings) => {
      const model: Model = { accounts: [0, 1].map(() => `press-${made++}`), deposits: [] }
      openedMs = books.clock.ms
      for (const account of model.accounts) await books.publisher(account)
      for (const each of happenings) await happen(model, each)
      await check(model)
    }),
    { numRuns: histories },
  )
  const { findings } = await auditLedger(books.deps.config)
  expect(findings).toEqual([])
  expect(seen.get('paid')).toBeGreaterThan(histories / 2)
  expect(histories < 20 || (seen.get('failed') ?? 0) > histories / 5).toBe(true)
}, 3_600_000)
