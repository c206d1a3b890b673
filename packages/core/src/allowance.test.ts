import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryDb } from './db/memory.ts'
import type { Allowance, Wallet } from './api.ts'
import { createWallet } from './wallet.ts'
import { lockedText, openStreet, type Street } from './testing/street.ts'

let street: Street
let realm = ''
beforeAll(async () => {
  street = await openStreet()
  const look = await street.wallet().look(at('/read/penny'))
  realm = look.status === 'priced' ? look.offer.realm : ''
})
afterAll(() => street.close())

const site = () => street.origin
const at = (path: string) => ({ url: street.url(path), site: site() })
const loan = (amount: number) => ({ site: site(), tillOrigin: street.origin, realm, amount, unit: 'usd' })
const usd = (wallet: Wallet) => wallet.$balance.get()['usd']

async function vaultWith(amount: number) {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const db = memoryDb()
  const vault = street.wallet({ seed: async () => seed, db })
  await vault.topUp({ amount, unit: 'usd', method: 'test' })
  return { vault, db, seed }
}

/** A wallet as it runs in a partitioned frame: no seed, an empty storage, and no way to the curve. */
function frameWallet(fetch = street.fetch()) {
  const db = memoryDb()
  return { frame: createWallet({ db, mints: [street.mint.url], fetch }), db, fetch }
}

async function lent(vault: Wallet, amount: number): Promise<Allowance> {
  const allowance = await vault.lend(loan(amount))
  if (!allowance) throw new Error('nothing lent')
  return allowance
}

describe('an allowance', () => {
  test('is exact coins that pay in a frame without a seed, opens again there, and comes home in the end', async () => {
    const { vault } = await vaultWith(1_000)
    const allowance = await lent(vault, 200)
    expect(usd(vault)).toEqual({ spendable: 800, reserved: 0, lent: 200 })
    expect(allowance.key.extractable).toBe(false)
    const { frame, fetch } = frameWallet()
    expect(frame.mode).toBe('allowance')
    await frame.acceptAllowance(structuredClone(allowance))
    await vault.acknowledgeLoan(allowance.id)
    expect(usd(frame)?.spendable).toBe(200)

    expect(await frame.unlock(await frame.look(at('/read/penny')))).toMatchObject({
      status: 'paid',
      body: expect.stringContaining(lockedText),
    })
    expect(await frame.tip({ ...at('/tip'), amount: 50 })).toMatchObject({ status: 'paid' })
    expect(usd(frame)?.spendable).toBe(145)
    expect(await frame.unlock(await frame.look(at('/read/penny')))).toMatchObject({ status: 'opened' })
    // Nothing of all that asked the mint.
    expect(fetch.seen.some(({ url }) => url.startsWith(street.mint.url))).toBe(false)

    // The vault still believes that all of it is away, until it is told or asks.
    expect(usd(vault)?.lent).toBe(200)
    const report = await frame.reportAllowance(site())
    await vault.settleLoan(structuredClone(report!))
    expect(usd(vault)).toEqual({ spendable: 800, reserved: 0, lent: 145 })
    expect(await vault.look(at('/read/penny'))).toMatchObject({ status: 'owned' })
    expect(vault.$history.get().map(({ kind, amount }) => `${kind} ${amount}`)).toEqual(
      expect.arrayContaining(['pay 5', 'tip 50']),
    )

    expect(await vault.callHome(site())).toEqual({ usd: 145 })
    expect(usd(vault)).toEqual({ spendable: 945, reserved: 0, lent: 0 })
    expect(vault.$payments.get()).toEqual([])
    expect(vault.$history.get().find(({ kind }) => kind === 'lend')).toMatchObject({ end: 'done', amount: 55 })
    // First spender wins: the frame's coins are gone, and it learns so from the mint.
    expect(await frame.unlock(await frame.look(at('/read/salt')))).toEqual({
      status: 'declined',
      reason: 'coins-refused',
    })
    await frame.recover()
    expect(await frame.unlock(await frame.look(at('/read/salt')))).toMatchObject({
      status: expect.stringMatching(/insufficient|declined/),
    })
  })

  test('counts once however often it is accepted, also after its coins were spent', async () => {
    const { vault } = await vaultWith(100)
    const allowance = await lent(vault, 40)
    const { frame } = frameWallet()
    await frame.acceptAllowance(allowance)
    await frame.acceptAllowance(allowance)
    expect(usd(frame)?.spendable).toBe(40)
    await frame.unlock(await frame.look(at('/read/penny')))
    await frame.acceptAllowance(allowance)
    expect(usd(frame)?.spendable).toBe(35)
    await frame.acceptAllowance(await lent(vault, 20))
    expect(usd(frame)?.spendable).toBe(55)
  })

  test('is for one exact origin: another page in the same partition has none of it', async () => {
    const { vault } = await vaultWith(100)
    const { frame } = frameWallet()
    await frame.acceptAllowance(await lent(vault, 40))
    const look = await frame.look({ ...at('/read/penny'), site: 'http://reader.example' })
    expect(look).toMatchObject({ status: 'priced', affordable: 'no' })
    expect(await frame.unlock(look)).toEqual({ status: 'insufficient', missing: 5, unit: 'usd' })
  })

  test('pays every price up to its sum at once, as far as twelve coins go', async () => {
    const { vault } = await vaultWith(777)
    const { coins } = await lent(vault, 300)
    expect(coins.reduce((sum, { amount }) => sum + amount, 0)).toBe(300)
    const { selectExact } = await import('./coins.ts')
    for (let price = 1; price <= 280; price++) expect(selectExact(coins, price), `${price}`).toBeDefined()
  })

  test('can pay the price that was clicked, however much of it that is', async () => {
    const { vault } = await vaultWith(505)
    await vault.topUp({ amount: 2_000, unit: 'usd', method: 'test' })
    const { selectExact } = await import('./coins.ts')
    for (const price of [1_000, 999, 493, 5]) {
      const allowance = await vault.lend({ ...loan(1_000), price })
      expect(allowance?.coins.reduce((sum, { amount }) => sum + amount, 0)).toBe(1_000)
      expect(selectExact(allowance!.coins, price), `${price}`).toBeDefined()
      await vault.callHome(site())
    }
    expect(usd(vault)).toEqual({ spendable: 2_505, reserved: 0, lent: 0 })
  })

  test('that nobody acknowledged comes home by itself; one that was never lent does not exist', async () => {
    const { vault, db, seed } = await vaultWith(100)
    await lent(vault, 40)
    expect(await vault.recover()).toEqual({ finished: 0, undone: 0, open: 1 })
    const later = street.wallet({ seed: async () => seed, db, clock: { nowMs: () => Date.now() + 120_000 } })
    expect(await later.recover()).toEqual({ finished: 0, undone: 1, open: 0 })
    expect(usd(later)).toEqual({ spendable: 100, reserved: 0, lent: 0 })
    expect(await frameWallet().frame.reportAllowance(site())).toBeUndefined()
    const { vault: empty } = await vaultWith(1)
    await empty.send({ amount: 1, unit: 'usd' })
    expect(await empty.lend(loan(10))).toBeUndefined()
  })

  test('gives a frame nothing with which to derive, swap or top up', async () => {
    const { vault } = await vaultWith(100)
    const { frame } = frameWallet()
    await frame.acceptAllowance(await lent(vault, 40))
    for (const run of [
      () => frame.topUp({ amount: 5, unit: 'usd', method: 'test' }),
      () => frame.makeChange({ amount: 3 }),
      () => frame.restore(),
      () => frame.lend(loan(5)),
    ])
      await expect(run()).rejects.toMatchObject({ code: 'seed-required' })
  })

  test('that the vault took back, because it never heard that it arrived, is not shown twice', async () => {
    const { vault, db, seed } = await vaultWith(100)
    const first = await lent(vault, 40)
    const { frame, fetch } = frameWallet()
    await frame.acceptAllowance(first)
    expect(await frame.recover()).toEqual({ finished: 0, undone: 0, open: 0 })
    expect(usd(frame)?.spendable, 'nobody has taken it back yet').toBe(40)
    // The window was cut off here; the vault is opened again later.
    const clock = { nowMs: () => Date.now() + 120_000 }
    await street.wallet({ seed: async () => seed, db, clock }).recover()
    expect(usd(frame)?.spendable).toBe(40)
    await frame.recover()
    expect(usd(frame)?.spendable ?? 0).toBe(0)

    const second = await lent(vault, 30)
    await frame.acceptAllowance(second)
    await vault.acknowledgeLoan(second.id)
    await frame.acknowledgeLoan(second.id)
    await frame.acknowledgeLoan(first.id)
    fetch.seen.length = 0
    await frame.recover()
    expect(fetch.seen, 'of what is sure nobody is asked').toEqual([])
    expect(usd(frame)?.spendable).toBe(30)
  })

  test('survives a wiped partition: the money comes home, and what was bought opens again', async () => {
    const { vault } = await vaultWith(100)
    const allowance = await lent(vault, 60)
    await vault.acknowledgeLoan(allowance.id)
    const { frame } = frameWallet()
    await frame.acceptAllowance(allowance)
    await frame.unlock(await frame.look(at('/read/penny')))
    // Safari was restarted: the frame is empty, and the vault hears nothing.
    expect(await vault.callHome(site())).toEqual({ usd: 55 })
    expect(usd(vault)).toEqual({ spendable: 95, reserved: 0, lent: 0 })
    const { frame: fresh } = frameWallet()
    await fresh.acceptAllowance(await lent(vault, 20))
    // It does not know that it owns the article; the till does.
    const before = await street.truth()
    const outcome = await fresh.unlock(await fresh.look(at('/read/salt')))
    expect(outcome.status).toBe('paid')
    expect((await street.truth()).publisher - before.publisher).toBe(17)
  })
})
