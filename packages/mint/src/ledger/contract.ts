// The suite that every ledger must pass, whatever stores it; sqlite.test.ts runs it on a real file.

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KeysetRow, Ledger, MeltChange, Movement, Operation, Outcome, Promised, QuoteRow, Spend } from './port.ts'

/** A store under test. `reopen` closes and opens it again, as a restart does. */
export interface LedgerUnderTest {
  readonly ledger: () => Ledger
  readonly reopen: () => Promise<void>
  readonly destroy: () => Promise<void>
}

/** Hex of a 33-byte point by name; the ledger does no curve arithmetic, so any will do. */
export const pointOf = (name: string) => `02${hashOf(name)}`
/** Hex of 32 bytes by name. */
export const hashOf = (name: string) => createHash('sha256').update(name).digest('hex')

const keyset: KeysetRow = {
  number: 1,
  id: `01${hashOf('keyset 1')}`,
  unit: 'usd',
  active: true,
  inputFeePpk: 0,
  denominations: [1, 2, 4],
  createdAtMs: 1,
}
const nextKeyset: KeysetRow = { ...keyset, number: 2, id: `01${hashOf('keyset 2')}` }

const spend = (name: string, amount = 1, of = keyset.id): Spend => ({ keyset: of, y: pointOf(name), amount })
const promise = (name: string, amount = 1, of = keyset.id): Promised => ({
  keyset: of,
  b: pointOf(`B ${name}`),
  amount,
  c: pointOf(`C ${name}`),
  e: hashOf(`e ${name}`),
  s: hashOf(`s ${name}`),
})

const operation = (name: string, rest: Partial<Operation>): Operation => ({
  hash: hashOf(name),
  kind: 'swap',
  unit: 'usd',
  atMs: 1_000,
  answer: `answer to ${name}`,
  spends: [],
  promises: [],
  entries: [],
  ...rest,
})

const quoteRow = (id: string, amount: number): QuoteRow => ({
  id,
  method: 'test',
  unit: 'usd',
  amount,
  request: `pay ${id}`,
  createdAtMs: 10,
  expiresAtMs: 20,
  updatedAtMs: 10,
  amountPaid: 0,
  amountIssued: 0,
  amountRevoked: 0,
})
const open = (id: string, amount: number) =>
  operation(`open ${id}`, { kind: 'quote', quotes: [{ type: 'open', row: quoteRow(id, amount) }] })
const pay = (id: string, amount: number, event = id) =>
  operation(`pay ${event}`, {
    kind: 'payment',
    quotes: [{ type: 'pay', id, amount, method: 'test', event }],
    entries: [
      { account: 'paid-in:test', amount: -amount },
      { account: 'unminted', amount },
    ],
  })
const issue = (name: string, id: string, promises: readonly Promised[]) => {
  const amount = promises.reduce((sum, { amount: each }) => sum + each, 0)
  return operation(name, {
    kind: 'mint',
    quotes: [{ type: 'issue', id, amount }],
    promises,
    entries: [{ account: 'unminted', amount: -amount }],
  })
}
const deposit = (name: string, reference: string, spends: readonly Spend[], account = 'daily-news') => {
  const amount = spends.reduce((sum, { amount: each }) => sum + each, 0)
  return operation(name, {
    kind: 'deposit',
    spends,
    deposit: { account, reference: hashOf(reference), amount, offer: hashOf('offer') },
    entries: [{ account: `publisher:${account}`, amount }],
  })
}

/** Takes back (or gives again) what was paid by a quote and not minted. */
const takeBack = (name: string, type: 'revoke' | 'restore', id: string, amount: number) =>
  operation(name, {
    kind: type === 'revoke' ? 'dispute' : 'dispute-won',
    quotes: [{ type, id, amount }],
    entries: [
      { account: 'unminted', amount: type === 'revoke' ? -amount : amount },
      { account: 'paid-out:card', amount: type === 'revoke' ? amount : -amount },
    ],
  })

const refund = (name: string, reference: string, promises: readonly Promised[], account = 'daily-news') => {
  const amount = promises.reduce((sum, { amount: each }) => sum + each, 0)
  return operation(name, {
    kind: 'refund',
    promises,
    refund: { account, reference: hashOf(reference), amount },
    entries: amount === 0 ? [] : [{ account: `publisher:${account}`, amount: -amount }],
  })
}

const payout = (name: string, amount: number) =>
  operation(name, {
    kind: 'payout',
    entries: [
      { account: 'publisher:daily-news', amount: -amount },
      { account: 'paying-out:daily-news', amount },
    ],
  })

/** Runs the suite. @param make - A new, empty store for each test. */
export function ledgerContract(name: string, make: () => Promise<LedgerUnderTest>): void {
  describe(`ledger on ${name}`, () => {
    let store: LedgerUnderTest
    const ledger = () => store.ledger()
    const commit = (...batch: Operation[]): Promise<readonly Outcome[]> => ledger().commit(batch)
    /** Coins `a`, `b`, `c`, `d` of 1 each may be spent: 4 were promised. */
    const fund = async () => {
      const done = await commit(
        open('q', 4),
        pay('q', 4),
        issue(
          'fund',
          'q',
          ['a', 'b', 'c', 'd'].map((each) => promise(`fund ${each}`)),
        ),
      )
      expect(done.map((outcome) => outcome.status)).toEqual(['committed', 'committed', 'committed'])
    }
    const expectSound = async () => {
      const { entries, balances, promised, spent } = await ledger().totals()
      expect(entries.filter(({ balance }) => balance !== 0)).toEqual(balances.filter(({ balance }) => balance !== 0))
      expect(entries.reduce((sum, { balance }) => sum + balance, 0)).toBe(0)
      for (const { keyset: id, amount } of promised) {
        const back = spent.find((row) => row.keyset === id)?.amount ?? 0
        const outstanding = balances.find(({ account }) => account === `outstanding:${id}`)?.balance ?? 0
        expect(outstanding).toBe(amount - back)
      }
    }

    beforeEach(async () => {
      store = await make()
      await ledger().addKeyset(keyset)
      await ledger().putAccount({ id: 'daily-news', name: 'Daily News', publicKey: 'k', keyId: 'i', createdAtMs: 1 })
    })
    afterEach(async () => {
      await expectSound()
      await store.destroy()
    })

    test('keeps the answer of a request and gives it again, whatever comes with the same hash', async () => {
      await fund()
      const swap = operation('swap', { spends: [spend('a')], promises: [promise('x')] })
      expect(await commit(swap)).toEqual([{ status: 'committed', answer: 'answer to swap' }])
      expect(await commit({ ...swap, answer: 'another' })).toEqual([{ status: 'repeated', answer: 'answer to swap' }])
      expect(await ledger().answer(swap.hash)).toBe('answer to swap')
      expect(await ledger().answer(hashOf('never asked'))).toBeUndefined()
    })

    test('answers the same request twice in one batch from the first', async () => {
      await fund()
      const swap = operation('swap', { spends: [spend('a')], promises: [promise('x')] })
      expect(await commit(swap, swap)).toEqual([
        { status: 'committed', answer: 'answer to swap' },
        { status: 'repeated', answer: 'answer to swap' },
      ])
    })

    test('refuses a spent coin in another request and changes nothing', async () => {
      await fund()
      await commit(operation('first', { spends: [spend('a')], promises: [promise('x')] }))
      const before = await ledger().totals()
      const second = operation('second', { spends: [spend('b'), spend('a')], promises: [promise('y', 2)] })
      expect(await commit(second)).toEqual([{ status: 'refused', code: 'coins-spent' }])
      expect(await ledger().totals()).toEqual(before)
      expect(await ledger().answer(second.hash)).toBeUndefined()
      expect(await ledger().coinStates([pointOf('b')])).toEqual([{ state: 'UNSPENT' }])
      expect(await ledger().promised([promise('y').b])).toEqual([undefined])
    })

    test('takes the same point of another keyset for another coin', async () => {
      await fund()
      await ledger().addKeyset(nextKeyset)
      await commit(operation('new', { spends: [spend('a')], promises: [promise('x', 1, nextKeyset.id)] }))
      expect(await ledger().blocked([spend('b'), spend('a')])).toBe('coins-spent')
      expect(await ledger().blocked([spend('b'), spend('a', 1, nextKeyset.id)])).toBeUndefined()
      expect((await commit(deposit('same point', 'token', [spend('a', 1, nextKeyset.id)])))[0]?.status).toBe(
        'committed',
      )
    })

    test('lets exactly one of two overlapping requests win in one batch, and the rest of the batch go on', async () => {
      await fund()
      const outcomes = await commit(
        operation('ab', { spends: [spend('a'), spend('b')], promises: [promise('ab', 2)] }),
        operation('bc', { spends: [spend('b'), spend('c')], promises: [promise('bc', 2)] }),
        operation('c', { spends: [spend('c')], promises: [promise('c')] }),
      )
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['committed', 'refused', 'committed'])
      expect(await ledger().coinStates(['a', 'b', 'c', 'd'].map(pointOf))).toEqual([
        { state: 'SPENT' },
        { state: 'SPENT' },
        { state: 'SPENT' },
        { state: 'UNSPENT' },
      ])
    })

    test('lets one of many commits at once have the coin', async () => {
      await fund()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          commit(operation(`try ${index}`, { spends: [spend('a')], promises: [promise(`try ${index}`)] })),
        ),
      )
      expect(outcomes.flat().filter((outcome) => outcome.status === 'committed')).toHaveLength(1)
    })

    test('keeps the witness that spent a coin', async () => {
      await fund()
      await commit(
        operation('locked', { spends: [{ ...spend('a'), witness: '{"signatures":[]}' }], promises: [promise('x')] }),
      )
      expect(await ledger().coinStates([pointOf('a')])).toEqual([{ state: 'SPENT', witness: '{"signatures":[]}' }])
    })

    test('signs an output once and remembers how', async () => {
      await fund()
      const made = promise('x', 1)
      await commit(operation('one', { spends: [spend('a')], promises: [made] }))
      expect(await commit(operation('two', { spends: [spend('b')], promises: [promise('x', 1)] }))).toEqual([
        { status: 'refused', code: 'outputs-signed' },
      ])
      expect(await ledger().promised([made.b, promise('y').b])).toEqual([made, undefined])
    })

    test('takes back coins of a retired keyset but signs with the active one only', async () => {
      await fund()
      await ledger().addKeyset(nextKeyset)
      const outOfOld = operation('old', { spends: [spend('a')], promises: [promise('x', 1, keyset.id)] })
      expect(await commit(outOfOld)).toEqual([{ status: 'refused', code: 'keyset-inactive' }])
      const outOfNew = operation('new', { spends: [spend('a')], promises: [promise('x', 1, nextKeyset.id)] })
      expect((await commit(outOfNew))[0]?.status).toBe('committed')
      expect((await ledger().keysets()).map(({ active }) => active)).toEqual([false, true])
    })

    test('refuses a keyset that it does not have, or of another unit', async () => {
      await fund()
      const foreign = operation('foreign', { spends: [spend('a')], promises: [promise('x', 1, nextKeyset.id)] })
      expect(await commit(foreign)).toEqual([{ status: 'refused', code: 'keyset-unknown' }])
      const euro = operation('euro', { unit: 'eur', spends: [spend('a')], promises: [promise('x')] })
      expect(await commit(euro)).toEqual([{ status: 'refused', code: 'keyset-unknown' }])
    })

    test('refuses to take back more than was promised', async () => {
      await fund()
      const forged = deposit(
        'forged',
        'token',
        ['a', 'b', 'c', 'd', 'e'].map((each) => spend(each)),
      )
      expect(await commit(forged)).toEqual([{ status: 'refused', code: 'over-redeemed' }])
    })

    test('throws the whole batch back when entries do not balance', async () => {
      await fund()
      const before = await ledger().totals()
      const good = operation('good', { spends: [spend('a')], promises: [promise('x')] })
      await expect(commit(good, operation('gift', { promises: [promise('y')] }))).rejects.toMatchObject({
        code: 'internal',
      })
      expect(await ledger().totals()).toEqual(before)
      expect((await commit(good))[0]?.status).toBe('committed')
    })

    test('lets nothing of a refused operation or of a batch thrown back count for what comes after', async () => {
      await fund()
      const first = deposit('first', 'token', [spend('a'), spend('b')])
      await commit(first)
      const entries = [
        { account: 'paid-in:test', amount: -5 },
        { account: 'publisher:daily-news', amount: 5 },
      ]
      const outcomes = await commit(
        first,
        operation('euros', { unit: 'eur', entries }),
        // Would credit the publisher, were it not more than was promised.
        deposit('forged', 'token 2', [spend('forged', 8)]),
        payout('of what was forged', 3),
        payout('of what is there', 2),
        deposit('second', 'token 3', [spend('c')]),
        payout('of what just came', 1),
        payout('of other money', 1),
      )
      expect(outcomes.map((each) => ('code' in each ? each.code : each.status))).toEqual([
        'repeated',
        'committed',
        'over-redeemed',
        'account-short',
        'committed',
        'committed',
        'committed',
        'account-short',
      ])
      expect(await ledger().balances('publisher:daily-news')).toMatchObject([
        { unit: 'eur', balance: 5 },
        { unit: 'usd', balance: 0 },
      ])
      const gift = operation('gift', { promises: [promise('y')] })
      await expect(commit(deposit('back', 'token 4', [spend('d')]), gift)).rejects.toMatchObject({ code: 'internal' })
      expect(await commit(payout('of what was thrown back', 1))).toEqual([{ status: 'refused', code: 'account-short' }])
    })

    test('issues no more than was paid, once', async () => {
      await commit(open('q', 4))
      expect(await commit(issue('early', 'q', [promise('x', 4)]))).toEqual([
        { status: 'refused', code: 'quote-unpaid' },
      ])
      await commit(pay('q', 4))
      expect(await commit(issue('greedy', 'q', [promise('x', 8)]))).toEqual([
        { status: 'refused', code: 'quote-amount-mismatch' },
      ])
      expect((await commit(issue('right', 'q', [promise('x', 4)])))[0]?.status).toBe('committed')
      expect(await commit(issue('again', 'q', [promise('y', 4)]))).toEqual([
        { status: 'refused', code: 'quote-issued' },
      ])
      expect(await ledger().quote('q')).toMatchObject({ amountPaid: 4, amountIssued: 4, updatedAtMs: 1_000 })
    })

    test('opens, pays and takes back one quote in one operation', async () => {
      const voided = operation('void', {
        kind: 'voucher-void',
        quotes: [
          { type: 'open', row: quoteRow('v', 4) },
          { type: 'pay', id: 'v', amount: 4, method: 'voucher', event: 'code' },
          { type: 'revoke', id: 'v', amount: 4 },
        ],
      })
      expect(await commit(voided, issue('mint it', 'v', [promise('a')]))).toMatchObject([
        { status: 'committed' },
        { status: 'refused', code: 'funding-reversed' },
      ])
      expect(await ledger().quote('v')).toMatchObject({ amountPaid: 4, amountIssued: 0, amountRevoked: 4 })
    })

    test('mints nothing of what was taken back, and takes back nothing that was minted', async () => {
      await commit(open('q', 4), pay('q', 4))
      const outcomes = await commit(
        issue('some', 'q', [promise('a')]),
        takeBack('too much', 'revoke', 'q', 4),
        takeBack('the rest', 'revoke', 'q', 3),
        issue('more', 'q', [promise('b')]),
        takeBack('the rest', 'revoke', 'q', 3),
      )
      expect(outcomes).toMatchObject([
        { status: 'committed' },
        { status: 'refused', code: 'quote-amount-mismatch' },
        { status: 'committed' },
        { status: 'refused', code: 'funding-reversed' },
        { status: 'repeated' },
      ])
      expect(await ledger().quote('q')).toMatchObject({ amountPaid: 4, amountIssued: 1, amountRevoked: 3 })
      expect(
        await commit(
          takeBack('won too much', 'restore', 'q', 4),
          takeBack('won', 'restore', 'q', 3),
          issue('the other three', 'q', [promise('c'), promise('d', 2)]),
          takeBack('none is left', 'revoke', 'q', 1),
        ),
      ).toMatchObject([
        { status: 'refused', code: 'quote-amount-mismatch' },
        { status: 'committed' },
        { status: 'committed' },
        { status: 'refused', code: 'quote-amount-mismatch' },
      ])
    })

    test('counts a payment event once', async () => {
      await commit(open('q', 4))
      expect((await commit(pay('q', 4), pay('q', 4))).map((outcome) => outcome.status)).toEqual([
        'committed',
        'repeated',
      ])
      expect((await ledger().quote('q'))?.amountPaid).toBe(4)
      expect(await commit(pay('nobody', 4))).toEqual([{ status: 'refused', code: 'quote-unknown' }])
    })

    test('counts a payment event once under whatever hash it comes, and in the quote’s own unit only', async () => {
      await commit(open('q', 4), pay('q', 4))
      const replayed = { ...pay('q', 4), hash: hashOf('the same event in another envelope') }
      expect(await commit(replayed, open('r', 1))).toEqual([
        { status: 'refused', code: 'quote-settled' },
        { status: 'committed', answer: 'answer to open r' },
      ])
      expect(await commit({ ...pay('r', 1), unit: 'eur' })).toEqual([{ status: 'refused', code: 'units-differ' }])
      expect((await ledger().quote('q'))?.amountPaid).toBe(4)
    })

    test('credits a payment that comes after the quote has expired', async () => {
      await commit(open('q', 4))
      await commit({ ...pay('q', 4), atMs: 1e12 })
      expect((await commit(issue('late', 'q', [promise('x', 4)])))[0]?.status).toBe('committed')
    })

    test('credits a deposit once and refuses its reference with other content', async () => {
      await fund()
      const first = deposit('deposit', 'token', [spend('a'), spend('b')])
      expect((await commit(first))[0]?.status).toBe('committed')
      expect((await commit(first))[0]?.status).toBe('repeated')
      expect(await commit(deposit('other', 'token', [spend('c')]))).toEqual([
        { status: 'refused', code: 'deposit-conflict' },
      ])
      expect(await commit(deposit('stranger', 'token 2', [spend('c')], 'stranger'))).toEqual([
        { status: 'refused', code: 'account-unknown' },
      ])
      expect(await ledger().balances('publisher:daily-news')).toEqual([
        { account: 'publisher:daily-news', unit: 'usd', balance: 2 },
      ])
      expect(await ledger().depositCount('daily-news')).toBe(1)
      expect(await ledger().hasDeposit('daily-news', hashOf('token'))).toBe(true)
      expect(await ledger().hasDeposit('daily-news', hashOf('token 2'))).toBe(false)
    })

    test('refunds a deposit once, no more than it was, and never more than the account has', async () => {
      await fund()
      await commit(deposit('deposit', 'token', [spend('a'), spend('b')]))
      expect(await commit(refund('stranger', 'token 2', [promise('r')]))).toEqual([
        { status: 'refused', code: 'deposit-unknown' },
      ])
      expect(await commit(refund('greedy', 'token', [promise('r', 4)]))).toEqual([
        { status: 'refused', code: 'refund-too-large' },
      ])
      expect(await commit({ ...refund('euro', 'token', []), unit: 'eur' })).toEqual([
        { status: 'refused', code: 'units-differ' },
      ])
      const good = refund('good', 'token', [promise('r', 1)])
      const outcomes = await commit(good, refund('rival', 'token', [promise('s', 1)]), good)
      expect(outcomes.map((each) => ('code' in each ? each.code : each.status))).toEqual([
        'committed',
        'refund-conflict',
        'repeated',
      ])
      expect(await ledger().balances('publisher:daily-news')).toMatchObject([{ balance: 1 }])
      // What was paid out to the publisher is not there to be given back, however many ask at once.
      await commit(deposit('second', 'token 2', [spend('c')]), deposit('third', 'token 3', [spend('d')]))
      await commit(
        operation('payout', {
          entries: [
            { account: 'publisher:daily-news', amount: -2 },
            { account: 'paid-out:bank', amount: 2 },
          ],
        }),
      )
      const both = await commit(
        refund('one', 'token 2', [promise('t', 1)]),
        refund('two', 'token 3', [promise('u', 1)]),
        open('unharmed', 4),
      )
      expect(both.map((each) => ('code' in each ? each.code : each.status)).toSorted()).toEqual([
        'account-short',
        'committed',
        'committed',
      ])
      expect(await ledger().balances('publisher:daily-news')).toMatchObject([{ balance: 0 }])
    })

    test('pays out no more than is owed, settles it once, and tells everything that moved an account', async () => {
      await fund()
      await commit(deposit('one', 'token', [spend('a'), spend('b')]))
      await commit(deposit('two', 'token 2', [spend('c')]))
      await commit(refund('back', 'token', [promise('r', 1)]))
      const outcomes = await commit(payout('greedy', 3), payout('first', 1), payout('second', 2))
      expect(outcomes.map((each) => ('code' in each ? each.code : each.status))).toEqual([
        'account-short',
        'committed',
        'account-short',
      ])
      const settle = (name: string, kind: 'payout-paid' | 'payout-failed') => {
        const to = kind === 'payout-paid' ? 'paid-out:bank' : 'publisher:daily-news'
        const entries = [
          { account: 'paying-out:daily-news', amount: -1 },
          { account: to, amount: 1 },
        ]
        return operation(`outcome ${name}`, { kind, entries, answer: kind })
      }
      // Whoever hears first what became of it is right; the other is told.
      expect(await commit(settle('first', 'payout-failed'), settle('first', 'payout-paid'))).toEqual([
        { status: 'committed', answer: 'payout-failed' },
        { status: 'repeated', answer: 'payout-failed' },
      ])
      expect(await commit(settle('another', 'payout-paid'))).toEqual([{ status: 'refused', code: 'account-short' }])
      const seen: Movement[] = []
      expect(await ledger().movements('daily-news', 'usd', (slice) => seen.push(...slice))).toBe(2)
      expect(seen.toSorted((a, b) => a.sequence - b.sequence).map(({ kind, amount }) => [kind, amount])).toEqual([
        ['deposit', 2],
        ['deposit', 1],
        ['refund', -1],
        ['payout', -1],
        ['payout-failed', 1],
      ])
      expect(seen.find(({ kind }) => kind === 'refund')?.reference).toBe(hashOf('token'))
      expect(seen.find(({ kind }) => kind === 'payout')).toMatchObject({ answer: 'answer to first', atMs: 1000 })
      expect(await ledger().movements('daily-news', 'eur', (slice) => expect(slice).toEqual([]))).toBe(0)
    })

    const meltOf = (id: string, change: MeltChange, rest: Partial<Operation> = {}) =>
      operation(`${change.type} ${id} ${'attempt' in change ? change.attempt : 0}`, {
        kind: 'melt',
        melt: change,
        ...rest,
      })
    const openMelt = (id: string) =>
      meltOf(id, {
        type: 'open',
        row: {
          id,
          method: 'bank',
          unit: 'usd',
          amount: 2,
          feeReserve: 0,
          request: 'r',
          createdAtMs: 1,
          expiresAtMs: 2,
        },
      })
    const startMelt = (id: string, attempt: number, ...coins: string[]) =>
      meltOf(
        id,
        { type: 'start', id, attempt, content: 'c', outputs: '[]', amountIn: coins.length, inputFee: 0 },
        {
          spends: coins.map((each) => spend(each)),
          entries: [{ account: 'melting:bank', amount: coins.length }],
        },
      )
    const endMelt = (id: string, attempt: number, type: 'settle' | 'fail') =>
      meltOf(
        id,
        { type, id, attempt },
        {
          entries: [
            { account: 'melting:bank', amount: -2 },
            ...(type === 'fail' ? [] : [{ account: 'paid-out:bank', amount: 2 }]),
          ],
        },
      )

    test('spends the coins of a melt while it is pending, releases them when it failed, keeps them when it is paid', async () => {
      await fund()
      expect((await commit(openMelt('m')))[0]?.status).toBe('committed')
      expect((await commit(startMelt('m', 1, 'a', 'b')))[0]?.status).toBe('committed')
      expect((await ledger().pendingMelts()).map(({ id }) => id)).toEqual(['m'])
      expect(await commit(startMelt('m', 2, 'c', 'd'))).toEqual([{ status: 'refused', code: 'quote-pending' }])
      expect(await ledger().coinStates(['a', 'b'].map(pointOf))).toEqual([{ state: 'PENDING' }, { state: 'PENDING' }])
      expect(await ledger().blocked([spend('a')])).toBe('coins-pending')
      expect(await commit(operation('early', { spends: [spend('a')], promises: [promise('early')] }))).toEqual([
        { status: 'refused', code: 'coins-pending' },
      ])
      await expectSound()
      expect((await commit(endMelt('m', 1, 'fail')))[0]?.status).toBe('committed')
      expect(await ledger().coinStates(['a', 'b'].map(pointOf))).toEqual([{ state: 'UNSPENT' }, { state: 'UNSPENT' }])
      expect(await commit(endMelt('m', 1, 'settle'))).toEqual([{ status: 'refused', code: 'quote-unpaid' }])
      await expectSound()
      await commit(startMelt('m', 2, 'b', 'c'), endMelt('m', 2, 'settle'))
      expect(await ledger().melt('m')).toMatchObject({ state: 'PAID', attempt: 2, answer: 'answer to settle m 2' })
      expect(await ledger().pendingMelts()).toEqual([])
      expect(await commit(startMelt('m', 3, 'd'))).toEqual([{ status: 'refused', code: 'quote-settled' }])
      expect(await ledger().coinStates(['a', 'b', 'c'].map(pointOf))).toEqual([
        { state: 'UNSPENT' },
        { state: 'SPENT' },
        { state: 'SPENT' },
      ])
      expect(await ledger().melt('nobody')).toBeUndefined()
    })

    test('signs off what it wrote since it started, once', async () => {
      await ledger().nextEpoch()
      const signed: string[] = []
      const sign = (text: string) => {
        signed.push(text)
        return new Uint8Array(64)
      }
      await ledger().checkpoint(sign)
      await fund()
      await ledger().checkpoint(sign)
      await ledger().checkpoint(sign)
      expect(signed).toHaveLength(1)
      expect(signed[0]).toMatch(/^tuppence checkpoint 1 \d+ [0-9a-f]{64}$/)
    })

    test('gives an account a new key under its old name', async () => {
      const account = { id: 'blog', name: 'Blog', publicKey: 'k1', keyId: 'i1', createdAtMs: 5 }
      await ledger().putAccount(account)
      await ledger().putAccount({ ...account, publicKey: 'k2', keyId: 'i2', createdAtMs: 9 })
      expect(await ledger().account('blog')).toEqual({ ...account, publicKey: 'k2', keyId: 'i2' })
      expect((await ledger().accounts()).map(({ id }) => id)).toEqual(['blog', 'daily-news'])
      expect(await ledger().account('nobody')).toBeUndefined()
    })

    test('has everything after a restart, and knows how far it came', async () => {
      await fund()
      const swap = operation('swap', { spends: [spend('a')], promises: [promise('x')] })
      await commit(swap)
      expect(await ledger().nextEpoch()).toBe(1)
      const before = await ledger().totals()
      await store.reopen()
      expect(await ledger().totals()).toEqual(before)
      expect(await ledger().answer(swap.hash)).toBe(swap.answer)
      expect(await ledger().quote('q')).toMatchObject({ amountIssued: 4 })
      expect(await ledger().position()).toEqual({ epoch: 1, sequence: 4 })
    })
  })
}
