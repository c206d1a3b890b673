/** A whole street for tests: a real mint, a proxy that can spoil, a till on node:http with real files, and coins. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig as parseMintConfig, serveMint, type MintConfigInput, type ServedMint } from '@tuppence/mint'
import { nodeTill } from '../adapters/node.ts'
import { createTill, type Till, type TillOptions } from '../app.ts'
import { parseConfig, type TillConfig } from '../config.ts'
import { loadAccountKey } from '../keys.ts'
import type { TillEvent } from '../log.ts'
import { mintClient } from '../mint-client.ts'
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { openPurse, type Purse } from './purse.ts'

/** What a test works on. `url(path)` is at the till. */
export type Stage = Readonly<{
  mint: ServedMint
  proxy: FaultProxy
  purse: Purse
  dir: string
  config: TillConfig
  events: TillEvent[]
  till: () => Till
  url: (path: string) => string
  /** Closes the till and opens it again on the same files. */
  restart: (change?: Partial<TillOptions>) => Promise<Till>
  /** What the publisher's account holds at the mint, in cents, and how many deposits made it. */
  account: () => Promise<{ balance: number; deposits: number }>
  count: (event: TillEvent['event']) => number
  close: () => Promise<void>
}>

/** The locked text of the article; must be in no answer before payment. */
export const lockedText = 'The salt tax paid for the fleet.'

/** Opens everything on free ports. @param change - Changes to the till, to what it is told of its mint, to the mint, and to what is sold. */
export async function openStage(
  change: Partial<TillOptions> & {
    tillMint?: Partial<TillConfig['mint']>
    mintConfig?: Partial<MintConfigInput>
    /** Terms, and offers beside the usual ones. */
    sells?: Partial<TillConfig>
  } = {},
): Promise<Stage> {
  const { tillMint, mintConfig, sells: { offers: more = [], ...terms } = {}, ...options } = change
  const dir = mkdtempSync(join(tmpdir(), 'till-stage-'))
  const account = await loadAccountKey(join(dir, 'till'))
  const mint = await serveMint(
    parseMintConfig({
      port: 0,
      dataDir: join(dir, 'mint'),
      funding: { test: { enabled: true } },
      accounts: [{ id: 'news', publicKey: account.publicKey }],
      logLevel: 'silent',
      ...mintConfig,
    }),
  )
  const proxy = await openFaultProxy(mint.url)
  // On a busy machine a pause of five seconds is none, and a connection that closes then takes a request along.
  const server = createServer(
    { keepAliveTimeout: 60_000 },
    (incoming, outgoing) => void nodeTill(till)(incoming, outgoing),
  )
  const origin = await listen(server)
  const config: TillConfig = {
    origin,
    account: 'news',
    mint: { url: mint.url, internalUrl: proxy.url, timeoutMs: 2_000, ...tillMint },
    dataDir: join(dir, 'till'),
    offers: [
      {
        id: 'salt',
        kind: 'article',
        path: '/read/salt',
        title: 'The price of salt',
        price: '0.05',
        sites: [origin, 'https://news.example'],
      },
      { id: 'tin', kind: 'article', path: '/read/tin', title: 'Tin', price: '0.02' },
      { id: 'jar', kind: 'tip', path: '/tip', title: 'Tip jar', min: '0.05', max: '10' },
      ...more,
    ],
    ...terms,
  }
  const events: TillEvent[] = []
  // By the real clock, also where the till's own is moved: the mint's is not.
  const client = mintClient({ settings: parseConfig(config), account, nowMs: () => Date.now() })
  const open = (more: Partial<TillOptions> = {}): Promise<Till> =>
    createTill({
      config,
      mint: client,
      log: (event) => events.push(event),
      content: async (offer, _request, { amount }) =>
        offer.kind === 'tip'
          ? { contentType: 'application/json', body: JSON.stringify({ thanks: amount }) }
          : { contentType: 'text/html; charset=utf-8', body: `<p>${lockedText}</p>` },
      ...options,
      ...more,
    })
  let till = await open()
  return {
    mint,
    proxy,
    dir,
    config,
    events,
    purse: await openPurse(mint.url),
    till: () => till,
    url: (path) => origin + path,
    restart: async (more) => {
      await till.close()
      return (till = await open(more))
    },
    account: async () => {
      const [usd] = await mint.ledger.balances('publisher:news')
      return { balance: usd?.balance ?? 0, deposits: await mint.ledger.depositCount('news') }
    },
    count: (name) => events.filter(({ event }) => event === name).length,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await till.close()
      await proxy.close()
      await mint.close()
      rmSync(dir, { recursive: true })
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
