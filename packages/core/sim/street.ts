/** The other side of every wallet: the real mint with its real ledger and the real till, in this process, fresh for each run. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bytesToHex, hexToBytes } from '@tuppence/protocol'
import { hashToCurve, verifyCoin } from '@tuppence/protocol/crypto'
import { createMint, parseConfig, type Mint, type Ports } from '@tuppence/mint'
import { createTill, loadAccountKey, openSqliteJournal, type Till, type TillEvent } from '@tuppence/till'
import { makeDice, type Dice } from './dice.ts'
import { fakeMintCurve, verifyFakeQuote } from './fake-curve.ts'
import { seams } from './hooks.ts'
import type { Wire } from './proxy.ts'

export const mintUrl = 'https://mint.sim'
export const newsOrigin = 'https://news.sim'
/** Page origins: the till's own, and another that its challenges name. */
export const sites = [newsOrigin, 'https://blog.sim'] as const

/** What is for sale in a run; prices in cents. */
export type Goods = {
  readonly articles: readonly { readonly path: string; readonly price: number }[]
  readonly jar: string
}

/** Arithmetic on coins, for whoever checks them: Y in hex, and whether a key signed. */
export type Coins = {
  readonly pointOf: (secret: string) => string
  readonly isGenuine: (coin: { secret: string; C: string }, privateKey: Uint8Array) => boolean
}

export type Street = {
  readonly mint: Mint
  readonly till: Till
  /** The mint's, for whoever checks coins. */
  readonly coins: Coins
  readonly goods: Goods
  readonly events: TillEvent[]
  /** Answers a request as the server that it is for. */
  readonly reach: (wire: Wire) => Promise<Response>
  readonly close: () => Promise<void>
}

/** Where a worker keeps the files of its runs: memory, where the system has a folder for it. */
export function scratchDir(): string {
  try {
    return mkdtempSync('/dev/shm/tuppence-sim-')
  } catch {
    mkdirSync('.tmp', { recursive: true })
    return mkdtempSync('.tmp/sim-')
  }
}

const accountKeys = new Map<string, Promise<string>>()

function firstAccountKey(tillDir: string): Promise<string> {
  const loading = loadAccountKey(tillDir).then(({ publicKey }) => publicKey)
  accountKeys.set(tillDir, loading)
  return loading
}

/** Turns of the event loop in which a till has asked what it asks at its start. */
const startTurns = 8

export type StreetParts = {
  readonly dir: string
  readonly dice: Dice
  readonly curve: 'fake' | 'real'
  readonly nowMs: () => number
}

function configOf(dataDir: string, publicKey: string) {
  return parseConfig({
    dataDir,
    url: mintUrl,
    logLevel: 'silent',
    quoteLifetimeSeconds: 3_600,
    funding: { test: { enabled: true } },
    accounts: [{ id: 'news', publicKey }],
  })
}

type Empty = {
  readonly from: string
  readonly to: string
  readonly publicKey: string
  readonly nowMs: () => number
  readonly fake: Ports['curve'] | undefined
}

/** An empty mint is made once for each curve: making its tables takes longer than all that a run writes to them. */
async function copyEmptyMint({ from, to, publicKey, nowMs, fake }: Empty): Promise<void> {
  if (!existsSync(from)) {
    mkdirSync(from)
    const { bytes } = makeDice('empty mint')
    const ports = { clock: { nowMs }, random: { bytes }, ...(fake && { curve: fake }) }
    await (await createMint(configOf(from, publicKey), ports)).close()
  }
  cpSync(from, to, { recursive: true })
}

/** Opens mint and till on files of their own. The till's keys stay from run to run; no decision rests on them. */
export async function openStreet({ dir, dice, curve, nowMs }: StreetParts): Promise<Street> {
  seams.readText = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)
  const tillDir = join(dir, 'till')
  const dataDir = mkdtempSync(join(dir, 'mint-'))
  const publicKey = await (accountKeys.get(tillDir) ?? firstAccountKey(tillDir))
  seams.verifyQuote = curve === 'fake' ? verifyFakeQuote : undefined
  const chance = dice.fork('mint')
  const fake = curve === 'fake' ? fakeMintCurve() : undefined
  seams.pointOf = fake?.hashToCurve
  const config = configOf(dataDir, publicKey)
  await copyEmptyMint({ from: join(dir, `empty-${curve}`), to: dataDir, publicKey, nowMs, fake })
  const mint = await createMint(config, {
    clock: { nowMs },
    random: { bytes: chance.bytes },
    ...(fake && { curve: fake }),
  })
  // Until the world puts its network in between, the till reaches the mint directly: what it asks at its start always gets there.
  seams.exchange = async ({ url, ...init }) => {
    const response = await mint.app.fetch(new Request(url, init))
    return { status: response.status, body: await response.text() }
  }
  const goods = planGoods(dice.fork('goods'))
  const events: TillEvent[] = []
  const till = await createTill({
    config: {
      origin: newsOrigin,
      realm: 'news',
      account: 'news',
      mint: { url: mintUrl },
      dataDir: tillDir,
      free: { count: 1, per: 'month' },
      refund: { windowSeconds: 3_600, allowance: { count: 5, per: 'week' } },
      offers: [
        ...goods.articles.map(({ path, price }) => ({
          id: path.slice('/read/'.length),
          kind: 'article' as const,
          path,
          title: path,
          price: (price / 100).toFixed(2),
          sites: [...sites],
        })),
        { id: 'jar', kind: 'tip', path: goods.jar, title: 'Jar', min: '0.01', max: '100', sites: [...sites] },
      ],
    },
    journal: openSqliteJournal(':memory:'),
    nowMs,
    random: dice.fork('till').bytes,
    log: (event) => void events.push(event),
    content: async (offer, _request, { amount }) => ({ contentType: 'text/plain', body: `${offer.id} ${amount}` }),
  })
  for (let turn = 0; turn < startTurns; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  return {
    mint,
    till,
    coins: fake ? fakeCoins(fake) : realCoins,
    goods,
    events,
    reach: async ({ url, method, headers, body }) => {
      const request = new Request(url, { method, headers, ...(body !== undefined && { body }) })
      if (url.startsWith(mintUrl)) return mint.app.fetch(request)
      return (await till.handle(request)) ?? new Response('nothing here', { status: 404 })
    },
    close: async () => {
      await till.close()
      await mint.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

const realCoins: Coins = {
  pointOf: (secret) => bytesToHex(hashToCurve(secret)),
  isGenuine: ({ secret, C }, privateKey) => verifyCoin(secret, hexToBytes(C), privateKey),
}

function fakeCoins(curve: Ports['curve']): Coins {
  return {
    pointOf: curve.hashToCurve,
    isGenuine: ({ secret, C }, privateKey) => curve.verifyCoin({ y: curve.hashToCurve(secret), c: C }, privateKey),
  }
}

const articlesCount = 8

function planGoods(dice: Dice): Goods {
  const articles = Array.from({ length: articlesCount }, (_, at) => ({
    path: `/read/a${at}`,
    price: dice.chance(0.7) ? dice.between(1, 30) : dice.between(1, 500),
  }))
  return { articles, jar: '/tip' }
}
