import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { memoryDb } from './db/memory.ts'
import { openStreet, lockedText, type Fault, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

const problem = (status: number, code: string) => () =>
  new Response(JSON.stringify({ type: `https://paymentauth.org/problems/${code}`, code }), { status })

/** A funded wallet whose till answers paying requests as told; asks for prices pass. */
async function paying(fault: () => Fault) {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const db = memoryDb()
  const fetch = street.fetch(() => 'pass')
  const spoiled = street.fetch(({ url }) => (url.startsWith(street.origin) && asking ? fault() : 'pass'))
  let asking = false
  const wallet = street.wallet({ db, seed: async () => seed, fetch: spoiled })
  await wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })
  const look = await wallet.look({ url: street.url('/read/salt'), site: street.origin })
  asking = true
  const honest = street.wallet({ db, seed: async () => seed, fetch })
  const credentials = () => spoiled.seen.filter(({ headers }) => headers.has('authorization')).length
  return { wallet, honest, look, credentials, balance: () => wallet.$balance.get()['usd'] }
}

describe('paying a till', () => {
  test.each<[string, Fault, string]>([
    ['is out of reach', 'lose', 'till-unavailable'],
    ['answers nothing', 'lose-answer', 'till-unavailable'],
    ['is broken', problem(500, 'internal'), 'till-unavailable'],
    ["can't reach its mint", problem(503, 'mint-unavailable'), 'mint-unavailable'],
    ['is busy with it', problem(409, 'payment-in-progress'), 'payment-in-progress'],
    ['sends too much', () => new Response('x'.repeat(2_200_000)), 'response-too-large'],
  ])('that %s leaves the money on its way, sends one credential, and is finished later', async (_, fault, code) => {
    const before = await street.truth()
    const { wallet, honest, look, credentials, balance } = await paying(() => fault)
    await expect(wallet.unlock(look)).rejects.toMatchObject({ code })
    expect(credentials()).toBe(1)
    await wallet.recover().catch(() => {})
    expect(balance()).toEqual({ spendable: 83, reserved: 17, lent: 0 })
    expect(await honest.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
    expect(honest.$balance.get()['usd']).toEqual({ spendable: 83, reserved: 0, lent: 0 })
    const look2 = await honest.look({ url: street.url('/read/salt'), site: street.origin })
    expect(await honest.unlock(look2)).toMatchObject({ status: 'opened', body: expect.stringContaining(lockedText) })
    const after = await street.truth()
    expect([after.publisher - before.publisher, after.deposits - before.deposits]).toEqual([17, 1])
  })

  test.each([
    [402, 'payment-expired'],
    [402, 'verification-failed'],
    [402, 'invalid-challenge'],
    [402, 'amount-mismatch'],
    [400, 'two-credentials'],
    [403, 'policy-refused'],
    [404, 'not-found'],
    [413, 'body-too-large'],
  ])('that refuses with %i %s gives the coins back, once the mint says that they are good', async (status, code) => {
    const { wallet, look, credentials, balance } = await paying(() => ({ instead: problem(status, code) }))
    expect(await wallet.unlock(look)).toEqual({ status: 'declined', reason: code })
    expect(credentials()).toBe(1)
    expect(balance()).toEqual({ spendable: 100, reserved: 0, lent: 0 })
    // By a swap: no copy of the credential that is still about can have them any more.
    const [paid] = wallet.$history.get().filter(({ kind }) => kind === 'pay')
    expect(paid).toMatchObject({ end: 'undone', reason: code })
  })

  test('that takes the coins and says no is found out: nothing is spent twice, and the history says so', async () => {
    // The credential arrives and is taken; what comes back is a refusal.
    let later: number | undefined = 0
    const thief: Fault = async (response) => {
      await response.arrayBuffer()
      const headers = later === undefined ? undefined : { date: new Date(Date.now() + later).toUTCString() }
      return new Response(JSON.stringify({ code: 'verification-failed' }), { status: 402, ...(headers && { headers }) })
    }
    const { wallet: robbed, look: offer, honest } = await paying(() => thief)
    expect(await robbed.unlock(offer)).toMatchObject({ status: 'declined' })
    // All of its coins are spent, so nobody gives them back; the till is asked again, and for a day after it could have.
    expect(await robbed.recover()).toMatchObject({ open: 1 })
    expect(robbed.$balance.get()['usd']).toEqual({ spendable: 83, reserved: 17, lent: 0 })
    // Our own clock does not say when that is over: it may jump by years.
    later = undefined
    const jumped = Date.now() + 10 * 365 * 86_400_000
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => jumped)
    expect(await robbed.recover()).toMatchObject({ open: 1 })
    clock.mockRestore()
    later = 2 * 86_400_000
    expect(await robbed.recover()).toMatchObject({ open: 0 })
    expect(robbed.$balance.get()['usd']).toEqual({ spendable: 83, reserved: 0, lent: 0 })
    expect(robbed.$history.get()[0]).toMatchObject({ kind: 'pay', end: 'taken', amount: 17 })
    expect(await honest.recover()).toEqual({ finished: 0, undone: 0, open: 0 })
  })

  test('whose receipt is forged is paid all the same; the coins stay until the mint says that they are spent', async () => {
    const forge: Fault = async (response) => {
      const headers = new Headers(response.headers)
      const receipt = JSON.parse(
        atob((headers.get('payment-receipt') ?? '').replaceAll('-', '+').replaceAll('_', '/')),
      ) as { receipt: { amount: number } }
      receipt.receipt.amount = 16
      headers.set(
        'payment-receipt',
        btoa(JSON.stringify(receipt)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      )
      return new Response(await response.text(), { status: 200, headers })
    }
    const { wallet, look, balance } = await paying(() => forge)
    expect(await wallet.unlock(look)).toMatchObject({ status: 'paid' })
    expect(balance()).toEqual({ spendable: 83, reserved: 17, lent: 0 })
    expect(wallet.$purchases.get()[street.url('/read/salt')]).toMatchObject({ receiptVerified: false })
    expect(await wallet.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
    expect(balance()).toEqual({ spendable: 83, reserved: 0, lent: 0 })
  })

  test("works by the till's clock: ten years off, it pays and opens again", async () => {
    const decade = 10 * 365 * 86_400_000
    for (const offMs of [-decade, decade]) {
      const seed = crypto.getRandomValues(new Uint8Array(64))
      const db = memoryDb()
      const clock = { nowMs: () => Date.now() + offMs }
      const wallet = street.wallet({ db, seed: async () => seed, clock })
      await wallet.topUp({ amount: 50, unit: 'usd', method: 'test' })
      const target = { url: street.url('/read/penny'), site: street.origin }
      expect(await wallet.unlock(await wallet.look(target))).toMatchObject({ status: 'paid' })
      // A new start knows nothing of the offset, and learns it from the first refusal.
      const later = street.wallet({ db, seed: async () => seed, clock })
      expect(await later.reopen(target)).toMatchObject({ status: 'opened' })
    }
  })

  test('asks again when the challenge ran out while the reader was reading, and pays what was shown', async () => {
    const { honest, look } = await paying(() => 'pass')
    if (look.status !== 'priced') throw new Error(look.status)
    const stale = {
      ...look,
      offer: { ...look.offer, challenge: { ...look.offer.challenge, expires: '2020-01-01T00:00:00Z' } },
    }
    expect(await honest.unlock(stale)).toMatchObject({ status: 'paid' })
    const { honest: other, look: offer } = await paying(() => 'pass')
    if (offer.status !== 'priced') throw new Error(offer.status)
    const cheaper = {
      ...offer,
      offer: { ...offer.offer, amount: 16, challenge: { ...offer.offer.challenge, expires: '2020-01-01T00:00:00Z' } },
    }
    expect(await other.unlock(cheaper)).toEqual({ status: 'declined', reason: 'challenge-changed' })
  })

  test('is not begun for a gesture that was called off', async () => {
    const { wallet, look, credentials, balance } = await paying(() => 'pass')
    await expect(wallet.unlock(look, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
    expect(credentials()).toBe(0)
    expect(balance()?.spendable).toBe(100)
  })
})

describe('a payment that was cut off', () => {
  test('is finished by the next look, which then finds it owned, with the same credential and no second debit', async () => {
    const before = await street.truth()
    let down = true
    const { wallet, look } = await paying(() => (down ? 'lose-answer' : 'pass'))
    await expect(wallet.unlock(look)).rejects.toMatchObject({ code: 'till-unavailable' })
    const target = { url: street.url('/read/salt'), site: street.origin }
    // Still cut off: said as it is, with the payment's name.
    await expect(wallet.look(target)).rejects.toMatchObject({
      code: 'till-unavailable',
      details: { paymentId: expect.any(String) },
    })
    // Another page learns nothing of it, and sends nothing for it.
    await expect(wallet.look({ ...target, site: 'http://evil.example' })).rejects.toMatchObject({ details: {} })
    down = false
    const again = await wallet.look(target)
    expect(again.status).toBe('owned')
    expect(await wallet.unlock(again)).toMatchObject({ status: 'opened', body: expect.stringContaining(lockedText) })
    const after = await street.truth()
    expect([after.publisher - before.publisher, after.deposits - before.deposits]).toEqual([17, 1])
  })
})
