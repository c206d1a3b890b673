/** The till's journal as a port: what accept() must find again after a crash. Each storage passes contract.ts. */

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
  /** Only an article is owned afterwards. */
  kind: 'article' | 'tip'
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
  }>

/** What a reader's key opens: the payment that bought it. */
export type Entitlement = Readonly<{
  reader: Reader
  offerId: string
  reference: string
  receipt: string
  /** Minor units that were paid. */
  amount: number
  atMs: number
}>

/** What became of a payment that was to be written down. */
export type ReceiveResult =
  | Readonly<{ status: 'new' | 'known' | 'conflict'; payment: JournaledPayment }>
  | Readonly<{ status: 'full' }>

/** Bounds of a journal. `openMax`: payments that may be without an outcome at once. */
export type JournalLimits = Readonly<{ openMax: number }>

/** While a mint is down nobody can tell made-up coins from real ones, and each payment would take its place on the disk. */
export const journalLimits: JournalLimits = { openMax: 10_000 }

/**
 * Durable memory of a till. Every write outlives the process once its promise resolves. `receive` and `refused` are then
 * on the disk too; the others may wait for the next of these: should the power fail before that, the payment is found
 * `received`, and depositing it again gives the same receipt. Any call may fail with `storage-unavailable`: then nothing
 * was written.
 */
export type Journal = {
  /**
   * Writes a payment down, unless its reference is known. The known one is given back unchanged; `conflict` means
   * that another payment of the same reader has the same idempotency key for the same offer; `full`, that `openMax`
   * payments are `received` already. Only `new` wrote anything.
   */
  receive(payment: Received): Promise<ReceiveResult>
  /**
   * Keeps the receipt of a received payment, wipes its coins and entitles the reader, where one signed for an article:
   * one transaction. A payment that has a receipt keeps it. @returns The payment as it now stands.
   */
  deposited(reference: string, outcome: Readonly<{ receipt: string; atMs: number }>): Promise<JournaledPayment>
  /** Marks a deposited payment as delivered; the first time counts. */
  delivered(reference: string, atMs: number): Promise<void>
  /** Forgets a payment the mint refused: only while it is `received`, so that no receipt can be lost. */
  refused(reference: string): Promise<void>
  find(reference: string): Promise<JournaledPayment | undefined>
  /** Payments whose outcome is unknown, oldest first. */
  unsettled(limit: number): Promise<readonly JournaledPayment[]>
  entitlement(thumbprint: string, offerId: string): Promise<Entitlement | undefined>
  close(): Promise<void>
}
