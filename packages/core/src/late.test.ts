import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Wallet } from './api.ts'
import { memoryDb } from './db/memory.ts'
import { lockedText, openStreet, type Fault, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

const usd = (wallet: Wallet) => wallet.$balance.get()['usd']
const hundred = { amount: 100, unit: 'usd', method: 'test' } as const
const settled = { spendable: 100, reserved: 0, lent: 0 }
const salt = () => ({ url: street.url('/read/salt'), site: street.origin })

/** Two tabs on one vault; the first one's requests to `path` go as `fault` says. */
function tabs(path: string, fault: () => Fault, second: () => Fault = () => 'pass') {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const db = memoryDb()
  const open = (how: () => Fault, deps: Parameters<Street['wallet']>[0] = {}) =>
    street.wallet({
      db,
      seed: async () => seed,
      fetch: street.fetch(({ url }) => (url.endsWith(path) ? how() : 'pass')),
      ...deps,
    })
  return { db, seed, open, first: open(fault), second: open(second) }
}

/** Holds an answer back until it is let go. */
function heldBack() {
  const arrived = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const fault: Fault = async (response) => {
    const copy = new Response(await response.text(), response)
    arrived.resolve()
    await gate.promise
    return copy
  }
  return { fault, arrived: arrived.promise, letGo: gate.resolve }
}

/** Never arrives; the other side says no. */
const refusal = (body: object) => ({ instead: () => new Response(JSON.stringify(body), { status: 400 }) })

describe('an answer that comes after the payment was given up', () => {
  test('of a mint still brings its coins, whatever another tab was told', async () => {
    const held = heldBack()
    const lies: Fault[] = []
    const { first, second } = tabs(
      '/v1/swap',
      () => held.fault,
      () => lies[0] ?? 'pass',
    )
    await second.topUp(hundred)
    // The second tab's copy is refused; what was signed shows that it was done.
    lies.push(refusal({ code: 20_000, detail: 'no' }))
    const before = await street.truth()
    const changing = first.makeChange({ amount: 37 })
    await held.arrived
    await second.recover()
    held.letGo()
    expect(await changing).toBe(true)
    await second.recover()
    expect(usd(first)).toEqual(settled)
    expect((await street.truth()).outstanding).toBe(before.outstanding)
  })

  test('of a mint that forgot what it signed still brings its coins', async () => {
    const held = heldBack()
    const { db, seed, first } = tabs('/v1/swap', () => held.fault)
    await first.topUp(hundred)
    const changing = first.makeChange({ amount: 37 })
    await held.arrived
    const forgetful = street.fetch(({ url }) => {
      if (url.endsWith('/v1/swap')) return refusal({ code: 20_000, detail: 'no' })
      if (!url.endsWith('/v1/restore')) return 'pass'
      return { instead: () => new Response('{"outputs":[],"signatures":[]}') }
    })
    const other = street.wallet({ db, seed: async () => seed, fetch: forgetful })
    expect(await other.recover()).toEqual({ finished: 0, undone: 1, open: 0 })
    held.letGo()
    expect(await changing).toBe(true)
    expect(usd(first)).toEqual(settled)
    expect(first.$history.get().find(({ kind }) => kind === 'swap')).toMatchObject({ end: 'done' })
  })

  test('of a till with a receipt is kept as bought, though another tab was refused', async () => {
    const held = heldBack()
    let paying = false
    const { db, seed, first } = tabs('/read/salt', () => (paying ? held.fault : 'pass'))
    await first.topUp(hundred)
    const look = await first.look(salt())
    paying = true
    const unlocking = first.unlock(look)
    await held.arrived
    // Asked beside it, a till says no, and the mint says that one of the coins is good: so it is over, all or none.
    const unaware = street.fetch(({ url }) => {
      if (url.endsWith('/read/salt')) return refusal({ code: 'verification-failed' })
      if (!url.endsWith('/v1/checkstate')) return 'pass'
      return async (response) => new Response((await response.text()).replace('"SPENT"', '"UNSPENT"'))
    })
    const other = street.wallet({ db, seed: async () => seed, fetch: unaware })
    expect(await other.recover()).toEqual({ finished: 0, undone: 1, open: 0 })
    held.letGo()
    expect(await unlocking).toMatchObject({ status: 'paid', body: expect.stringContaining(lockedText) })
    expect(usd(first)).toEqual({ spendable: 83, reserved: 0, lent: 0 })
    expect((await first.look(salt())).status).toBe('owned')
  })
})

/** A network in which the first request to `path` is held up, and the next ones are refused by somebody in between. */
function heldUp(path: string) {
  const copies: (() => Promise<Response>)[] = []
  let isOn = false
  const carried: typeof fetch = async (url, init) => {
    if (!isOn || !String(url).endsWith(path)) return fetch(url, init)
    if (copies.push(() => fetch(url, init)) === 1) throw new TypeError('fetch failed')
    return new Response(JSON.stringify({ code: 20_000, detail: 'no' }), { status: 400 })
  }
  return {
    fetch: (url: string, init?: RequestInit) => carried(url, init),
    begin: () => void (isOn = true),
    /** The first copy comes through after all. */
    deliver: async () => {
      isOn = false
      expect((await copies[0]?.())?.status).toBe(200)
    },
  }
}

describe('a copy that comes through after the answer to another was no', () => {
  const late = (path: string) => {
    const network = heldUp(path)
    const wallet = street.wallet({ seed: async () => seed, fetch: network.fetch })
    return { network, wallet }
  }
  let seed: Uint8Array
  beforeEach(() => void (seed = crypto.getRandomValues(new Uint8Array(64))))

  test('of change: its coins are found, and those that it spent are let go', async () => {
    const { network, wallet } = late('/v1/swap')
    await wallet.topUp(hundred)
    network.begin()
    await expect(wallet.makeChange({ amount: 37 })).rejects.toMatchObject({ code: 'mint-unavailable' })
    expect(await wallet.recover()).toEqual({ finished: 0, undone: 1, open: 0 })
    await network.deliver()
    await wallet.recover()
    expect(usd(wallet)).toEqual(settled)
    expect(wallet.$history.get().map(({ kind, end }) => `${kind} ${end}`)).toEqual(['swap done', 'top-up done'])
    const before = await street.truth()
    const token = await wallet.send({ amount: 100, unit: 'usd' })
    if (token.status !== 'sent') throw new Error('the coins are not there')
    expect(await street.wallet().receive(token.token)).toMatchObject({ amount: 100 })
    expect((await street.truth()).outstanding).toBe(before.outstanding)
  })

  test('of a token: what was received is there', async () => {
    const from = street.wallet()
    await from.topUp(hundred)
    const sent = await from.send({ amount: 100, unit: 'usd' })
    const { network, wallet } = late('/v1/swap')
    network.begin()
    await expect(wallet.receive(sent.status === 'sent' ? sent.token : '')).rejects.toMatchObject({
      code: 'mint-unavailable',
    })
    await wallet.recover()
    await network.deliver()
    await wallet.recover()
    expect(usd(wallet)).toEqual(settled)
    expect(wallet.$history.get().map(({ kind, end }) => `${kind} ${end}`)).toEqual(['receive done'])
  })

  test('of a top-up, after two that were refused: the money is there', async () => {
    const { network, wallet } = late('/v1/mint/test')
    network.begin()
    await expect(wallet.topUp(hundred)).rejects.toMatchObject({ code: 'mint-unavailable' })
    await wallet.recover()
    await wallet.recover()
    await network.deliver()
    await wallet.recover()
    expect(usd(wallet)).toEqual(settled)
    expect(wallet.$history.get().map(({ kind, end }) => `${kind} ${end}`)).toEqual(['top-up done'])
    // Nothing more comes of it.
    await wallet.recover()
    expect(usd(wallet)).toEqual(settled)
  })
})

describe('signatures of an earlier life', () => {
  test('never pass for the answer to a request that was refused', async () => {
    const { seed, first } = tabs('/', () => 'pass')
    await first.topUp(hundred)
    const before = await street.truth()
    // The storage was wiped: the same seed counts from 0 again, and draws up the very outputs that were signed before.
    const again = street.wallet({ db: memoryDb(), seed: async () => seed })
    expect(await again.topUp(hundred)).toMatchObject({ status: 'topped-up' })
    expect((await street.truth()).outstanding - before.outstanding).toBe(100)
    expect(usd(again)).toEqual(settled)
    expect(await again.restore()).toEqual({ usd: 100 })
  })
})

describe('money on its way in', () => {
  test('is not given up by a clock that is ten years ahead', async () => {
    const { db, seed, first } = tabs('/v1/test/pay', () => 'lose')
    await expect(first.topUp(hundred)).rejects.toMatchObject({ code: 'mint-unavailable' })
    const [payment] = first.$payments.get()
    const later = street.wallet({ db, seed: async () => seed, clock: { nowMs: () => Date.now() + 3.2e11 } })
    expect(await later.recover()).toEqual({ finished: 0, undone: 0, open: 1 })
    // Nor by whoever no longer wants it: it can still be paid.
    expect(await later.cancel(payment!.id)).toBe('open')
    if (payment?.kind !== 'top-up') throw new Error('no quote')
    await fetch(`${street.mint.url}/v1/test/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ quote: payment.quote?.id }),
    })
    expect(await later.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
    expect(usd(later)).toEqual(settled)
  })

  test('becomes coins although another tab cancelled while it was being paid', async () => {
    const held = heldBack()
    const { first, second } = tabs('/v1/test/pay', () => held.fault)
    const toppingUp = first.topUp(hundred)
    await held.arrived
    await second.start()
    expect(await second.cancel(second.$payments.get()[0]!.id)).toBe('finished')
    held.letGo()
    expect(await toppingUp).toMatchObject({ status: 'topped-up' })
    expect(usd(first)).toEqual(settled)
  })
})

describe('coins on their way home', () => {
  test('are not taken for spent, whoever asks while the answer is lost', async () => {
    let down = false
    const { open, first } = tabs('/v1/swap', () => (down ? 'lose-answer' : 'pass'))
    await first.topUp(hundred)
    const { origin } = street
    const look = await first.look(salt())
    const realm = look.status === 'priced' ? look.offer.realm : ''
    const loan = { site: origin, tillOrigin: origin, realm, amount: 40, unit: 'usd' }
    const allowance = await first.lend(loan)
    if (!allowance) throw new Error('nothing lent')
    await first.acknowledgeLoan(allowance.id)
    down = true
    await expect(first.callHome(origin)).rejects.toMatchObject({ code: 'mint-unavailable' })
    const later = open(() => 'pass')
    await later.settleLoan({ id: allowance.id, site: origin, purchases: [], history: [], held: [] })
    expect(await later.callHome(origin)).toEqual({ usd: 40 })
    expect(usd(later)).toEqual(settled)
    expect(later.$history.get().find(({ kind }) => kind === 'lend')).toMatchObject({ end: 'undone' })
  })

  test('are not taken for lost to a till whose payment was called off', async () => {
    let down = false
    let paying = false
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const db = memoryDb()
    const fetch = street.fetch(({ url }) => {
      if (url.endsWith('/read/salt') && paying) return 'lose'
      return url.endsWith('/v1/swap') && down ? 'lose-answer' : 'pass'
    })
    const wallet = street.wallet({ db, seed: async () => seed, fetch })
    await wallet.topUp(hundred)
    const look = await wallet.look(salt())
    paying = true
    await expect(wallet.unlock(look)).rejects.toMatchObject({ code: 'till-unavailable' })
    down = true
    const [payment] = wallet.$payments.get()
    await expect(wallet.cancel(payment!.id)).rejects.toMatchObject({ code: 'mint-unavailable' })
    const later = street.wallet({ db, seed: async () => seed })
    await later.recover()
    expect(usd(later)).toEqual(settled)
    expect(later.$history.get().find(({ id }) => id === payment!.id)).toMatchObject({ end: 'undone' })
  })
})

describe('a payment whose answer was lost', () => {
  test('is finished by a device whose clock is ten years off', async () => {
    let paying = false
    const { db, seed, first } = tabs('/read/salt', () => (paying ? 'lose-answer' : 'pass'))
    await first.topUp(hundred)
    const look = await first.look(salt())
    paying = true
    await expect(first.unlock(look)).rejects.toMatchObject({ code: 'till-unavailable' })
    const later = street.wallet({ db, seed: async () => seed, clock: { nowMs: () => Date.now() - 3.2e11 } })
    expect(await later.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
    expect(later.$history.get().find(({ kind }) => kind === 'pay')).toMatchObject({ end: 'done' })
    expect((await later.look(salt())).status).toBe('owned')
  })
})
