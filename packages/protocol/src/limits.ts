// Every bound that two parties must agree on, in one place; each package checks what it reads against these.

import { amountMax, bridgeInFlightMax, bridgeMessageBytesMax, contentBytesMax, urlMax } from './bridge-limits.ts'

/** Bounds of the protocol. Units are last in the names; "Max" is inclusive. */
export const limits = {
  /** Largest amount in one message, in the unit's minor unit. */
  amountMax,
  /** Most coins that a wallet puts into one credential. */
  coinsPerCredentialMax: 12,
  /** Largest credential (the whole `Authorization` value) that a wallet sends: every server must take 4 KB. */
  credentialBytesMax: 4_096,
  /** Largest credential that a till reads: outside wallets may send coins with proofs attached. */
  credentialReadBytesMax: 12_288,
  /** Largest `WWW-Authenticate` value that a wallet reads (servers should stay under 8 KB). */
  challengeBytesMax: 16_384,
  /** Most auth challenges read from one `WWW-Authenticate` value. */
  challengesMax: 16,
  /** Most parameters of one auth challenge. */
  challengeParametersMax: 24,
  /** Largest `Payment-Receipt` value. */
  receiptBytesMax: 8_192,
  /** Longest title an offer may have, in UTF-16 units. */
  titleMax: 200,
  /** Most page origins that one offer may name. */
  sitesMax: 16,
  /** Largest JSON body that a mint or a till reads. */
  bodyBytesMax: 65_536,
  /** Most characters of a wallet's blob at its mint, and the largest body that carries one. */
  blobCharsMax: 131_072,
  blobBodyBytesMax: 132_096,
  /** How long a mint keeps a blob that is not written again: 400 days. */
  blobSecondsMax: 34_560_000,
  /** Largest article (or other bought content) that a wallet takes from a till. */
  contentBytesMax,
  /** Largest JSON answer that a wallet or a till takes from a mint. */
  responseBytesMax: 1_048_576,
  /** Most inputs and most outputs of one mint request. */
  inputsMax: 256,
  outputsMax: 256,
  /** Most outputs of one refund. */
  refundOutputsMax: 64,
  /** Most items of a list that a mint can be set up to read: other people's wallets send up to this many. */
  itemsReadMax: 1_000,
  /** Longest secret of a coin, in UTF-8 bytes (well-known secrets included). */
  secretBytesMax: 1_024,
  /** Longest token text that anyone decodes. */
  tokenBytesMax: 65_536,
  /** Most bytes of one page <-> frame message, delivered bodies apart. */
  bridgeMessageBytesMax,
  /** Most page <-> frame requests without an answer. */
  bridgeInFlightMax,
  /** Longest URL in a message or a challenge. */
  urlMax,
  /** How far `created` of a signature may be from the verifier's clock, either way, in seconds. */
  signatureWindowSeconds: 60,
  /** Most components that one signature covers. */
  signatureComponentsMax: 16,
  /** Longest `Signature-Input` value. */
  signatureInputBytesMax: 2_048,
  /** How long a challenge can be paid, in seconds. */
  challengeLifetimeSeconds: 300,
  /** How long a till that paid content is still trusted to answer, in milliseconds. */
  tillTimeoutMs: 15_000,
  /** How long a wallet or a till waits for a mint, in milliseconds. */
  mintTimeoutMs: 10_000,
} as const
