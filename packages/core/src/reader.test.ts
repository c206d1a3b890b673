import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Look, Wallet, WalletDeps } from './api.ts'
import { memoryDb } from './db/memory.ts'
import { lockedText, openStreet, type Street } from './testing/street.ts'
import { createWallet } from './wallet.ts'

const terms = {
  free: { count: 2, per: 'month' as const },
  cap: { amount: '0.20', per: 'month' as const },
  refund: { windowSeconds: 600, allowance: { count: 3, per: 'week' as const } },
  passes: [{ id: 'day', path: '/pass/day', title: 'A day of news', price: '0.10', per: 'day' as const }],
}

let street: Street
beforeAll(async () => {
  street = await openStreet(terms)
})
afterAll(() => street.close())

const at = (path: string) => ({ url: street.url(path), site: street.origin })
const spendable = (wallet: Wallet) => wallet.$balance.get()['usd']?.spendable ?? 0

/** A wallet of a seed of its own, with money. */
async function loaded(amount: number, deps: Partial<WalletDeps> = {}): Promise<Wallet> {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const wallet = street.wallet({ seed: async () => seed, ...deps })
  await wallet.topUp({ amount, unit: 'usd', method: 'test' })
  return wallet
}

function frame(fetch = street.fetch()) {
  const db = memoryDb()
  const wallet = createWallet({ db, mints: [street.mint.url], fetch, reader: () => import('./reader.ts') })
  return { wallet, fetch, db }
}

async function pricedAt(wallet: Wallet, path: string) {
  const look = await wallet.look(at(path))
  if (look.status !== 'priced') throw new Error(`${path} is ${look.status}`)
  return look
}

const content = { contentType: 'text/html; charset=utf-8', body: expect.stringContaining(lockedText) }

describe('a free article', () => {
  test('opens with nothing loaded, for a key that the frame makes on the click and that opens it again', async () => {
    const { wallet, fetch } = frame()
    const look = await pricedAt(wallet, '/read/penny')
    expect(look).toMatchObject({ affordable: 'no', free: { left: 2 } })
    expect(look.offer.terms).toMatchObject({ free: { count: 2 }, refundSeconds: 600, passes: ['/pass/day'] })
    // Looking tells nobody who looks.
    expect(fetch.seen.every(({ headers }) => !headers.has('signature'))).toBe(true)

    expect(await wallet.unlock(look, { grant: true })).toMatchObject({
      ...content,
      status: 'granted',
      standing: { via: 'grant', free: 1 },
    })
    expect(await wallet.look(at('/read/penny'))).toMatchObject({
      status: 'owned',
      purchase: { via: 'grant', amount: 0, guest: true },
    })
    expect(await wallet.unlock(await wallet.look(at('/read/penny')))).toMatchObject({ ...content, status: 'opened' })
  })

  test('is one of a count: then its price stands, and asking for another is declined with nothing paid', async () => {
    const wallet = await loaded(100)
    await wallet.unlock(await wallet.look(at('/read/penny')), { grant: true })
    expect(await pricedAt(wallet, '/read/salt')).toMatchObject({ free: { left: 1 } })
    await wallet.unlock(await wallet.look(at('/read/salt')), { grant: true })
    const third = await pricedAt(wallet, '/read/wordy'.replace('wordy', 'w'.repeat(250)))
    expect(third.free).toBeUndefined()
    expect(await wallet.unlock(third, { grant: true })).toEqual({ status: 'declined', reason: 'grant-exhausted' })
    expect(spendable(wallet)).toBe(100)
  })
})

describe('a cap', () => {
  test('is never gone beyond: the last article costs what is left to it, the next nothing', async () => {
    const wallet = await loaded(1_000)
    const before = await street.truth()
    expect(await wallet.unlock(await wallet.look(at('/read/penny')))).toMatchObject({
      status: 'paid',
      standing: { via: 'paid', spent: 5 },
    })
    const salt = await pricedAt(wallet, '/read/salt')
    expect(salt).toMatchObject({ personal: 15, offer: { amount: 17 } })
    expect(await wallet.unlock(salt)).toMatchObject({ status: 'paid', standing: { spent: 20 } })
    expect(spendable(wallet)).toBe(980)

    const wordy = await wallet.look(at(`/read/${'w'.repeat(250)}`))
    expect(wordy).toMatchObject({ status: 'covered', by: 'cap' })
    expect((wordy as Extract<Look, { status: 'covered' }>).untilSeconds * 1_000).toBeGreaterThan(Date.now())
    expect(await wallet.unlock(wordy)).toMatchObject({ ...content, status: 'opened', standing: { via: 'cap' } })
    expect(spendable(wallet)).toBe(980)
    expect((await street.truth()).publisher - before.publisher).toBe(20)
    expect(await wallet.look(at(`/read/${'w'.repeat(250)}`))).toMatchObject({
      status: 'owned',
      purchase: { via: 'cap', amount: 0 },
    })
  })

  test('holds on a device that knows nothing of it', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const first = await loaded(500, { seed: async () => seed })
    for (const path of ['/read/penny', '/read/salt']) await first.unlock(await first.look(at(path)))
    expect(spendable(first)).toBe(480)
    const second = street.wallet({ seed: async () => seed })
    await second.restore()
    expect(spendable(second)).toBe(480)
    // Covered, and bought before: both open, and neither is paid.
    expect(await second.unlock(await second.look(at(`/read/${'w'.repeat(250)}`)))).toMatchObject({ status: 'opened' })
    expect(await second.unlock(await second.look(at('/read/penny')))).toMatchObject({ status: 'opened' })
    await second.recover()
    expect(spendable(second)).toBe(480)
  })

  test('says a personal price where the wallet asks for it', async () => {
    const wallet = await loaded(100)
    await wallet.unlock(await wallet.look(at('/read/penny')))
    const asked = await wallet.look({ ...at('/read/salt'), personal: true })
    expect(asked).toMatchObject({ status: 'priced', offer: { amount: 15 } })
    expect(await wallet.unlock(asked)).toMatchObject({ status: 'paid' })
    expect(spendable(wallet)).toBe(80)
  })
})

describe('a pass', () => {
  test('covers what comes after it, and what was spent on articles counts toward it', async () => {
    const wallet = await loaded(200)
    await wallet.unlock(await wallet.look(at('/read/penny')))
    const pass = await pricedAt(wallet, '/pass/day')
    expect(pass.offer).toMatchObject({ kind: 'pass', amount: 10 })
    expect(await wallet.unlock(pass)).toMatchObject({ status: 'paid' })
    expect(spendable(wallet)).toBe(190)
    const salt = await wallet.look(at('/read/salt'))
    expect(salt).toMatchObject({ status: 'covered', by: 'pass' })
    expect(await wallet.unlock(salt)).toMatchObject({ ...content, status: 'opened' })
    expect(spendable(wallet)).toBe(190)
  })
})

describe('a refund', () => {
  test('is exact to the cent at wallet, till and mint, takes the article away, and is given once', async () => {
    const wallet = await loaded(100)
    const before = await street.truth()
    const paid = await wallet.unlock(await wallet.look(at('/read/salt')))
    expect(paid).toMatchObject({ status: 'paid' })
    expect(wallet.$purchases.get()[street.url('/read/salt')]?.refundUntilMs).toBeGreaterThan(Date.now())
    const [first, second] = await Promise.all([
      wallet.refund(street.url('/read/salt')),
      wallet.refund(street.url('/read/salt')),
    ])
    expect([first, second]).toContainEqual({ status: 'refunded', amount: 17, unit: 'usd' })
    expect(spendable(wallet)).toBe(100)
    expect(await street.truth()).toMatchObject({ outstanding: before.outstanding, publisher: before.publisher })
    expect(wallet.$history.get()[0]).toMatchObject({ kind: 'refund', end: 'done', amount: 17 })
    expect(wallet.$purchases.get()).toEqual({})
    expect(await wallet.look(at('/read/salt'))).toMatchObject({ status: 'priced' })
    expect(await wallet.refund(street.url('/read/salt'))).toEqual({ status: 'declined', reason: 'not-owned' })
    expect(wallet.$payments.get()).toEqual([])
  })

  test('is refused for what was not paid for, and for what was bought too long ago or too often', async () => {
    const wallet = await loaded(100)
    await wallet.unlock(await wallet.look(at('/read/penny')), { grant: true })
    expect(await wallet.refund(street.url('/read/penny'))).toEqual({ status: 'declined', reason: 'not-paid' })
    for (let time = 0; time < 3; time++) {
      expect(await wallet.unlock(await wallet.look(at('/read/salt')))).toMatchObject({ status: 'paid' })
      expect(await wallet.refund(street.url('/read/salt'))).toMatchObject({ status: 'refunded' })
    }
    await wallet.unlock(await wallet.look(at('/read/salt')))
    expect(await wallet.refund(street.url('/read/salt'))).toEqual({ status: 'declined', reason: 'allowance' })
    expect(spendable(wallet)).toBe(83)
    expect(await wallet.look(at('/read/salt'))).toMatchObject({ status: 'owned' })
  })

  test.each(['lose', 'lose-answer'] as const)('that is cut off (%s) is finished by recovery, once', async (fault) => {
    const db = memoryDb()
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const bad = street.fetch(({ method, url }) => (method === 'POST' && url.includes('/read/') ? fault : 'pass'))
    const wallet = await loaded(100, { db, seed: async () => seed, fetch: bad })
    await wallet.unlock(await wallet.look(at('/read/salt')))
    await expect(wallet.refund(street.url('/read/salt'))).rejects.toMatchObject({ retry: 'after-recover' })
    expect(wallet.$payments.get()).toMatchObject([{ kind: 'refund', state: 'sent' }])
    const good = street.wallet({ db, seed: async () => seed })
    await good.recover()
    expect(spendable(good)).toBe(100)
    expect(good.$payments.get()).toEqual([])
    expect(good.$history.get()[0]).toMatchObject({ kind: 'refund', end: 'done' })
  })

  test('that ends late takes nothing away that was bought since', async () => {
    const db = memoryDb()
    const bad = street.fetch(({ method, url }) =>
      method === 'POST' && url.includes('/read/') ? 'lose-answer' : 'pass',
    )
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const wallet = await loaded(100, { db, seed: async () => seed, fetch: bad })
    const url = street.url('/read/salt')
    await wallet.unlock(await wallet.look(at('/read/salt')))
    await expect(wallet.refund(url)).rejects.toMatchObject({ retry: 'after-recover' })
    await db.transact(['purchases'], 'write', async (tx) => {
      const bought = await tx.get('purchases', url)
      if (bought) await tx.put('purchases', url, { ...bought, paymentId: 'later' })
    })
    const good = street.wallet({ db, seed: async () => seed })
    await good.recover()
    expect(good.$history.get()[0]).toMatchObject({ kind: 'refund', end: 'done' })
    expect(await good.look(at('/read/salt'))).toMatchObject({ status: 'owned', purchase: { paymentId: 'later' } })
  })

  test('in a frame is signed for the vault, which brings it home when they meet', async () => {
    const vault = await loaded(500)
    const { offer } = await pricedAt(vault, '/read/salt')
    const loan = { ...at('/read/salt'), tillOrigin: street.origin, realm: offer.realm, amount: 100, unit: 'usd' }
    const allowance = await vault.lend(loan)
    if (!allowance) throw new Error('nothing lent')
    const { wallet, fetch } = frame()
    await wallet.acceptAllowance(structuredClone(allowance))
    await vault.acknowledgeLoan(allowance.id)
    await wallet.unlock(await wallet.look(at('/read/salt')))
    expect(await wallet.refund(street.url('/read/salt'))).toEqual({ status: 'on-its-way', amount: 17, unit: 'usd' })
    expect(spendable(wallet)).toBe(83)
    expect(fetch.seen.every(({ url }) => !url.includes('/v1/swap'))).toBe(true)
    const report = await wallet.reportAllowance(street.origin)
    if (!report) throw new Error('no report')
    await vault.settleLoan(report)
    await vault.settleLoan(report)
    await vault.callHome(street.origin)
    expect(spendable(vault)).toBe(500)
    expect(vault.$purchases.get()[street.url('/read/salt')]).toBeUndefined()
  })
})

describe('a claim', () => {
  test('shows one thing once on one page, without a key', async () => {
    const wallet = await loaded(100)
    await wallet.unlock(await wallet.look(at('/read/penny')))
    const site = 'http://reader.example'
    const { code } = await wallet.claim({ url: street.url('/read/penny'), site })
    const { wallet: there, fetch } = frame()
    const input = { url: street.url('/read/penny'), site, code }
    expect(await there.redeem(input)).toEqual(content)
    expect(fetch.seen.every(({ headers }) => !headers.has('signature'))).toBe(true)
    await expect(there.redeem(input)).rejects.toMatchObject({ code: 'claim-refused' })
    await expect(wallet.claim({ url: street.url('/read/penny'), site: 'http://evil.example' })).rejects.toMatchObject({
      code: 'site-refused',
    })
    await expect(wallet.claim(at('/read/salt'))).rejects.toMatchObject({ code: 'not-owned' })
  })
})

describe('money out', () => {
  test('leaves by the mint, to the cent, and says what is missing', async () => {
    const wallet = await loaded(300)
    expect(await wallet.withdrawMethods()).toContainEqual(expect.objectContaining({ method: 'test', unit: 'usd' }))
    const before = await street.truth()
    const out = { amount: 123, unit: 'usd', method: 'test' }
    expect(await wallet.withdraw(out)).toEqual({ status: 'withdrawn', amount: 123, fee: 0, unit: 'usd' })
    expect(spendable(wallet)).toBe(177)
    expect((await street.truth()).outstanding).toBe(before.outstanding - 123)
    expect(await wallet.withdraw({ ...out, amount: 178 })).toEqual({ status: 'insufficient', missing: 1, unit: 'usd' })
    await expect(wallet.withdraw({ ...out, amount: 1, method: 'wire', request: 'account' })).rejects.toMatchObject({
      code: 'funding-unsupported',
    })
    expect(spendable(wallet)).toBe(177)
    expect(wallet.$payments.get()).toEqual([])
  })

  test.each(['lose', 'lose-answer'] as const)('that is cut off (%s) is finished by recovery', async (fault) => {
    const db = memoryDb()
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const bad = street.fetch(({ url }) => (url.endsWith('/v1/melt/test') ? fault : 'pass'))
    const wallet = await loaded(64, { db, seed: async () => seed, fetch: bad })
    await expect(wallet.withdraw({ amount: 20, unit: 'usd', method: 'test' })).rejects.toMatchObject({
      retry: 'after-recover',
    })
    const good = street.wallet({ db, seed: async () => seed })
    await good.recover()
    expect(spendable(good)).toBe(44)
    expect(good.$payments.get()).toEqual([])
  })
})
