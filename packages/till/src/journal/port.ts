/** The till's journal as a port: what the money path must find again after a crash. contract.ts says what each storage keeps. */
import type { Via } from '@tuppence/protocol'
import type { BlockName, InsightsJournal } from './insights-port.ts'

/**
 * How far a payment has come. `received`: written down before the deposit is sent, outcome unknown. `deposited`: the
 * mint's receipt is kept, so the coins are the publisher's. `delivered`: content was handed over at least once.
 */
export type Stage = 'received' | 'deposited' | 'delivered'

/** What is written down before a coin leaves the till; never changes afterwards. */
export type Received = Readonly<{
  /** Hex SHA-256 of the token's text: names the payment here and at the mint. */
  reference: string
  offerId: string
  /** An article is owned afterwards, a pass for its time, a tip not at all. */
  kind: 'article' | 'tip' | 'pass'
  /** How long a pass lasts from its deposit. */
  passMs?: number
  /** Path and query the challenge was for. */
  target: string
  /** Id of the challenge that was paid; for a NUT-24 payment, which has none, `x-cashu`. */
  challengeId: string
  /** RFC 9530 digest of the body the challenge was for, where it had one. */
  digest?: string
  /** The client's Idempotency-Key: one payment a reader, offer and key. Without a reader it says nothing. */
  idempotencyKey?: string
  /** The key that signed the request, where one did. */
  reader?: Reader
  /** Minor units asked for, and minor units the deposit must be credited with (more, where the reader overpaid). */
  price: number
  amount: number
  unit: string
  /** Hex, 16 bytes: opens the commitment to the offer that stands in the receipt. */
  salt: string
  /** The deposit exactly as sent, JSON text; holds bearer coins, so it is wiped as soon as they are spent. */
  deposit: string
  receivedAtMs: number
}>

/** A reader as one publisher knows them: an Ed25519 public key of the wallet's, made for this till only. */
export type Reader = Readonly<{
  /** RFC 7638 thumbprint, base64url: the `keyid` of signatures. */
  thumbprint: string
  /** Raw public key, base64url. */
  publicKey: string
}>

/** A payment as the journal holds it. */
export type JournaledPayment = Omit<Received, 'deposit'> &
  Readonly<{
    stage: Stage
    /** Present while the stage is `received`. */
    deposit?: string
    /** The `Payment-Receipt` header, byte for byte; present from `deposited` on. */
    receipt?: string
    depositedAtMs?: number
    /** Present once the reader has been given the money back. */
    refundedAtMs?: number
  }>

/** What a reader's key opens, and why: paid for, granted, or opened while a pass or a reached cap covered it. */
export type Entitlement = Readonly<{
  reader: Reader
  offerId: string
  via: Via
  /** The payment that bought it, or the pass, or the payment that reached the cap. */
  reference?: string
  receipt?: string
  /** Minor units that were paid for this offer: 0 unless `via` is `paid`. */
  amount: number
  atMs: number
  /** When a pass ends; what else is owned stays. */
  untilMs?: number
}>

/** A time, from its first millisecond to before the last. */
export type Span = Readonly<{ startMs: number; endMs: number }>

/** What is asked about a reader: the time now, the offer, and the periods that the till's terms count in. */
export type Question = Readonly<{
  thumbprint: string
  offerId: string
  nowMs: number
  day: Span
  cap?: Span
  free?: Span
  /** The period in which what was spent on articles counts toward a pass. */
  credit?: Span
  /** Name of the requester's network address; absent where it says nothing. */
  address?: string
}>

/** How a reader stands: everything a decision about money needs, read in the transaction that writes it down. */
export type ReaderState = Readonly<{
  /** What the key has of the offer; a pass only while it lasts. */
  owned?: Entitlement
  /** The pass that lasts longest, if one lasts. */
  pass?: Readonly<{ untilMs: number; reference: string; receipt: string }>
  /** Paid for articles in the cap's period, minor units: settled and not given back, and without an outcome yet. */
  spent: number
  pending: number
  /** Of `spent`: what may be given back by a refund that has no outcome yet. */
  refunding: number
  /** Whether a payment for this very offer has no outcome yet. */
  pendingOffer: boolean
  /** Paid for articles in the credit's period since the last pass. */
  credit: number
  /** What may yet be added to that: payments for articles in that period without an outcome. */
  creditPending: number
  /** The last settled payment for an article in the cap's period. */
  last?: Readonly<{ reference: string; receipt: string }>
  /** Articles granted in the free period. */
  granted: number
  /** Articles that became the key's today. */
  today: number
  /** Articles granted today to the address of the question, and to everybody. */
  grantedToAddress: number
  grantedToday: number
}>

/** Decides within the transaction; anything but undefined is a refusal, and then nothing is written. */
export type Admit<R> = (state: ReaderState) => R | undefined

/** What became of a payment that was to be written down. */
export type ReceiveResult<R> =
  | Readonly<{ status: 'new' | 'known' | 'conflict'; payment: JournaledPayment }>
  | Readonly<{ status: 'full' }>
  | Readonly<{ status: 'refused'; refusal: R }>

/** An article that becomes a reader's without a payment of its own. */
export type Opened = Omit<Entitlement, 'amount' | 'via' | 'untilMs' | 'receipt'> &
  Readonly<{ via: 'grant' | 'pass' | 'cap' }>

/** What became of that. `known`: it was the reader's already. */
export type OpenResult<R> =
  | Readonly<{ status: 'new' | 'known'; entitlement: Entitlement }>
  | Readonly<{ status: 'refused'; refusal: R }>

/** Money on its way back to a reader. */
export type Refund = Readonly<{
  /** Of the payment; one refund each. */
  reference: string
  thumbprint: string
  offerId: string
  amount: number
  unit: string
  /** The refund exactly as sent to the mint, JSON text: holds the reader's blinded outputs, and no secret. */
  request: string
  startedAtMs: number
  /** The answer that every repeat gets, JSON text; absent while the outcome is unknown. */
  answer?: string
}>

/** What a refund is decided by. */
export type RefundState = Readonly<{
  payment: JournaledPayment
  /** Refunds of the reader in the allowance's period. */
  count: number
  /** Whether a pass was bought with it as credit, or an article was opened under a cap that it helped to reach. */
  used: boolean
}>

/** @see Refund. `unknown`: no settled payment of that reference, offer and reader. */
export type RefundResult<R> =
  | Readonly<{ status: 'new' | 'known'; refund: Refund }>
  | Readonly<{ status: 'unknown' }>
  | Readonly<{ status: 'refused'; refusal: R }>

/** A code that opens one article once, on one site. Its hash only: who reads the journal can't use it. */
export type Claim = Readonly<{ hash: string; thumbprint: string; offerId: string; site: string; expiresAtMs: number }>

/** Something that happened, on its way to a publisher's server. `id` is the same each time it is sent. */
export type OutboxEvent = Readonly<{
  id: string
  type: string
  /** JSON text. */
  data: string
  atMs: number
  attempts: number
  nextAtMs: number
  /** Where it has arrived already. */
  sentTo: readonly string[]
  /** Absent while it is to be sent (again). */
  outcome?: 'sent' | 'given-up'
}>

/** A new event, written in the transaction of what happened. */
export type NewEvent = Pick<OutboxEvent, 'id' | 'type' | 'data'>

/** What was asked and sold of an offer in a day at a price; amounts in minor units. */
export type Sale = Readonly<{
  dayMs: number
  offerId: string
  price: number
  /** How often the price was named to who had not asked for it by key: views, for the most part. */
  asked: number
  count: number
  amount: number
  refunded: number
  refundedAmount: number
}>

/** How often a price was named in a day; `block` where prices take turns. */
export type Asked = Pick<Sale, 'dayMs' | 'offerId' | 'price' | 'asked'> & Readonly<{ block?: BlockName }>

/** Bounds of a journal. `openMax`: payments that may be without an outcome at once. */
export type JournalLimits = Readonly<{ openMax: number }>

/** While a mint is down nobody can tell made-up coins from real ones, and each payment would take its place on the disk. */
export const journalLimits: JournalLimits = { openMax: 10_000 }

/**
 * Durable memory of a till. Every write outlives the process once its promise resolves. `receive`, `refused`, `open`,
 * `refund` and `claim` are then on the disk too; the others may wait for the next of these: should the power fail before
 * that, the payment is found `received`, and depositing it again gives the same receipt. Any call may fail with
 * `storage-unavailable`: then nothing was written.
 */
export type Journal = {
  /**
   * Writes a payment down, unless its reference is known. The known one is given back unchanged; `conflict` means
   * that another payment of the same reader has the same idempotency key for the same offer; `full`, that `openMax`
   * payments are `received` already; `refused`, what `admit` said of the reader. Only `new` wrote anything.
   */
  receive<R = never>(
    payment: Received,
    terms?: Readonly<{ question: Question; admit: Admit<R> }>,
  ): Promise<ReceiveResult<R>>
  /**
   * Keeps the receipt of a received payment, wipes its coins, counts the sale and entitles the reader, where one signed
   * for an article or a pass: one transaction. A payment that has a receipt keeps it.
   *
   * @returns The payment as it now stands.
   */
  deposited(
    reference: string,
    outcome: Readonly<{ receipt: string; atMs: number; event?: NewEvent }>,
  ): Promise<JournaledPayment>
  /** Marks a deposited payment as delivered; the first time counts. */
  delivered(reference: string, atMs: number): Promise<void>
  /** Forgets a payment the mint refused: only while it is `received`, so that no receipt can be lost. */
  refused(reference: string): Promise<void>
  find(reference: string): Promise<JournaledPayment | undefined>
  /** Payments whose outcome is unknown, oldest first. */
  unsettled(limit: number): Promise<readonly JournaledPayment[]>

  /** The key of a thumbprint that bought, or was granted, anything here. */
  publicKey(thumbprint: string): Promise<string | undefined>
  /** What a key has of an offer; a pass that has ended too. */
  entitlement(thumbprint: string, offerId: string): Promise<Entitlement | undefined>
  state(question: Question): Promise<ReaderState>
  /** Makes an article a reader's that costs nothing now. */
  open<R>(
    opened: Opened,
    terms: Readonly<{ question: Question; admit: Admit<R>; event?: NewEvent }>,
  ): Promise<OpenResult<R>>

  /**
   * Begins a refund: writes down what the mint will be asked, and takes the article away, unless one of the reference is
   * known.
   *
   * @param terms.allowance - The period whose refunds are counted.
   */
  refund<R>(
    refund: Refund,
    terms: Readonly<{ allowance: Span; admit: (state: RefundState) => R | undefined }>,
  ): Promise<RefundResult<R>>
  /** Keeps the mint's answer; the first one stays. @returns The refund as it now stands. */
  refunded(reference: string, outcome: Readonly<{ answer: string; atMs: number; event?: NewEvent }>): Promise<Refund>
  /** Takes back a refund that the mint refused: the article is the reader's again. */
  refundRefused(reference: string): Promise<void>
  findRefund(reference: string): Promise<Refund | undefined>
  /** Refunds whose outcome is unknown, oldest first. */
  unsettledRefunds(limit: number): Promise<readonly Refund[]>

  /** Keeps a claim; the reader's older ones for the offer are dropped. */
  claim(claim: Claim): Promise<void>
  /** Uses a claim up: the first caller gets it, once. */
  redeem(hash: string): Promise<Claim | undefined>

  /** 32 random bytes, hex, for the names of addresses in a day; those of earlier days are forgotten, names and all. */
  daySalt(day: Span, fresh: string): Promise<string>

  /** Events to be sent by now, oldest first. */
  dueEvents(nowMs: number, limit: number): Promise<readonly OutboxEvent[]>
  /** Says how sending went; `nextAtMs` where it is to be tried again. */
  eventTried(
    id: string,
    tried: Readonly<{ sentTo: readonly string[] } & ({ nextAtMs: number } | { outcome: 'sent' | 'given-up' })>,
  ): Promise<void>
  /** The newest events. */
  events(limit: number): Promise<readonly OutboxEvent[]>

  /** Adds to how often prices were named. */
  asked(counts: readonly Asked[]): Promise<void>
  /** What was sold in a time, by day, offer and price. */
  sales(span: Span): Promise<readonly Sale[]>
  /**
   * Drops what nobody can come back to: delivered payments without a reader (and all tips), events that were sent, claims
   * that ended: each from before the moment. What was sold stays counted.
   *
   * @returns How many payments were dropped: a part of them, where there are many; 0 once there are none.
   */
  prune(before: Readonly<{ paymentsMs: number; nowMs: number }>): Promise<number>
  close(): Promise<void>
} & InsightsJournal
