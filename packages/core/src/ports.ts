/** What the wallet needs from outside: time, chance, storage, curve arithmetic, HTTP; types only, for whoever calls `createWallet`. */
import type { BlindedMessage, BlindSignature, Coin, Keys } from '@tuppence/protocol'

/** Time as this device believes it. No money decision rests on it. */
export type Clock = { readonly nowMs: () => number }

/** Randomness fit for keys: `bytes(n)` answers n fresh bytes. */
export type Random = { readonly bytes: (count: number) => Uint8Array<ArrayBuffer> }

/** A way to do something later; answers how to call it off. Without one, the wallet does nothing unasked. */
export type Timer = { readonly after: (delayMs: number, run: () => void) => () => void }

/** The global `fetch`, or one that a test or an agent brings. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

/** Which rows of a store: from `from` (included) to `to` (excluded), keys in code unit order. */
export type Range = {
  readonly from?: string
  readonly to?: string
  readonly limit?: number
  readonly order?: 'ascending' | 'descending'
}

/** A row of a store. */
export type RowOf<T, S extends keyof T> = { readonly key: string; readonly value: T[S] }

/** One transaction. Await nothing but its own calls inside: IndexedDB commits a transaction that is idle. */
export type TxOf<T> = {
  readonly get: <S extends keyof T>(store: S, key: string) => Promise<T[S] | undefined>
  readonly put: <S extends keyof T>(store: S, key: string, value: T[S]) => Promise<void>
  readonly delete: (store: keyof T, key: string) => Promise<void>
  readonly list: <S extends keyof T>(store: S, range?: Range) => Promise<RowOf<T, S>[]>
}

/**
 * Storage of the tables T: all-or-nothing transactions, serialised where they overlap. Keys are ASCII.
 *
 * A write that resolved survives the process and the machine (`durability: 'strict'`, `synchronous=FULL`); one that
 * rejected left nothing behind. Every adapter passes `db/contract.ts`.
 *
 * @throws {TuppenceError} `storage-full`, `storage-unavailable`; what the body throws comes out unchanged.
 */
export type DbOf<T> = {
  readonly transact: <R>(
    stores: readonly (keyof T)[],
    mode: 'read' | 'write',
    body: (tx: TxOf<T>) => Promise<R>,
  ) => Promise<R>
  /** Calls back after writes committed by other tabs and frames, where the storage can tell. */
  readonly watch?: (changed: () => void) => () => void
  readonly close: () => void
}

/** An output before it is derived: its place in the keyset's sequence (NUT-13) and its amount in minor units. */
export type Planned = { readonly index: number; readonly amount: number }

/**
 * Curve arithmetic (`@tuppence/protocol/crypto`), behind messages so that it can run in a worker.
 *
 * Everything is derived from the seed inside, so that no blinding factor is kept or sent.
 */
export type CurvePort = {
  /** Derives and blinds outputs; answers in the same order. */
  readonly makeOutputs: (input: {
    seed: Uint8Array
    keysetId: string
    planned: readonly Planned[]
  }) => Promise<BlindedMessage[]>
  /**
   * Checks each signature's DLEQ proof and unblinds it; answers coins in the same order, with `dleq.r`.
   *
   * @throws {TuppenceError} `bad-signature` when one is missing, malformed or not the mint's.
   */
  readonly unblind: (input: {
    seed: Uint8Array
    keysetId: string
    keys: Keys
    planned: readonly Planned[]
    signatures: readonly BlindSignature[]
  }) => Promise<Coin[]>
  /** Says whether every coin that carries a DLEQ proof carries a valid one, with a key that the keyset has. */
  readonly verify: (input: { coins: readonly Coin[]; keys: Keys }) => Promise<boolean>
  /** Y of each secret, 33 bytes in hex, which is how NUT-07 names coins. */
  readonly points: (input: { secrets: readonly string[] }) => Promise<string[]>
  /** The public key of a top-up quote, 33 bytes in hex (NUT-20). */
  readonly quoteKey: (input: { seed: Uint8Array; index: number }) => Promise<string>
  /** Signs the claim to a quote (NUT-20), 64 bytes in hex. */
  readonly signQuote: (input: {
    seed: Uint8Array
    index: number
    quote: string
    outputs: readonly BlindedMessage[]
  }) => Promise<string>
}
