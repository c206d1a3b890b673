import { afterAll, beforeAll, expect, test } from 'vitest'
import { Crash, mortal, openBooks, sums, type Books, type Mood } from '../testing/payouts.ts'
import { releasePayout } from './decide.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { readPayout } from './state.ts'

/** The plain case dies at each step; the others at every third, unless `npm run test:long` says so. */
const stride = Number(process.env['TUPPENCE_KILLS'] ?? 0) > 100 ? 1 : 3

let books: Books
let made = 0
beforeAll(async () => {
  books = await openBooks({ fees: { commissionBasisPoints: 1000 } })
})
afterAll(() => books.close())

/** A payout that may go. */
async function ready(): Promise<{ account: string; id: string }> {
  const account = `press-${made++}`
  await books.publisher(account)
  await books.deposit(account, 1000)
  const [planned] = await planPayouts(books.deps, { by: 'cli', account })
  const id = planned?.payout ?? ''
  await releasePayout(books.deps.office.db, id, books.clock.ms)
  return { account, id }
}

/** Has a process die at its steps in turn, every so many of them, and another finish what it began. @returns How many steps there are. */
async function dieAtEach(
  mood: Mood,
  later: Mood,
  wanted: { state: string; sent: number | undefined; left: number },
  every = 1,
): Promise<number> {
  for (let diesAt = 1; ; diesAt += every) {
    const { account, id } = await ready()
    const life = mortal(books.deps, diesAt)
    books.bank.mood = mood
    const outcome = await sendPayouts(life.deps).catch((error: unknown) => error)
    books.bank.mood = later
    await sendPayouts(books.deps)
    const where = `dead at step ${diesAt}`
    expect(await readPayout(books.deps.office.db, id), where).toMatchObject({ state: wanted.state })
    expect(books.bank.paid.get(id), where).toBe(wanted.sent)
    const of = await sums(books.deps)
    expect([of.get(`publisher:${account}`) ?? 0, of.get(`paying-out:${account}`) ?? 0], where).toEqual([wanted.left, 0])
    if (!life.isDead()) return diesAt - 1
    expect(outcome, where).toBeInstanceOf(Crash)
  }
}

test('dead at any step, a payout is made once', async () => {
  const good = { pays: true, says: 'paid' } as const
  const steps = await dieAtEach(good, good, { state: 'paid', sent: 900, left: 0 })
  expect(steps).toBeGreaterThan(20)
}, 60_000)

test('dead at any step of one whose answer was lost, it is made once', async () => {
  const good = { pays: true, says: 'paid' } as const
  await dieAtEach({ pays: true, says: 'nothing' }, good, { state: 'paid', sent: 900, left: 0 }, stride)
}, 60_000)

test('dead at any step of one that fails, the money is back in the account, once', async () => {
  const bad = { pays: false, says: 'failed' } as const
  await dieAtEach(bad, bad, { state: 'failed', sent: undefined, left: 1000 }, stride)
}, 60_000)

test('a mint that starts again finishes what was under way', async () => {
  const { id } = await ready()
  books.bank.mood = { pays: true, says: 'nothing' }
  await sendPayouts(books.deps)
  books.bank.mood = { pays: true, says: 'paid' }
  books = await books.restart()
  await expect.poll(async () => (await readPayout(books.deps.office.db, id))?.state, { timeout: 20_000 }).toBe('paid')
  expect(books.bank.paid.get(id)).toBe(900)
})
