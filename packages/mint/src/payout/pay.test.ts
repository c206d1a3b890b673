import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBooks, sums, dayMs, type Books } from '../testing/payouts.ts'
import { confirmPayout } from './confirm.ts'
import { releasePayout, rejectPayout } from './decide.ts'
import { changeDestination } from './destination.ts'
import { freeze, freezeOf, liftFreeze } from './freeze.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { readPayout } from './state.ts'

let books: Books
let made = 0
beforeAll(async () => {
  books = await openBooks({ fees: { commissionBasisPoints: 250 } })
})
afterAll(() => books.close())
beforeEach(() => {
  books.bank.mood = { pays: true, says: 'paid' }
})

const db = () => books.deps.office.db
const plan = async (account: string) => {
  const [planned] = await planPayouts(books.deps, { by: 'cli', account })
  return planned
}
/** A publisher that is owed something. */
const publisher = async (amount: number) => {
  const account = `press-${made++}`
  await books.publisher(account)
  const reference = await books.deposit(account, amount)
  return { account, reference }
}
/** One whose first payout was made, so that the next is not held for being the first. */
const known = async (amount: number) => {
  const { account } = await publisher(1000)
  await release((await plan(account))?.payout)
  await sendPayouts(books.deps)
  return { account, reference: await books.deposit(account, amount) }
}
const release = (id = '') => releasePayout(db(), id, books.clock.ms)
const stateOf = async (id = '') => (await readPayout(db(), id))?.state
const balance = async (name: string) => (await sums(books.deps)).get(name) ?? 0

describe('payouts', () => {
  test('planned by two mints as the month ends it is one', async () => {
    const { account } = await publisher(1000)
    const month = Date.UTC(2026, 11, 1)
    const at = (nowMs: number) => ({ ...books.deps, clock: { nowMs: () => nowMs } })
    const both = await Promise.all([month - 1, month].map((nowMs) => planPayouts(at(nowMs), { by: 'cli', account })))
    expect(
      both
        .flat()
        .map(({ outcome }) => outcome)
        .toSorted(),
    ).toEqual(['held', 'under-way'])
    const rows = await db().selectFrom('payouts').select('amount').where('account', '=', account).execute()
    expect(rows).toEqual([{ amount: 1000 }])
  })

  test('a first one waits for a person, then goes, less the commission', async () => {
    const { account } = await publisher(10_001)
    const planned = await plan(account)
    expect(planned).toMatchObject({ outcome: 'held' })
    expect(await readPayout(db(), planned?.payout ?? '')).toMatchObject({
      state: 'held',
      reason: `This is the first payout to ${account}: 100.01 USD.`,
      amount: 10_001,
      commission: 250,
      net: 9751,
      people_needed: 1,
      planned_by: 'cli',
    })
    const fees = await balance('fees:platform')
    await sendPayouts(books.deps)
    expect(await balance(`publisher:${account}`)).toBe(10_001)
    expect(await release(planned?.payout)).toBe(true)
    await sendPayouts(books.deps)
    expect(await stateOf(planned?.payout)).toBe('paid')
    expect(books.bank.paid.get(planned?.payout ?? '')).toBe(9751)
    expect(await balance(`publisher:${account}`)).toBe(0)
    expect(await balance(`paying-out:${account}`)).toBe(0)
    expect((await balance('fees:platform')) - fees).toBe(250)
  })

  test('are one a month, one at a time, and none below the minimum', async () => {
    const { account } = await known(5000)
    expect(await planPayouts(books.deps)).toContainEqual({ account, unit: 'usd', outcome: 'done' })
    books.clock.ms += 31 * dayMs
    expect(await planPayouts(books.deps)).toContainEqual(expect.objectContaining({ account, outcome: 'planned' }))
    expect(await planPayouts(books.deps)).toContainEqual({ account, unit: 'usd', outcome: 'under-way' })
    await sendPayouts(books.deps)
    const poor = await publisher(99)
    expect((await planPayouts(books.deps)).filter((row) => row.account === poor.account)).toEqual([])
  })

  test('nobody knows whether it was paid: it stays away from the account, is asked after, and is paid once', async () => {
    const { account } = await known(3000)
    const id = (await plan(account))?.payout ?? ''
    books.bank.mood = { pays: true, says: 'nothing' }
    await sendPayouts(books.deps)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'unknown', needs_person: 0 })
    expect([await balance(`publisher:${account}`), await balance(`paying-out:${account}`)]).toEqual([0, 2925])
    for (let times = 0; times < 3; times++) await sendPayouts(books.deps)
    expect(await plan(account)).toBeUndefined()
    books.bank.mood = { pays: true, says: 'paid' }
    await sendPayouts(books.deps)
    expect(await stateOf(id)).toBe('paid')
    expect(books.bank.paid.get(id)).toBe(2925)
  })

  test('known to have failed: it is back in the account, with the commission', async () => {
    const { account } = await known(3000)
    const fees = await balance('fees:platform')
    const id = (await plan(account))?.payout ?? ''
    books.bank.mood = { pays: false, says: 'failed' }
    await sendPayouts(books.deps)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'failed', reason: 'The account is closed.' })
    expect([await balance(`publisher:${account}`), await balance('fees:platform')]).toEqual([3000, fees])
    books.bank.mood = { pays: true, says: 'paid' }
    await sendPayouts(books.deps)
    expect(books.bank.asked.get(id)).toBe(1)
    // Whoever asks for another in the same month gets one, by another name.
    const again = (await plan(account))?.payout ?? ''
    expect(again).not.toBe(id)
    await sendPayouts(books.deps)
    expect(await stateOf(again)).toBe('paid')
  })

  test('refunds came in between: nothing is sent, nothing is owed twice, and it is planned anew', async () => {
    const { account, reference } = await known(3000)
    const id = (await plan(account))?.payout ?? ''
    expect(await books.refund(account, reference, 1000)).toBe(true)
    await sendPayouts(books.deps)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'failed', again: 1 })
    expect(books.bank.asked.has(id)).toBe(false)
    expect(await balance(`publisher:${account}`)).toBe(2000)
    const next = (await plan(account))?.payout ?? ''
    await sendPayouts(books.deps)
    expect(books.bank.paid.get(next)).toBe(1950)
    expect(await books.refund(account, await books.deposit(account, 10), 10)).toBe(true)
  })

  test('refunds that race with them never make the account owe', async () => {
    const { account } = await known(100)
    const references = await Promise.all(Array.from({ length: 20 }, () => books.deposit(account, 100)))
    await plan(account)
    const [, ...refunded] = await Promise.all([
      sendPayouts(books.deps),
      ...references.map((reference) => books.refund(account, reference, 100)),
    ])
    const back = refunded.filter((done) => done).length
    const left = await balance(`publisher:${account}`)
    expect(left).toBeGreaterThanOrEqual(0)
    expect([2100 - 100 * back, 0]).toContain(left)
  })

  test('a destination that was changed holds what is planned from then on, and what was planned goes nowhere', async () => {
    const { account } = await known(3000)
    const before = (await plan(account))?.payout ?? ''
    await changeDestination(books.deps, {
      account,
      method: 'stripe-connect',
      details: { account: 'acct_other' },
      by: 'account',
    })
    await sendPayouts(books.deps)
    expect(await readPayout(db(), before)).toMatchObject({ state: 'failed', again: 1 })
    const held = (await plan(account))?.payout ?? ''
    expect(await readPayout(db(), held)).toMatchObject({
      state: 'held',
      destination_changed_by: 'account',
      people_needed: 1,
    })
    await release(held)
    await sendPayouts(books.deps)
    // Approved, but it rests for two weeks all the same.
    expect(await stateOf(held)).toBe('approved')
    books.clock.ms += 14 * dayMs
    await sendPayouts(books.deps)
    expect(await stateOf(held)).toBe('paid')
  })

  test('is not changed by the same destination again, nor by what is none', async () => {
    const { account } = await publisher(100)
    const same = { account, method: 'stripe-connect', details: { account: `acct_${account}` }, by: 'anna' } as const
    expect(await changeDestination(books.deps, same)).toMatchObject({ number: 1, changed_by: 'account' })
    await expect(changeDestination(books.deps, { ...same, account: 'nobody' })).rejects.toThrow('account-unknown')
    await expect(changeDestination(books.deps, { ...same, method: 'bank-file' })).rejects.toThrow('funding-unsupported')
  })

  test('rejected, it is not sent, and the money stays', async () => {
    const { account } = await publisher(3000)
    const id = (await plan(account))?.payout ?? ''
    expect(await rejectPayout(db(), id, { reason: 'odd', nowMs: books.clock.ms })).toBe(true)
    expect(await release(id)).toBe(false)
    await sendPayouts(books.deps)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'failed', reason: 'Rejected: odd' })
    expect(await balance(`publisher:${account}`)).toBe(3000)
  })

  test('frozen, none goes until a person lifts it', async () => {
    const { account } = await known(3000)
    const id = (await plan(account))?.payout ?? ''
    await freeze(db(), { account, reason: 'The books were set back.', nowMs: books.clock.ms })
    await sendPayouts(books.deps)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'held', reason: 'The books were set back.' })
    const frozen = await freezeOf(db(), account)
    expect(await liftFreeze(db(), frozen?.id ?? '', { person: 'anna', nowMs: books.clock.ms })).toBe(true)
    await release(id)
    await sendPayouts(books.deps)
    expect(await stateOf(id)).toBe('paid')
  })
})

describe('a person says what became of it', () => {
  const waiting = async (amount: number) => {
    const { account } = await known(amount)
    const id = (await plan(account))?.payout ?? ''
    books.bank.mood = { pays: false, says: 'waiting' }
    await sendPayouts(books.deps)
    expect(await stateOf(id)).toBe('sending')
    return { account, id }
  }

  test('paid, or failed with a reason; the second word on it changes nothing', async () => {
    const { account, id } = await waiting(2000)
    const said = { payout: id, person: 'anna', note: 'came back', outcome: 'failed' } as const
    await expect(confirmPayout(books.deps, { ...said, note: '' })).rejects.toThrow('bad-request')
    expect(await confirmPayout(books.deps, said)).toMatchObject({ status: 'done', state: 'failed' })
    expect(await confirmPayout(books.deps, said)).toMatchObject({ status: 'known' })
    const before = await balance(`publisher:${account}`)
    expect(await confirmPayout(books.deps, { ...said, outcome: 'paid' })).toMatchObject({
      status: 'conflict',
      state: 'failed',
    })
    expect(await balance(`publisher:${account}`)).toBe(before)
    expect(before).toBe(2000)
    expect(await confirmPayout(books.deps, { ...said, payout: 'po-none' })).toMatchObject({ status: 'not-found' })
  })

  test('not while it is being sent, and then nobody sends it any more', async () => {
    const { account } = await known(2000)
    const id = (await plan(account))?.payout ?? ''
    books.bank.mood = { pays: false, says: 'nothing' }
    await sendPayouts(books.deps)
    const said = { payout: id, person: 'anna', note: 'the account is closed', outcome: 'failed' } as const
    const busy = (untilMs: number) =>
      db().updateTable('payouts').set({ busy_until_at_ms: untilMs }).where('id', '=', id).execute()
    await busy(books.clock.ms + 1)
    expect(await confirmPayout(books.deps, said)).toMatchObject({ status: 'busy', state: 'unknown' })
    await busy(0)
    expect(await confirmPayout(books.deps, said)).toMatchObject({ status: 'done', state: 'failed' })
    const asked = books.bank.asked.get(id)
    books.bank.mood = { pays: true, says: 'paid' }
    await sendPayouts(books.deps)
    expect(books.bank.asked.get(id)).toBe(asked)
    expect(await balance(`publisher:${account}`)).toBe(2000)
  })

  test('what was not sent cannot be told as paid', async () => {
    const { account } = await publisher(2000)
    const id = (await plan(account))?.payout ?? ''
    const said = { payout: id, person: 'anna', note: '', outcome: 'paid' } as const
    expect(await confirmPayout(books.deps, said)).toMatchObject({ status: 'not-sent', state: 'held' })
  })
})
