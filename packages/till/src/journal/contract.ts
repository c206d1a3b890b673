/** The suite that every journal storage must pass; called by the test beside each storage. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Journal, JournalLimits, Received } from './port.ts'

/** A received payment for tests; give what matters to the test. */
export function receivedPayment(change: Partial<Received> = {}): Received {
  return {
    reference: 'a'.repeat(64),
    offerId: 'salt',
    kind: 'article',
    target: '/read/salt',
    challengeId: 'challenge-1',
    price: 5,
    amount: 5,
    unit: 'usd',
    salt: '0'.repeat(32),
    deposit: '{"inputs":[]}',
    receivedAtMs: 1_000,
    ...change,
  }
}

const reader = { thumbprint: 'thumb-1', publicKey: 'key-1' }
const outcome = { receipt: 'receipt-1', atMs: 2_000 }

/** Runs the contract on a storage; `open` gives an empty journal, with its usual limits or others. */
export function journalContract(name: string, open: (limits?: JournalLimits) => Promise<Journal>): void {
  describe(`journal contract: ${name}`, () => {
    let journal: Journal
    beforeEach(async () => {
      journal = await open()
    })
    afterEach(() => journal.close())

    receiving(() => journal)
    bounding(open)
    settling(() => journal)
    entitling(() => journal)
  })
}

function receiving(journal: () => Journal): void {
  test('gives back what was received, once', async () => {
    const payment = receivedPayment({ reader, digest: 'sha-256=:x:', idempotencyKey: 'k' })
    expect(await journal().receive(payment)).toEqual({ status: 'new', payment: { ...payment, stage: 'received' } })
    expect(await journal().find(payment.reference)).toEqual({ ...payment, stage: 'received' })
    expect(await journal().find('b'.repeat(64))).toBeUndefined()
  })

  test('leaves a known payment as it is, whatever comes with its reference', async () => {
    await journal().receive(receivedPayment())
    const again = await journal().receive(receivedPayment({ challengeId: 'other', offerId: 'other', deposit: 'other' }))
    expect(again).toEqual({ status: 'known', payment: { ...receivedPayment(), stage: 'received' } })
  })

  test('takes one of many concurrent receives of one reference', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => journal().receive(receivedPayment({ challengeId: `c${index}` }))),
    )
    expect(all.filter(({ status }) => status === 'new')).toHaveLength(1)
    expect(new Set(all.map((result) => 'payment' in result && result.payment.challengeId)).size).toBe(1)
  })

  test('takes an idempotency key once for a reader and offer, and not across them', async () => {
    const first = receivedPayment({ reader, idempotencyKey: 'k' })
    const other = (change: Partial<Received>) =>
      journal().receive({ ...first, reference: crypto.randomUUID(), ...change })
    await journal().receive(first)
    expect(await other({})).toEqual({ status: 'conflict', payment: { ...first, stage: 'received' } })
    expect((await other({ offerId: 'tin' })).status).toBe('new')
    expect((await other({ idempotencyKey: 'l' })).status).toBe('new')
    expect((await other({ reader: { thumbprint: 'thumb-2', publicKey: 'key-2' } })).status).toBe('new')
  })
}

function bounding(open: (limits: JournalLimits) => Promise<Journal>): void {
  test('holds no more payments without an outcome than its limit, and says so', async () => {
    const journal = await open({ openMax: 2 })
    for (const reference of ['one', 'two']) await journal.receive(receivedPayment({ reference }))
    expect(await journal.receive(receivedPayment({ reference: 'three' }))).toEqual({ status: 'full' })
    expect(await journal.find('three')).toBeUndefined()
    expect((await journal.receive(receivedPayment({ reference: 'one' }))).status).toBe('known')
    await journal.deposited('one', outcome)
    expect((await journal.receive(receivedPayment({ reference: 'three' }))).status).toBe('new')
    await journal.close()
  })
}

function settling(journal: () => Journal): void {
  test('keeps the receipt and forgets the coins when deposited', async () => {
    const payment = receivedPayment()
    await journal().receive(payment)
    const { deposit: _spent, ...rest } = payment
    expect(await journal().deposited(payment.reference, outcome)).toEqual({
      ...rest,
      stage: 'deposited',
      receipt: 'receipt-1',
      depositedAtMs: 2_000,
    })
    await journal().delivered(payment.reference, 3_000)
    expect(await journal().find(payment.reference)).toEqual({
      ...rest,
      stage: 'delivered',
      receipt: 'receipt-1',
      depositedAtMs: 2_000,
    })
  })

  test('keeps the first receipt when a deposit is told twice', async () => {
    const payment = receivedPayment()
    await journal().receive(payment)
    await journal().deposited(payment.reference, outcome)
    const again = await journal().deposited(payment.reference, { ...outcome, receipt: 'receipt-2' })
    expect(again.receipt).toBe('receipt-1')
  })

  test('does not deliver what is not deposited', async () => {
    await journal().receive(receivedPayment())
    await journal().delivered(receivedPayment().reference, 3_000)
    expect((await journal().find(receivedPayment().reference))?.stage).toBe('received')
  })

  test('forgets a refused payment, but never one with a receipt', async () => {
    const payment = receivedPayment()
    await journal().receive(payment)
    await journal().refused(payment.reference)
    expect(await journal().find(payment.reference)).toBeUndefined()
    await journal().receive(payment)
    await journal().deposited(payment.reference, outcome)
    await journal().refused(payment.reference)
    expect((await journal().find(payment.reference))?.receipt).toBe('receipt-1')
  })

  test('lists what is unsettled, oldest first', async () => {
    const at = (reference: string, receivedAtMs: number) =>
      journal().receive(receivedPayment({ reference, receivedAtMs }))
    await at('late', 3)
    await at('early', 1)
    await at('middle', 2)
    await at('settled', 0)
    await journal().deposited('settled', outcome)
    expect((await journal().unsettled(10)).map(({ reference }) => reference)).toEqual(['early', 'middle', 'late'])
    expect((await journal().unsettled(2)).map(({ reference }) => reference)).toEqual(['early', 'middle'])
  })
}

function entitling(journal: () => Journal): void {
  test('entitles the reader who signed, to that offer only', async () => {
    const payment = receivedPayment({ reader })
    await journal().receive(payment)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toBeUndefined()
    await journal().deposited(payment.reference, outcome)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toEqual({
      reader,
      offerId: 'salt',
      via: 'paid',
      reference: payment.reference,
      receipt: 'receipt-1',
      amount: 5,
      atMs: 2_000,
    })
    expect(await journal().entitlement(reader.thumbprint, 'tin')).toBeUndefined()
    expect(await journal().entitlement('thumb-2', 'salt')).toBeUndefined()
  })

  test('entitles nobody where nobody signed, and to nothing where nothing is owned', async () => {
    await journal().receive(receivedPayment())
    await journal().deposited(receivedPayment().reference, outcome)
    const tip = receivedPayment({ reference: 'tip', offerId: 'jar', kind: 'tip', reader })
    await journal().receive(tip)
    await journal().deposited('tip', outcome)
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toBeUndefined()
    expect(await journal().entitlement(reader.thumbprint, 'jar')).toBeUndefined()
  })

  test('keeps the first purchase when a reader buys twice', async () => {
    for (const reference of ['one', 'two']) {
      await journal().receive(receivedPayment({ reference, reader }))
      await journal().deposited(reference, { ...outcome, receipt: `receipt-${reference}` })
    }
    expect(await journal().entitlement(reader.thumbprint, 'salt')).toMatchObject({
      reference: 'one',
      receipt: 'receipt-one',
    })
  })
}
