/** What the wallet needs from outside: time, chance, storage, curve arithmetic, HTTP; types only, for whoever calls `createWallet`. */
import type {
  BlindedMessage,
  BlindSignature,
  Challenge,
  Coin,
  ErrorCode,
  FundingMethod,
  Keys,
  Keyset,
  KeysetInfo,
  ResponseOf,
} from '@tuppence/protocol'

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
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit?: number | undefined
  readonly order?: 'ascending' | 'descending'
}

/** A row of a store. */
export type RowOf<T, S extends keyof T> = { readonly key: string; readonly value: T[S] }

/**
 * One transaction. Await nothing but its own calls inside: IndexedDB commits a transaction that is idle. Calls may overlap.
 */
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

/** A request as it goes out. `headers` besides `Accept-Payment`: authorization, signature and the like. */
export type TillRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * What came back. `nowMs` is the till's clock, where it says.
 *
 * - `content`: 2xx. `receipt` is the `Payment-Receipt` header as it came.
 * - `challenge`: 402. `reason` is the problem's code.
 * - `refused`: it understood and said no; `detail` is what its problem gives as the reason besides the code.
 * - `unknown`: whether it did what was asked cannot be told from here. `code` is of the error table.
 */
export type TillAnswer = { readonly nowMs?: number | undefined } & (
  | {
      readonly status: 'content'
      readonly contentType: string
      readonly body: string
      readonly receipt?: string | undefined
      /** The `Tuppence-Standing` header as it came. */
      readonly standing?: string | undefined
    }
  | { readonly status: 'challenge'; readonly challenges: readonly Challenge[]; readonly reason: string }
  | { readonly status: 'refused'; readonly reason: string; readonly detail?: string | undefined }
  | { readonly status: 'unknown'; readonly code: ErrorCode }
)

/** Asks a till once: no cookies, no redirects, no referrer, no second try, whatever comes. */
export type TillClient = (request: TillRequest) => Promise<TillAnswer>

/**
 * What came of a journaled request for signatures.
 *
 * - `signed`: shaped as it should be; whether it fits the outputs is the action's to check.
 * - `refused`: a definite no; `nut` is its number, `reason` our code where the mint names one.
 * - `garbled`: 2xx and not what the route answers; `text` is the beginning of it.
 * - `unknown`: nobody knows whether the mint did it.
 */
export type MintAnswer =
  | { readonly status: 'signed'; readonly signatures: readonly BlindSignature[]; readonly text: string }
  | { readonly status: 'refused'; readonly nut: number; readonly reason: string }
  | { readonly status: 'garbled'; readonly text: string }
  | { readonly status: 'unknown'; readonly code: ErrorCode }

/** What came of a request that changes something, before it is read. */
export type MintReply =
  | { readonly status: 'answered'; readonly text: string }
  | Extract<MintAnswer, { readonly status: 'refused' | 'unknown' }>

/** A mint's routes as a wallet uses them. All but `sign` throw: `mint-unavailable`, `mint-timeout`, `mint-response-invalid`. */
export type MintClient = {
  readonly keysets: (mint: string) => Promise<readonly KeysetInfo[]>
  readonly keysOf: (mint: string, keyset: string) => Promise<readonly Keyset[]>
  readonly receiptKeys: (mint: string) => Promise<readonly JsonWebKey[]>
  /** The mint's own clock, Unix seconds. `undefined`: it does not say. */
  readonly timeSeconds: (mint: string) => Promise<number | undefined>
  readonly fundingMethods: (mint: string) => Promise<readonly FundingMethod[]>
  readonly quote: (
    mint: string,
    input: { method: string; amount: number; unit: string; pubkey: string },
  ) => Promise<ResponseOf<'quote'>>
  readonly quoteState: (mint: string, input: { method: string; quote: string }) => Promise<ResponseOf<'quote'>>
  readonly testPay: (mint: string, quote: string) => Promise<ResponseOf<'testPay'>>
  /** Sends a journaled swap or issue request, exactly those bytes. Never throws, never tries again. */
  readonly sign: (mint: string, request: { readonly path: string; readonly body: string }) => Promise<MintAnswer>
  /** As `sign`, for a route that answers something else. */
  readonly post: (mint: string, request: { readonly path: string; readonly body: string }) => Promise<MintReply>
  /** Reads a route, or asks it with `json`; answers its text. */
  readonly ask: (mint: string, path: string, json?: unknown) => Promise<string>
  readonly checkState: (mint: string, points: readonly string[]) => Promise<ResponseOf<'checkState'>>
  readonly restore: (
    mint: string,
    outputs: readonly { amount: number; id: string; B_: string }[],
  ) => Promise<ResponseOf<'restore'>>
}
