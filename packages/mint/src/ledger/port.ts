// The ledger as the mint sees it: a batch of operations goes in, each is done whole or not at all; issue, redeem and
// deposit call it through group.ts, and every store behind it passes contract.ts.

/** What an operation was. The journal keeps the word. */
export type OperationKind =
  | 'quote'
  | 'payment'
  | 'mint'
  | 'swap'
  | 'deposit'
  | 'refund'
  | 'melt-quote'
  | 'melt'
  | 'melt-paid'
  | 'melt-failed'
  | 'payout'
  | 'payout-paid'
  | 'payout-failed'
  /** What a processor kept for its work; what it took back and gave again; what an operator gave back by hand. */
  | 'processor-fee'
  | 'dispute'
  | 'dispute-won'
  | 'returned'
  | 'return-failed'
  | 'voucher-sold'
  | 'voucher-void'
  | 'voucher'

/** A coin that an operation takes back. `y` is hex of the 33-byte point hash_to_curve(secret); the secret is never stored. */
export interface Spend {
  readonly keyset: string
  readonly y: string
  readonly amount: number
  readonly witness?: string
}

/** An output that an operation signs. Points and DLEQ scalars are lower-case hex. */
export interface Promised {
  readonly keyset: string
  readonly b: string
  readonly amount: number
  readonly c: string
  readonly e: string
  readonly s: string
}

/**
 * A credit (positive) or debit (negative) of one account, in the operation's unit.
 * The ledger itself adds what the coins do to `outstanding:<keyset>`; together they must sum to zero (S1, S4).
 */
export interface Entry {
  readonly account: string
  readonly amount: number
}

/**
 * A top-up quote as stored. `amountPaid` and `amountIssued` only grow. `amountRevoked` is what was paid and taken back before
 * it was issued: issued and revoked together never pass paid (S7).
 */
export interface QuoteRow {
  readonly id: string
  readonly method: string
  readonly unit: string
  readonly amount: number
  readonly request: string
  readonly description?: string
  readonly pubkey?: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly updatedAtMs: number
  readonly amountPaid: number
  readonly amountIssued: number
  readonly amountRevoked: number
}

/** What an operation does to a quote. A payment names its processor's event, so that it counts once. What is revoked can be restored. */
export type QuoteChange =
  | { readonly type: 'open'; readonly row: QuoteRow }
  | {
      readonly type: 'pay'
      readonly id: string
      readonly amount: number
      readonly method: string
      readonly event: string
    }
  | { readonly type: 'issue' | 'revoke' | 'restore'; readonly id: string; readonly amount: number }

/** Where a melt is. A coin in a pending one is spent; it is released only when the payment is known to have failed. */
export type MeltState = 'UNPAID' | 'PENDING' | 'PAID'

/**
 * A melt quote as stored: money on its way out. Amounts in minor units; `amountIn` is what the inputs brought, less
 * `inputFee`. `attempt` counts starts. `content` is the hash of the request that started the attempt, and `outputs` are
 * its blank outputs as JSON. `answer` is there once the quote is paid. `payee` names what is paid, where that can be paid once
 * only: no two melts of one method with the same payee are ever under way or done.
 */
export interface MeltRow {
  readonly id: string
  readonly method: string
  readonly unit: string
  readonly amount: number
  readonly feeReserve: number
  readonly request: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly state: MeltState
  readonly attempt: number
  readonly amountIn: number
  readonly inputFee: number
  readonly payee?: string
  readonly content?: string
  readonly outputs?: string
  readonly answer?: string
}

/** What a new melt quote says; the rest follows. */
export type NewMelt = Pick<
  MeltRow,
  'id' | 'method' | 'unit' | 'amount' | 'feeReserve' | 'request' | 'createdAtMs' | 'expiresAtMs' | 'payee'
>

/**
 * What an operation does to a melt quote: open; start (UNPAID to PENDING, with the operation's spends); settle (PENDING to
 * PAID, the operation's answer being the quote's); fail (PENDING back to UNPAID, the attempt's coins released).
 */
export type MeltChange =
  | { readonly type: 'open'; readonly row: NewMelt }
  | {
      readonly type: 'start'
      readonly id: string
      readonly attempt: number
      readonly content: string
      readonly outputs: string
      readonly amountIn: number
      readonly inputFee: number
    }
  | { readonly type: 'settle'; readonly id: string; readonly attempt: number }
  | { readonly type: 'fail'; readonly id: string; readonly attempt: number }

/** A deposit's own row; (account, reference) happens once. */
export interface DepositRow {
  readonly account: string
  readonly reference: string
  readonly amount: number
  readonly offer: string
}

/** A refund's own row: part or all of what a deposit credited; (account, reference) happens once. */
export interface RefundRow {
  readonly account: string
  readonly reference: string
  readonly amount: number
}

/**
 * One thing to do, whole or not at all.
 *
 * `hash` is SHA-256 (hex) of the canonical request: the same hash always gets the stored `answer` (S5).
 */
export interface Operation {
  readonly hash: string
  readonly kind: OperationKind
  readonly unit: string
  readonly atMs: number
  readonly answer: string
  readonly spends: readonly Spend[]
  readonly promises: readonly Promised[]
  readonly entries: readonly Entry[]
  /** Of one quote each. */
  readonly quotes?: readonly QuoteChange[]
  readonly deposit?: DepositRow
  readonly refund?: RefundRow
  readonly melt?: MeltChange
}

/** Why an operation was refused; a refused operation changed nothing (S10). */
export type Refusal =
  | 'coins-spent'
  | 'coins-pending'
  | 'outputs-signed'
  | 'keyset-unknown'
  | 'keyset-inactive'
  | 'quote-unknown'
  | 'quote-unpaid'
  | 'quote-issued'
  | 'quote-amount-mismatch'
  | 'quote-settled'
  | 'funding-reversed'
  | 'quote-pending'
  | 'units-differ'
  | 'account-unknown'
  | 'deposit-conflict'
  | 'deposit-unknown'
  | 'refund-conflict'
  | 'refund-too-large'
  | 'account-short'
  | 'over-redeemed'

/** What became of one operation of a batch. `committed` and `repeated` are durable by the time they are seen. */
export type Outcome =
  | { readonly status: 'committed'; readonly answer: string }
  | { readonly status: 'repeated'; readonly answer: string }
  | { readonly status: 'refused'; readonly code: Refusal }

/** A keyset's row. The private keys are derived from the master secret and `number`; they are not in the ledger. */
export interface KeysetRow {
  readonly number: number
  readonly id: string
  readonly unit: string
  readonly active: boolean
  readonly inputFeePpk: number
  readonly denominations: readonly number[]
  readonly createdAtMs: number
  /** Unix seconds after which its coins are worth nothing (NUT-02). */
  readonly finalExpiry?: number
}

/** A publisher. `publicKey` is the raw Ed25519 key, base64url; `keyId` its JWK thumbprint, as requests name it. */
export interface AccountRow {
  readonly id: string
  readonly name: string
  readonly publicKey: string
  readonly keyId: string
  readonly createdAtMs: number
}

/**
 * What a coin's point is known as; `witness` is what spent it, where a condition asked for one. PENDING: it is on its way out,
 * and comes back if that fails.
 */
export interface CoinState {
  readonly state: 'UNSPENT' | 'PENDING' | 'SPENT'
  readonly witness?: string
}

/** The sum of one account in one unit. */
export interface Balance {
  readonly account: string
  readonly unit: string
  readonly balance: number
}

/**
 * What moved a publisher's account, by `amount` (credits positive, and 0 for a payout that arrived: it left the account before).
 * `reference` is a deposit's, or that of the deposit that was refunded; `answer` is a payout's.
 */
export interface Movement {
  readonly kind: 'deposit' | 'refund' | 'payout' | 'payout-paid' | 'payout-failed'
  readonly sequence: number
  readonly atMs: number
  readonly amount: number
  readonly reference?: string
  readonly answer?: string
}

/** Sums recomputed from the rows themselves, for the audit: none of them comes from a running balance. */
export interface Totals {
  readonly promised: readonly { readonly keyset: string; readonly amount: number }[]
  readonly spent: readonly { readonly keyset: string; readonly amount: number }[]
  readonly entries: readonly Balance[]
  readonly balances: readonly Balance[]
  readonly operations: number
}

/**
 * The store behind the mint. Every method is safe to call at once from many requests.
 *
 * @throws {TuppenceError} `storage-unavailable` The store could not answer; a write's outcome is then unknown, and the
 *   same request may be sent again. `internal` What was asked breaks an invariant: the whole batch was thrown back.
 */
export interface Ledger {
  /** Does a batch in one durable transaction, a savepoint for each operation; outcomes in the order given. */
  commit(batch: readonly Operation[]): Promise<readonly Outcome[]>
  /** The stored answer to a request, by its hash. */
  answer(hash: string): Promise<string | undefined>
  /** Why these coins cannot be spent, if they cannot: a look before the work, the commit has the last word. */
  blocked(coins: readonly Pick<Spend, 'keyset' | 'y'>[]): Promise<'coins-spent' | 'coins-pending' | undefined>
  /** States of coins by point, whatever their keyset, in the order given. */
  coinStates(ys: readonly string[]): Promise<readonly CoinState[]>
  /** What was promised for each output point, in the order given. */
  promised(bs: readonly string[]): Promise<readonly (Promised | undefined)[]>
  quote(id: string): Promise<QuoteRow | undefined>
  melt(id: string): Promise<MeltRow | undefined>
  /** Melts whose outcome is not known yet: after a restart they are asked after. */
  pendingMelts(): Promise<readonly MeltRow[]>
  keysets(): Promise<readonly KeysetRow[]>
  /** Adds a keyset and, being active, retires the unit's active one, in one transaction. */
  addKeyset(row: KeysetRow): Promise<void>
  account(id: string): Promise<AccountRow | undefined>
  accounts(): Promise<readonly AccountRow[]>
  /** Adds an account, or gives it a new name or key. */
  putAccount(row: AccountRow): Promise<void>
  /** Balances of one account, a row for each unit. */
  balances(account: string): Promise<readonly Balance[]>
  depositCount(account: string): Promise<number>
  /**
   * Shows everything that moved a publisher's account in a unit, in slices and in no order, as of one moment.
   *
   * @returns What the account was owed at that moment: the sum of them all.
   */
  movements(account: string, unit: string, visit: (slice: readonly Movement[]) => void): Promise<number>
  /** Whether an account has deposited under a reference. */
  hasDeposit(account: string, reference: string): Promise<boolean>
  totals(): Promise<Totals>
  /** How far the ledger has come: `epoch` counts starts, `sequence` operations. Both only grow (S9). */
  position(): Promise<{ readonly epoch: number; readonly sequence: number }>
  /** Whether this is a backup that was not restored: no mint may serve it. */
  isBackup(): Promise<boolean>
  /** Starts a new epoch, and makes it the name that this process writes under. */
  nextEpoch(): Promise<number>
  /**
   * Signs off what this process has written since it started, if there is anything new (S11).
   *
   * @param sign - Given the text to sign, gives the signature.
   */
  checkpoint(sign: (text: string) => Uint8Array): Promise<void>
  close(): Promise<void>
}
