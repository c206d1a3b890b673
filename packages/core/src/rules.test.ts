import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Wallet, WalletDeps } from './api.ts'
import { memoryDb } from './db/memory.ts'
import { noRules } from './rules.ts'
import { openStreet, type Street } from './testing/street.ts'
import { createWallet } from './wallet.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet({
    refund: { windowSeconds: 600 },
    offers: [4, 6].map((price) => ({
      id: `p${price}`,
      kind: 'article' as const,
      path: `/read/${price}`,
      title: `At ${price}`,
      price: `0.0${price}`,
    })),
  })
})
afterAll(() => street.close())

const at = (path: string, site = street.origin) => ({ url: street.url(path), site })
const spendable = (wallet: Wallet) => wallet.$balance.get()['usd']?.spendable ?? 0
const rules = { ...noRules, autoMax: 5, perDay: 12, perSiteDay: 9 }

async function loaded(deps: Partial<WalletDeps> = {}): Promise<Wallet> {
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  const wallet = street.wallet({ seed: async () => bytes, ...deps })
  await wallet.topUp({ amount: 1_000, unit: 'usd', method: 'test' })
  return wallet
}

const auto = async (wallet: Wallet, path: string, site?: string) =>
  wallet.unlock(await wallet.look(at(path, site)), { auto: true })

describe('rules', () => {
  test('pay by themselves what they allow, say what stopped them else, and sign nothing where they are off', async () => {
    const fetch = street.fetch()
    const wallet = await loaded({ fetch })
    expect(wallet.$rules.get()).toEqual(noRules)
    expect(await auto(wallet, '/read/4')).toEqual({ status: 'over-budget', by: 'rule', max: 0, unit: 'usd' })
    await wallet.setRules({ ...rules, offSites: [street.origin] })
    expect(await auto(wallet, '/read/4')).toMatchObject({ status: 'over-budget', by: 'rule' })
    expect(fetch.seen.every(({ headers }) => !headers.has('signature'))).toBe(true)

    await wallet.setRules(rules)
    expect(wallet.$rules.get()).toEqual(rules)
    expect(await auto(wallet, '/read/4')).toMatchObject({ status: 'paid' })
    expect(await auto(wallet, '/read/4')).toMatchObject({ status: 'opened' })
    expect(await auto(wallet, '/read/6')).toEqual({ status: 'over-budget', by: 'rule', max: 5, unit: 'usd' })
    expect(await auto(wallet, '/read/penny')).toMatchObject({ status: 'paid' })
    expect(spendable(wallet)).toBe(991)
    // A press is a press.
    expect(await wallet.unlock(await wallet.look(at('/read/6')))).toMatchObject({ status: 'paid' })
  })

  test('stop at a site’s day and at the whole day, in two tabs at once as well', async () => {
    const db = memoryDb()
    const bytes = crypto.getRandomValues(new Uint8Array(64))
    const wallet = await loaded({ db, seed: async () => bytes })
    const tab = street.wallet({ db, seed: async () => bytes })
    await wallet.setRules({ ...rules, autoMax: 10, perSiteDay: 9 })
    const both = await Promise.all([auto(wallet, '/read/4'), auto(tab, '/read/6')])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['over-budget', 'paid'])
    expect(both).toContainEqual(expect.objectContaining({ by: 'rule-site-day', max: 9 }))
    expect(await auto(tab, '/read/penny', 'http://reader.example')).toMatchObject({ status: 'paid' })
    expect(await auto(wallet, '/read/4', street.origin)).toMatchObject(
      both[0]?.status === 'paid' ? { status: 'opened' } : { status: 'over-budget' },
    )
  })

  test('have other figures for one site, and do not buy again what was given back', async () => {
    const wallet = await loaded()
    await wallet.setRules({ ...rules, sites: { [street.origin]: { autoMax: 6 } } })
    expect(await auto(wallet, '/read/6')).toMatchObject({ status: 'paid' })
    expect(await wallet.refund(street.url('/read/6'))).toMatchObject({ status: 'refunded' })
    expect(await auto(wallet, '/read/6')).toMatchObject({ status: 'over-budget', by: 'rule' })
    expect(spendable(wallet)).toBe(1_000)
  })

  test('go with an allowance, with a share of the day, and come home as the reader set them there', async () => {
    const vault = await loaded()
    await vault.setRules(rules)
    const look = await vault.look(at('/read/4'))
    const realm = look.status === 'priced' ? look.offer.realm : ''
    const loan = { site: street.origin, tillOrigin: street.origin, realm, amount: 100, unit: 'usd' }
    const allowance = await vault.lend(loan)
    if (!allowance) throw new Error('nothing lent')
    expect(allowance.rules).toMatchObject({ autoMax: 5, perDay: 9, perSiteDay: 9 })
    const frame = createWallet({ db: memoryDb(), mints: [street.mint.url], reader: () => import('./reader.ts') })
    await frame.acceptAllowance(structuredClone(allowance))
    await vault.acknowledgeLoan(allowance.id)
    expect(frame.$rules.get()).toMatchObject({ perDay: 9 })
    expect(await auto(frame, '/read/4')).toMatchObject({ status: 'paid' })
    await vault.makeChange({ amount: 5, unit: 'usd' })
    // Three of twelve are left to the vault: the frame can't be asked what it has spent.
    expect(await auto(vault, '/read/penny', 'http://reader.example')).toMatchObject({ by: 'rule-day', max: 3 })

    await frame.setRules({ ...frame.$rules.get(), sites: { [street.origin]: { autoMax: 2 } } })
    const report = await frame.reportAllowance(street.origin)
    await vault.settleLoan(report ?? { id: '', site: '', purchases: [], history: [], held: [] })
    expect(vault.$rules.get()).toEqual({ ...rules, sites: { [street.origin]: { autoMax: 2 } } })
  })
})

describe('the caps of a day', () => {
  test('stop clicks that nobody confirmed, and none that somebody did', async () => {
    const wallet = await loaded({ siteDayMax: 10, dayMax: 12 })
    const press = async (path: string, approved?: number) =>
      wallet.unlock(await wallet.look(at(path)), approved === undefined ? {} : { approved })
    expect(await press('/read/4')).toMatchObject({ status: 'paid' })
    expect(await press('/read/6')).toMatchObject({ status: 'paid' })
    expect(await press('/read/penny')).toEqual({ status: 'over-budget', by: 'site-day', max: 10, unit: 'usd' })
    expect(await press('/read/penny', 4)).toMatchObject({ status: 'over-budget' })
    expect(await press('/read/penny', 5)).toMatchObject({ status: 'paid' })
    expect(await wallet.tip({ ...at('/tip'), amount: 5 })).toMatchObject({ status: 'over-budget', by: 'site-day' })
    expect(await wallet.tip({ ...at('/tip'), amount: 5 }, { approved: 5 })).toMatchObject({ status: 'paid' })
    expect(spendable(wallet)).toBe(980)
  })
})
