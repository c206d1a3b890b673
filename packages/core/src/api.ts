/** What a wallet can do and answer: the types that the widget, agents and tests compile against. */
import type {
  BlindedMessage,
  Challenge,
  FundingMethod,
  PaymentReceipt,
  RefundRefusal,
  Standing,
  Terms,
} from '@tuppence/protocol'
import type { ReadableAtom } from 'nanostores'
import type { HeldCoin } from './coins.ts'
import type { Payment } from './payment.ts'
import type { Rules } from './rules.ts'
import type { Clock, CurvePort, Fetch, Random, Timer } from './ports.ts'
import type { Db, HistoryEntry, PinnedMint, Purchase } from './tables.ts'

/** What `createWallet` is given. */
export type WalletDeps = {
  readonly db: Db
  readonly clock?: Clock
  readonly random?: Random
  /** With it the wallet recovers and makes change by itself, a random while after it starts or pays. */
  readonly timer?: Timer
  readonly fetch?: Fetch
  /** The 64-byte seed. Absent: allowance mode, a wallet that holds lent coins and can only pay and re-open. */
  readonly seed?: () => Promise<Uint8Array>
  /** Loaded on first need; `directCurve` in this thread when absent. */
  readonly curve?: () => Promise<CurvePort>
  /**
   * What a reader has besides paying: terms, free articles, passes, rules, refunds, claims, money out. An entry of its own,
   * `() => import('@tuppence/core/reader')`; without it a wallet pays list prices and knows nothing else.
   */
  readonly reader?: (() => Promise<ReaderModule>) | undefined
  /** Mints whose coins this wallet takes, as URLs without a trailing slash. The first one is the default. */
  readonly mints: readonly string[]
  /** Most that one item may cost without `approved`, in minor units. */
  readonly itemMax?: number | undefined
  /** Most that unconfirmed gestures may spend at one site in a day, and in all, in minor units. Absent: no such bound. */
  readonly siteDayMax?: number | undefined
  readonly dayMax?: number | undefined
  /** Origins that no offer may have: the wallet's own. The mints' are added. */
  readonly ownOrigins?: readonly string[]
}

/** What `@tuppence/core/reader` exports, of no use outside of `createWallet`. */
export type ReaderModule = { readonly reader: (context: never) => unknown } & {
  readonly [K in 'setRules' | 'refund' | 'claim' | 'redeem' | 'withdrawMethods' | 'withdraw']: (
    context: never,
    input: never,
  ) => unknown
}

/** An offer as its till's challenge states it; amounts in minor units of `unit`. */
export type Offer = {
  readonly url: string
  readonly site: string
  readonly title?: string | undefined
  readonly kind: 'article' | 'tip' | 'pass'
  readonly amount: number
  readonly unit: string
  readonly realm: string
  readonly tillOrigin: string
  /** The till's mints that this wallet knows, in the till's order. */
  readonly mints: readonly string[]
  readonly challenge: Challenge
  /** For a tip: the exact body that the challenge's digest covers. */
  readonly body?: string | undefined
  /** What the publisher offers besides the price. */
  readonly terms?: Terms | undefined
  /** How the reader stood with this till when it last said so. */
  readonly standing?: Standing | undefined
}

/** `now`: exact coins are there. `after-change`: enough money, other coins. `no`: not enough. */
export type Affordable = 'now' | 'after-change' | 'no'

/** What a URL turned out to be for this reader. */
export type Look =
  | { readonly status: 'owned'; readonly url: string; readonly site: string; readonly purchase: Purchase }
  /**
   * `free`: a grant is likely, and how many are left; `unlock(look, { grant: true })` asks for it. `personal`: what the till
   * will ask of this reader at most; `unlock` asks for that first.
   */
  | {
      readonly status: 'priced'
      readonly offer: Offer
      readonly affordable: Affordable
      readonly free?: { readonly left: number } | undefined
      readonly personal?: number | undefined
    }
  /** A pass or a reached cap covers it until then (Unix seconds): `unlock` opens it, and pays nothing. */
  | {
      readonly status: 'covered'
      readonly offer: Offer
      readonly by: 'pass' | 'cap'
      readonly untilSeconds: number
    }
  | { readonly status: 'free'; readonly contentType: string; readonly body: string }

/**
 * What stopped a payment. `item`, `site-day`, `day`: the caps of gestures; `rule`: the reader's rules do not pay this by
 * themselves; `rule-site-day`, `rule-day`: they would, and today's share is spent.
 */
export type Bound = 'item' | 'site-day' | 'day' | 'rule' | 'rule-site-day' | 'rule-day'

/** What came of a gesture. Operating failures are thrown instead. */
export type Outcome =
  | {
      /** `granted`: it was free this time. */
      readonly status: 'paid' | 'opened' | 'granted'
      readonly contentType: string
      readonly body: string
      readonly receipt?: PaymentReceipt | undefined
      /** How the reader stands with the till now, where it says. */
      readonly standing?: Standing | undefined
    }
  | { readonly status: 'insufficient'; readonly missing: number; readonly unit: string }
  | { readonly status: 'needs-change'; readonly amount: number; readonly unit: string }
  /**
   * More than may be spent without being confirmed: `unlock(look, { approved: amount })`. `max`: what `by` allows in all.
   */
  | { readonly status: 'over-budget'; readonly max: number; readonly unit: string; readonly by?: Bound | undefined }
  /** The till refused; look again. `reason` is its problem code. Coins it may have seen are checked at the mint. */
  | { readonly status: 'declined'; readonly reason: string }

/** Money by state, minor units of one unit. `spendable` is what a reader may call the balance. */
export type Balance = {
  readonly spendable: number
  /** Coins of payments that are on their way. */
  readonly reserved: number
  /** Coins lent to sites, as last known. */
  readonly lent: number
}

/** Steps of a top-up as its screen shows them. */
export type TopUpState = 'quoting' | 'waiting' | 'paid' | 'minting' | 'done'

/** A quote that waits for the reader's money. */
export type Quote = {
  readonly id: string
  readonly request: string
  readonly amount: number
  readonly unit: string
  readonly expirySeconds?: number | undefined
}

export type TopUpInput = {
  readonly amount: number
  readonly unit: string
  readonly mint?: string | undefined
  /** `test` confirms itself at the mint. */
  readonly method: string
  readonly onState?: (state: TopUpState, quote?: Quote) => void
  readonly signal?: AbortSignal | undefined
}

export type TopUpOutcome =
  | { readonly status: 'topped-up'; readonly amount: number; readonly unit: string }
  /** Not paid yet; `recover` makes the coins once it is. */
  | { readonly status: 'waiting'; readonly paymentId: string }
  | { readonly status: 'expired' }
  /** The money was not taken, or was given back at once; `reason` is the mint's error code. */
  | { readonly status: 'refused'; readonly reason: string }

/** Coins came in, or did not and nothing changed. */
export type ReceiveOutcome =
  | { readonly status: 'received'; readonly amount: number; readonly unit: string }
  | { readonly status: 'declined'; readonly reason: 'spent' | 'locked' | 'unknown-mint' | 'refused' }

/** What to hand over, in minor units. `mint` defaults to the one with the most coins. */
export type SendInput = {
  readonly amount: number
  readonly unit: string
  readonly mint?: string | undefined
  readonly memo?: string | undefined
  /** `paid`: who takes the token gets the whole amount, and what the mint keeps of it is put on top. */
  readonly fees?: 'paid' | undefined
}

export type SendOutcome =
  | { readonly status: 'sent'; readonly token: string; readonly paymentId: string }
  | { readonly status: 'insufficient'; readonly missing: number; readonly unit: string }

/**
 * What came of "not worth it". `on-its-way`: the coins are signed for the vault, which finds them when it next looks.
 * `elsewhere`: this frame has nothing left to take coins with; the wallet's own page has.
 */
export type RefundOutcome =
  | { readonly status: 'refunded' | 'on-its-way'; readonly amount: number; readonly unit: string }
  | { readonly status: 'declined'; readonly reason: RefundRefusal | 'not-owned' | 'elsewhere' | 'refused' }

/**
 * Money out. `request`: where to, as the method understands it; empty for `test`. `feeMax`: what it may cost at most,
 * minor units, as the reader was told.
 */
export type WithdrawInput = {
  readonly amount: number
  readonly unit: string
  readonly mint?: string | undefined
  readonly method: string
  readonly request?: string | undefined
  readonly feeMax?: number | undefined
}

/** `pending`: the mint is paying it out; recovery ends it. `fee`: what the way out cost, minor units. */
export type WithdrawOutcome =
  | { readonly status: 'withdrawn'; readonly amount: number; readonly fee: number; readonly unit: string }
  | { readonly status: 'pending'; readonly paymentId: string }
  | { readonly status: 'insufficient'; readonly missing: number; readonly unit: string }
  | { readonly status: 'declined'; readonly reason: string }
  /** It would cost more than `feeMax` by now; nothing went out. */
  | { readonly status: 'dearer'; readonly fee: number; readonly unit: string }

/** What lets one page show one thing once. `expires`: Unix seconds. */
export type Claim = { readonly code: string; readonly expires: number }

/** `progress.scanned` counts derived outputs; the end is not known beforehand. */
export type RestoreProgress = {
  readonly mint: string
  readonly keysetId: string
  readonly scanned: number
  readonly found: number
}

/** Coins set aside for one site, with all that a wallet without a seed needs to spend them. Structured-cloneable. */
export type Allowance = {
  /** The loan's payment id in the vault. */
  readonly id: string
  readonly site: string
  readonly tillOrigin: string
  readonly realm: string
  readonly unit: string
  readonly coins: readonly HeldCoin[]
  /** The site's Ed25519 private key; not extractable. */
  readonly key: CryptoKey
  /** Its public part, 32 bytes, base64url. */
  readonly publicX: string
  /** Blinded by the vault beforehand, so that a refund needs no seed here. */
  readonly refundOutputs: readonly BlindedMessage[]
  /** What the reader owns from this till already. */
  readonly purchases: readonly Purchase[]
  /** Keysets and receipt keys as the vault pinned them. */
  readonly mints: readonly PinnedMint[]
  /** The reader's rules, and how much of today's they leave to this site. */
  readonly rules?: Rules | undefined
}

/** What a frame did with its allowance, told to the vault when they next meet. */
export type AllowanceReport = {
  readonly id: string
  readonly site: string
  readonly purchases: readonly Purchase[]
  readonly history: readonly HistoryEntry[]
  /** Secrets of coins that the frame still holds, unreserved. */
  readonly held: readonly string[]
  /** Rules as the frame has them, where the reader changed them there. */
  readonly rules?: Rules | undefined
}

/**
 * `personal`: asks by the reader's key, whose price may be lower (a cap, a pass, credit). That tells the till who asks, so
 * only a gesture may.
 */
export type LookInput = {
  readonly url: string
  readonly site: string
  readonly signal?: AbortSignal | undefined
  readonly personal?: boolean | undefined
}

/** `code`: of a claim that was made at the wallet's own page. */
export type RedeemInput = LookInput & { readonly code: string }

/** `amount` in minor units of the jar's unit; with `unit`, a jar of another unit is refused. */
export type TipInput = LookInput & { readonly amount: number; readonly unit?: string | undefined }

export type RestoreOptions = {
  readonly onProgress?: (progress: RestoreProgress) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * What to set aside for whom; amounts in minor units. `mints`: those that the till takes. `price`: what the reader is about
 * to pay with it, which the coins can then make at once.
 */
export type LendInput = {
  readonly site: string
  readonly tillOrigin: string
  readonly realm: string
  readonly amount: number
  readonly unit: string
  readonly mints?: readonly string[]
  readonly price?: number | undefined
}

/** Where to make change (everywhere when absent), and an amount that must be payable afterwards. */
export type ChangeRequest = {
  readonly amount?: number | undefined
  readonly unit?: string | undefined
  readonly mint?: string | undefined
}

/** What a till delivered. `receipt`: the Payment-Receipt header as it came, not checked yet. */
export type Content = { readonly contentType: string; readonly body: string; readonly receipt?: string }

export type UnlockOptions = {
  /** Called with what was bought the moment it is here; the promise resolves once the books are kept, too. */
  readonly onContent?: ((content: Content) => void) | undefined
  /** Stops what has not been journaled yet; a payment that left runs to its end. */
  readonly signal?: AbortSignal | undefined
  /** The gesture's id: the same id never pays twice. */
  readonly gesture?: string | undefined
  /** The amount that a person confirmed for this item, where it is over `itemMax`. */
  readonly approved?: number | undefined
  /** Asks for a free article in place of paying. Where none is given: `declined`, and nothing was paid. */
  readonly grant?: boolean | undefined
  /** Nobody pressed anything: pays only what the reader's rules pay, else `over-budget`. */
  readonly auto?: boolean | undefined
}

/** Recovery's count of what it did. `open` payments could not be finished yet. */
export type Recovered = { readonly finished: number; readonly undone: number; readonly open: number }

/** The headless wallet. Every method may throw a TuppenceError whose `retry` says what is safe. */
export type Wallet = {
  /** `vault` has a seed; `allowance` holds lent coins only. */
  readonly mode: 'vault' | 'allowance'
  /** By unit. */
  readonly $balance: ReadableAtom<Readonly<Record<string, Balance>>>
  /** Open payments, oldest first. */
  readonly $payments: ReadableAtom<readonly Payment[]>
  /** The newest finished payments, newest first. */
  readonly $history: ReadableAtom<readonly HistoryEntry[]>
  /** What was bought and opens by itself, by URL. */
  readonly $purchases: ReadableAtom<Readonly<Record<string, Purchase>>>
  /** What may be paid by itself, as the reader set it. */
  readonly $rules: ReadableAtom<Rules>

  /**
   * Loads the stores; recovery of open payments follows by itself. With a timer it waits a random while, so that opening a
   * page tells a mint nothing; whoever need not hide that (the wallet's own page) calls `recover` at once.
   */
  readonly start: () => Promise<void>
  readonly close: () => void

  /**
   * Asks what a URL costs, or knows that it is owned. A payment for it that is on its way is finished first; if that can't
   * be done yet, what is thrown names it in `details.paymentId`, and its money is not gone.
   */
  readonly look: (input: LookInput) => Promise<Look>
  /** Pays what was looked at, or opens it when it is owned. At most one credential leaves. */
  readonly unlock: (look: Look, options?: UnlockOptions) => Promise<Outcome>
  /** Opens what is owned by a signed GET. `undefined`: not owned here. */
  readonly reopen: (input: LookInput) => Promise<Outcome | undefined>
  /** Asks a tip jar for an amount; `unlock` pays it. */
  readonly lookTip: (input: TipInput) => Promise<Look>
  readonly tip: (input: TipInput, options?: UnlockOptions) => Promise<Outcome>
  /**
   * Gives back what was bought, for coins: by its URL or payment id.
   *
   * @throws {TuppenceError} `after-recover`: asked, and the answer is not here; recovery asks again.
   */
  readonly refund: (what: string) => Promise<RefundOutcome>
  /** Keeps rules. What was spent today stays spent. */
  readonly setRules: (rules: Rules) => Promise<void>
  /** Asks for a code by which the page at `site` may show what is owned at a URL, once. */
  readonly claim: (input: LookInput) => Promise<Claim>
  /** Fetches what a claim is for, unsigned. */
  readonly redeem: (input: RedeemInput) => Promise<Content>

  /** Ways to put money into a mint. */
  readonly fundingMethods: (mint?: string) => Promise<readonly FundingMethod[]>
  readonly topUp: (input: TopUpInput) => Promise<TopUpOutcome>
  /** Ways to take money out of a mint. */
  readonly withdrawMethods: (mint?: string) => Promise<readonly FundingMethod[]>
  /** Takes money out (NUT-05). */
  readonly withdraw: (input: WithdrawInput) => Promise<WithdrawOutcome>
  /** Takes the coins of a token by swapping them. */
  readonly receive: (token: string) => Promise<ReceiveOutcome>
  /** Hands over coins as a token text. */
  readonly send: (input: SendInput) => Promise<SendOutcome>
  /** Swaps coins so that prices are payable at once; with `amount`, that amount first of all. `false`: no need. */
  readonly makeChange: (input?: ChangeRequest) => Promise<boolean>
  /**
   * Takes back the coins of an open payment or unclaimed token by swapping them. `open`: not now, or not ours to end, as a
   * top-up whose quote may still be paid; recovery ends it.
   */
  readonly cancel: (paymentId: string) => Promise<'undone' | 'finished' | 'open'>
  /** Finds every signed, unspent coin of the seed. Answers the amounts found by unit. */
  readonly restore: (options?: RestoreOptions) => Promise<Readonly<Record<string, number>>>
  /** Finishes or undoes every open payment. Safe to call at any time. */
  readonly recover: () => Promise<Recovered>

  /** Vault: sets coins aside for a site, up to `amount`. Journaled before it answers. `undefined`: no coins. */
  readonly lend: (input: LendInput) => Promise<Allowance | undefined>
  /** Vault: the frame has the allowance. Loans that are never acknowledged come home by themselves. Frame: the vault knows. */
  readonly acknowledgeLoan: (id: string) => Promise<void>
  /** Frame: takes an allowance. The same one twice counts once. */
  readonly acceptAllowance: (allowance: Allowance) => Promise<void>
  /** Frame: what was done with the allowance of a site. */
  readonly reportAllowance: (site: string) => Promise<AllowanceReport | undefined>
  /** Vault: keeps what a frame reports: its purchases and history. Coins are believed only from receipts or the mint. */
  readonly settleLoan: (report: AllowanceReport) => Promise<void>
  /** Vault: takes back what a site has not spent, by swapping it. Answers the amount that came home, by unit. */
  readonly callHome: (site: string) => Promise<Readonly<Record<string, number>>>
}
