/** What the wallet keeps, table by table; a Db adapter stores these values without knowing them. */
import type { BlindedMessage, Keyset, PaymentReceipt, Via } from '@tuppence/protocol'
import type { HeldCoin } from './coins.ts'
import type { Payment, PaymentKind, PlannedOutputs } from './payment.ts'
import type { DbOf, RowOf, TxOf } from './ports.ts'

/** A mint as first met: keyset ids recomputed, keys pinned, and the keys that sign its receipts. */
export type PinnedMint = {
  readonly url: string
  readonly keysets: readonly Keyset[]
  readonly receiptKeys: readonly JsonWebKey[]
  readonly fetchedMs: number
}

/** Something bought that its till opens again on a signed request. Keyed by URL. */
export type Purchase = {
  readonly url: string
  readonly tillOrigin: string
  readonly realm: string
  /** Page origins that may show it, besides its own: the challenge's `sites`. */
  readonly sites: readonly string[]
  readonly title?: string | undefined
  readonly amount: number
  readonly unit: string
  readonly atMs: number
  readonly paymentId: string
  readonly receipt?: PaymentReceipt | undefined
  /** Whether the mint signed a receipt for exactly this payment and offer. */
  readonly receiptVerified: boolean
  /** Why the till opens it, where it was not paid for by itself. */
  readonly via?: Via | undefined
  /** It belongs to the key that a frame made for itself before it was lent anything. */
  readonly guest?: boolean | undefined
  /** Until when, by this device's clock, the till said that it takes it back. */
  readonly refundUntilMs?: number | undefined
}

/** A payment that ended. Keyed by payment id, which sorts by time. */
export type HistoryEntry = {
  readonly id: string
  readonly kind: PaymentKind
  readonly end: 'done' | 'undone' | 'taken'
  readonly amount: number
  readonly unit: string
  readonly atMs: number
  readonly mint?: string | undefined
  readonly title?: string | undefined
  readonly url?: string | undefined
  readonly site?: string | undefined
  readonly receipt?: PaymentReceipt | undefined
  /** Why it ended so, as an error code. */
  readonly reason?: string | undefined
  readonly gesture?: string | undefined
  /** The payment that a refund gave back. */
  readonly of?: string | undefined
  /** The loan whose blank outputs a refund used. */
  readonly loan?: string | undefined
  /** The blank outputs that went with a loan, or those of a payment that was undone: a mint may have signed them later. */
  readonly outputs?: PlannedOutputs | undefined
}

/** What a frame knows of the loan it lives on. Keyed by site. */
export type HeldAllowance = {
  readonly id: string
  readonly site: string
  readonly tillOrigin: string
  readonly realm: string
  readonly key: CryptoKey
  readonly publicX: string
  readonly refundOutputs: readonly BlindedMessage[]
  /** The vault may not know that it arrived, and take its coins back. */
  readonly unsure?: true
}

/** An answer that failed its checks (W6), kept as it came for a person to look at. Keyed by payment id. */
export type Quarantined = {
  readonly paymentId: string
  readonly atMs: number
  readonly reason: string
  readonly answer: string
}

/** Every table with its value. Keys are strings. */
export type Tables = {
  /** By secret. */
  coins: HeldCoin
  /** Next unused index, by full keyset id; `quote` counts top-up keys. */
  counters: number
  /** By URL. */
  mints: PinnedMint
  /** Open payments, by id. */
  payments: Payment
  history: HistoryEntry
  purchases: Purchase
  /** By site, then loan. */
  allowances: HeldAllowance
  quarantine: Quarantined
  /** Small things of the app around the wallet, such as the wrapped seed. */
  settings: unknown
}

/** The name of a table. */
export type StoreName = keyof Tables
export type Row<S extends StoreName> = RowOf<Tables, S>
export type Tx = TxOf<Tables>
/** The wallet's storage. @see DbOf */
export type Db = DbOf<Tables>

/** The stores in the order in which adapters create them. */
export const storeNames = [
  'coins',
  'counters',
  'mints',
  'payments',
  'history',
  'purchases',
  'allowances',
  'quarantine',
  'settings',
] as const satisfies readonly (keyof Tables)[]
