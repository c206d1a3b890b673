import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { parseConfig as parseMintConfig, serveMint, type ServedMint } from '@tuppence/mint'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { loadAccountKey, type AccountKey } from './keys.ts'
import { mintClient, type MintClient } from './mint-client.ts'
import { openFaultProxy, type Fault, type FaultProxy } from './testing/fault-proxy.ts'
import { openPurse, type Purse } from './testing/purse.ts'

let dir: string
let account: AccountKey
let mint: ServedMint
let proxy: FaultProxy
let purse: Purse
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'till-client-'))
  account = await loadAccountKey(join(dir, 'till'))
  mint = await serveMint(
    parseMintConfig({
      port: 0,
      dataDir: join(dir, 'mint'),
      funding: { test: { enabled: true } },
      accounts: [{ id: 'news', publicKey: account.publicKey }],
      logLevel: 'silent',
    }),
  )
  proxy = await openFaultProxy(mint.url)
  purse = await openPurse(mint.url)
})
afterEach(() => proxy.fault('pass'))
afterAll(async () => {
  await proxy.close()
  await mint.close()
  rmSync(dir, { recursive: true })
})

function client(): MintClient {
  const config = {
    origin: 'https://news.example',
    account: 'news',
    mint: { url: mint.url, internalUrl: proxy.url, timeoutMs: 5_000 },
    dataDir: join(dir, 'till'),
    offers: [{ id: 'tin', kind: 'article' as const, path: '/read/tin', title: 'Tin', price: '0.02' }],
  }
  return mintClient({ settings: parseConfig(config), account, nowMs: () => Date.now() })
}

const depositOf = (inputs: readonly object[], change: object = {}): string =>
  JSON.stringify({
    reference: randomBytes(32).toString('hex'),
    account: 'news',
    unit: 'usd',
    offer: 'ab'.repeat(32),
    inputs,
    ...change,
  })

/** Deposits of one cent each, as texts. */
const deposits = async (count: number): Promise<string[]> =>
  (await purse.coins(Array.from({ length: count }, () => 1))).map((coin) => depositOf([wireOf(coin)]))
const wireOf = ({ amount, id, secret, C }: { amount: unknown; id: string; secret: string; C: string }) => ({
  amount: Number(amount),
  id,
  secret,
  C,
})

const credited = async (): Promise<number> => (await mint.ledger.balances('publisher:news'))[0]?.balance ?? 0
const codesOf = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((each) => {
    if (each.status === 'fulfilled') return 'done'
    const { code, details } = each.reason as { code: string; details: { reason: string } }
    return `${code} ${details.reason}`
  })

describe('deposits that come at once', () => {
  test('go in few requests, and each gets its receipt: the one it gets alone, too', async () => {
    const texts = await deposits(40)
    const before = await credited()
    const asked = proxy.seen.deposits
    const { deposit } = client()
    const receipts = await Promise.all(texts.map((text) => deposit(text)))
    expect(proxy.seen.deposits - asked).toBeLessThanOrEqual(5)
    expect(receipts.map(({ reference }) => reference)).toEqual(
      texts.map((text) => (JSON.parse(text) as { reference: string }).reference),
    )
    expect((await credited()) - before).toBe(40)
    expect(await client().deposit(texts[20] as string)).toEqual(receipts[20])
    expect((await credited()) - before).toBe(40)
  })

  test('are refused each for itself', async () => {
    const [first, second, third, good] = (await deposits(4)) as [string, string, string, string]
    const stolen = JSON.stringify({ ...(JSON.parse(first) as object), reference: 'cd'.repeat(32) })
    const { deposit } = client()
    await deposit(first)
    const bad = depositOf([{ amount: 1, id: 'x', secret: '', C: '' }])
    const foreign = JSON.stringify({ ...(JSON.parse(third) as object), account: 'elsewhere' })
    const results = await Promise.allSettled([second, good, stolen, bad, foreign, third].map((text) => deposit(text)))
    expect(codesOf(results)).toEqual([
      'done',
      'done',
      'coins-refused coins-spent',
      expect.stringMatching(/^mint-unavailable|^coins-refused/),
      'mint-unavailable status-403',
      'done',
    ])
  })

  test.each<[string, number, string]>([
    ['knows no batches', 404, `{"code":"not-found"}`],
    ['takes no such bodies', 413, `{"code":"body-too-large"}`],
  ])('go alone to a mint that %s', async (_what, status, body) => {
    const texts = await deposits(12)
    let batches = 0
    // Only batches are spoiled: what is sent alone arrives.
    proxy.fault((answer) => {
      if (!answer.body.startsWith('{"answers"')) return answer
      batches++
      return { status, body }
    })
    const { deposit } = client()
    const receipts = await Promise.all(texts.map((text) => deposit(text)))
    expect(new Set(receipts.map(({ reference }) => reference)).size).toBe(12)
    expect(batches).toBe(1)
  })

  test.each<[string, Fault]>([
    ['loses the answer', 'lose-answer'],
    ['says 503', { status: 503, body: '' }],
    ['answers for fewer', ({ status }) => ({ status, body: '{"answers":[]}' })],
    ['answers with no word of it', ({ status }) => ({ status, body: '{"answers":[{},{},{},{}]}' })],
  ])('stay unknown when the mint %s, and are settled later, once', async (_what, fault) => {
    const texts = await deposits(6)
    const before = await credited()
    const { deposit } = client()
    proxy.fault(fault)
    const results = await Promise.allSettled(texts.map((text) => deposit(text)))
    expect(codesOf(results).every((code) => code.startsWith('mint-unavailable'))).toBe(true)
    proxy.fault('pass')
    await Promise.all(texts.map((text) => deposit(text)))
    expect((await credited()) - before).toBe(6)
  })
})
