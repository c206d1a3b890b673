/** A whole street for tests: a real mint and a real till over HTTP, wallets, and faults between them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, serveMint, type ServedMint } from '@tuppence/mint'
import { createTill, loadAccountKey, type TillConfig, type TillEvent } from '@tuppence/till'
import { nodeTill } from '@tuppence/till/node'
import type { Wallet, WalletDeps } from '../api.ts'
import { memoryDb } from '../db/memory.ts'
import type { Fetch } from '../ports.ts'
import type { Db } from '../tables.ts'
import { createWallet } from '../wallet.ts'

/**
 * What happens to a request. `lose`: it never arrives. `lose-answer`: it arrives, its answer does not. A function: it
 * arrives, and its answer is changed. `instead`: it never arrives, and this is answered.
 */
export type Fault =
  | 'pass'
  | 'lose'
  | 'lose-answer'
  | ((response: Response) => Response | Promise<Response>)
  | { readonly instead: () => Response }

/** Decides by request; `count` counts those that this fetch has seen, from 1. */
export type Spoiler = (request: { url: string; method: string; count: number }) => Fault

export type Street = {
  readonly mint: ServedMint
  /** Origin of the news's till and page. */
  readonly origin: string
  readonly events: TillEvent[]
  readonly url: (path: string) => string
  /** The seed that `wallet` uses when it is given none. */
  readonly seed: Uint8Array
  readonly wallet: (deps?: Partial<WalletDeps> & { readonly db?: Db }) => Wallet
  /** A fetch that spoils, and that keeps what passed. */
  readonly fetch: (
    spoiler?: Spoiler,
  ) => Fetch & { readonly seen: { url: string; method: string; headers: Headers; body: string }[] }
  /** From the mint's rows: coins out there, the publisher's credit, deposits, and money paid in that is no coins yet. */
  readonly truth: () => Promise<{ outstanding: number; publisher: number; deposits: number; unminted: number }>
  readonly close: () => Promise<void>
}

/** The locked text of the article. */
export const lockedText = 'The penny press sold by the street corner.'

/**
 * Opens everything on free ports.
 *
 * @param terms - What the till has besides prices: free articles, a cap, passes, refunds; and more offers.
 */
export async function openStreet({ offers = [], ...terms }: Partial<TillConfig> = {}): Promise<Street> {
  const dir = mkdtempSync(join(tmpdir(), 'core-street-'))
  const { publicKey } = await loadAccountKey(join(dir, 'till'))
  const mint = await serveMint(
    parseConfig({
      port: 0,
      dataDir: join(dir, 'mint'),
      funding: { test: { enabled: true } },
      accounts: [{ id: 'news', publicKey }],
      logLevel: 'silent',
    }),
  )
  const server = createServer((incoming, outgoing) => void nodeTill(till)(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const events: TillEvent[] = []
  const till = await createTill({
    config: {
      origin,
      account: 'news',
      mint: { url: mint.url },
      dataDir: join(dir, 'till'),
      ...terms,
      offers: [
        ...offers,
        {
          id: 'penny',
          kind: 'article',
          path: '/read/penny',
          title: 'The penny press',
          price: '0.05',
          sites: [origin, 'http://reader.example'],
        },
        { id: 'salt', kind: 'article', path: '/read/salt', title: 'Salt', price: '0.17' },
        { id: 'wordy', kind: 'article', path: `/read/${'w'.repeat(250)}`, title: 'W'.repeat(200), price: '4.93' },
        { id: 'dear', kind: 'article', path: '/read/dear', title: 'Dear', price: '25' },
        { id: 'jar', kind: 'tip', path: '/tip', title: 'Tip jar', min: '0.05', max: '100' },
      ],
    },
    log: (event) => events.push(event),
    content: async (offer, _request, { amount }) =>
      offer.kind === 'tip'
        ? { contentType: 'application/json', body: JSON.stringify({ thanks: amount }) }
        : { contentType: 'text/html; charset=utf-8', body: `<p>${lockedText}</p>` },
  })
  const seed = crypto.getRandomValues(new Uint8Array(64))
  return {
    mint,
    origin,
    events,
    url: (path) => origin + path,
    seed,
    wallet: ({ db = memoryDb(), ...deps } = {}) =>
      createWallet({
        db,
        seed: async () => seed,
        mints: [mint.url],
        reader: () => import('../reader.ts'),
        ...deps,
      }),
    fetch: spoiledFetch,
    truth: async () => {
      const { promised, spent, balances } = await mint.ledger.totals()
      const sum = (rows: readonly { amount: number }[]) => rows.reduce((total, { amount }) => total + amount, 0)
      const [usd] = await mint.ledger.balances('publisher:news')
      return {
        outstanding: sum(promised) - sum(spent),
        publisher: usd?.balance ?? 0,
        deposits: await mint.ledger.depositCount('news'),
        unminted: balances.find(({ account }) => account === 'unminted')?.balance ?? 0,
      }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await till.close()
      await mint.close()
      rmSync(dir, { recursive: true })
    },
  }
}

function spoiledFetch(spoiler: Spoiler = () => 'pass') {
  const seen: { url: string; method: string; headers: Headers; body: string }[] = []
  const spoiled: Fetch = async (url, init = {}) => {
    const { method = 'GET' } = init
    seen.push({ url, method, headers: new Headers(init.headers), body: String(init.body ?? '') })
    const fault = spoiler({ url, method, count: seen.length })
    if (fault === 'lose') throw new TypeError('fetch failed')
    if (typeof fault === 'object') return fault.instead()
    const response = await fetch(url, init)
    if (fault === 'lose-answer') {
      await response.arrayBuffer()
      throw new TypeError('fetch failed')
    }
    return typeof fault === 'function' ? fault(response) : response
  }
  return Object.assign(spoiled, { seen })
}
