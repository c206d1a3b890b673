/** What the actions share, as one value: ports, clients and the wallet's few things in memory; made by `createWallet`. */
import type { HeldCoin } from './coins.ts'
import type { Clock, CurvePort, MintClient, Random, TillClient, Timer } from './ports.ts'
import type { Reader } from './reader-port.ts'
import type { Db, PinnedMint, Purchase } from './tables.ts'

/** An Ed25519 key as pay and reopen use it. `source` is its did:key. The private half cannot be exported. */
export type SiteKey = {
  readonly privateKey: CryptoKey
  readonly publicX: string
  readonly keyId: string
  readonly source: string
}

/** Ports, clients and memory of one wallet. Actions take it, or the part that they use, as their first argument. */
export type Context = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly timer: Timer | undefined
  /** Absent in allowance mode. */
  readonly seed: (() => Promise<Uint8Array>) | undefined
  readonly mints: readonly string[]
  readonly ownOrigins: readonly string[]
  readonly itemMax: number
  readonly siteDayMax: number | undefined
  readonly dayMax: number | undefined
  /** Absent in a wallet that only pays. */
  readonly reader: (() => Promise<Reader>) | undefined
  readonly till: TillClient
  readonly mint: () => Promise<MintClient>
  readonly curve: () => Promise<CurvePort>
  /** Mints as they were read last, by URL. */
  readonly pinned: Map<string, PinnedMint>
  /** How coins are chosen for a price, and what they are worth to a till: also where they cost something, once such were met. */
  readonly net: {
    select: (coins: readonly HeldCoin[], amount: number, max?: number) => HeldCoin[] | undefined
    worth: (coins: readonly HeldCoin[]) => number
  }
  /** Site keys by till origin and realm. */
  readonly siteKeys: Map<string, Promise<SiteKey>>
  /** Till's clock less ours, in milliseconds, by till origin. */
  readonly offsetsMs: Map<string, number>
  /** Payments that this wallet is working on right now: a second gesture joins, a recovery lets them be. */
  readonly busy: Map<string, Promise<unknown>>
  /** Asks for recovery and, in a vault, change a random while from now; does nothing without a timer. */
  readonly tidyLater: () => void
  /** Says that coins, payments or history changed, or what is owned; resolves when the stores show it. `all`: something no longer is. */
  readonly changed: (purchase?: Purchase | 'all') => Promise<void>
}
