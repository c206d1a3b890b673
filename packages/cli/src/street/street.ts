/** A street to try things in: a mint with test money and a wallet on this machine; `tuppence dev`, vite and the examples open one. */
import { join } from 'node:path'
import { createMint, parseConfig, silentLog, type Mint } from '@tuppence/mint'
import { publicJwk, thumbprint } from '@tuppence/protocol'
import { listen } from './listen.ts'
import { walletSite } from './wallet-site.ts'

/** How to open a street. Ports default to 4040 and 4043; 0 takes a free one. */
export type StreetOptions = Readonly<{
  /** Kept between runs. */
  dataDir: string
  ports?: Readonly<{ wallet?: number; mint?: number }>
}>

/** An account at the mint; `publicKey` is base64url. */
export type StreetAccount = Readonly<{ id: string; name?: string; publicKey: string }>

/** An open street. */
export type Street = Readonly<{
  /** As browsers know it, `http://wallet.localhost:4040`. */
  wallet: string
  mint: Readonly<{
    url: string
    /** As Node reaches it, which looks up no *.localhost. */
    internalUrl: string
    /** Adds a publisher, or gives it another key. */
    addAccount: (account: StreetAccount) => Promise<void>
    /** What was credited to an account, in minor units of `usd`, and by how many deposits. */
    balance: (id: string) => Promise<number>
  }>
  close: () => Promise<void>
}>

/**
 * Opens a street. Its coins are test money: anyone may have some, and they are worth nothing.
 *
 * @throws {Mistake} A port is in use.
 */
export async function openStreet({ dataDir, ports = {} }: StreetOptions): Promise<Street> {
  const walletStand = await listen(ports.wallet ?? 4040, 'wallet')
  const mintStand = await listen(ports.mint ?? 4043, 'mint')
  const url = `http://mint.localhost:${mintStand.port}`
  const config = parseConfig({
    port: mintStand.port,
    url,
    dataDir: join(dataDir, 'mint'),
    name: 'Test mint',
    description: 'Its coins are test money: anyone may have some, and they are worth nothing.',
    funding: { test: { enabled: true } },
    logLevel: 'silent',
  })
  const mint = await createMint(config, { log: silentLog }, url)
  mintStand.open((request) => mint.app.fetch(request))
  // Read when the first one asks: a seller's tests need no wallet.
  let site: ReturnType<typeof walletSite> | undefined
  walletStand.open((request) => (site ??= walletSite([url]))(request))
  return {
    wallet: `http://wallet.localhost:${walletStand.port}`,
    mint: {
      url,
      internalUrl: `http://127.0.0.1:${mintStand.port}`,
      addAccount: (account) => addAccount(mint, account),
      balance: async (id) =>
        (await mint.ledger.balances(`publisher:${id}`)).find(({ unit }) => unit === 'usd')?.balance ?? 0,
    },
    close: async () => {
      await Promise.all([walletStand.close(), mintStand.close()])
      await mint.close()
    },
  }
}

async function addAccount({ ledger }: Mint, { id, name = id, publicKey }: StreetAccount): Promise<void> {
  const keyId = await thumbprint(publicJwk(publicKey))
  await ledger.putAccount({ id, name, publicKey, keyId, createdAtMs: Date.now() })
}
