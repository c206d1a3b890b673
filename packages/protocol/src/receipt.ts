// Receipts that a mint signs for a deposit: till and wallet keep them, and anyone can check one with the mint's key.

import { base64UrlDecode, base64UrlEncode, bytesToHex, canonicalJson, concatBytes, sha256, utf8 } from './encoding.ts'
import type { Bytes } from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'
import { isCount, isHash, isText, pick } from './shape.ts'
import type { Shape } from './shape.ts'
import { thumbprint, verifyingKey } from './signing-key.ts'

/**
 * What a mint says of a deposit. `offer`: hex commitment (see offerCommitment); `amount`: minor units of `unit`;
 * `reference`: hex SHA-256 of the token's text; `timeMs`: when the mint booked it, Unix milliseconds.
 */
export type ReceiptBody = {
  v: 1
  mint: string
  account: string
  offer: string
  amount: number
  unit: string
  timeMs: number
  reference: string
}

/** A body, the name of the mint's key, and base64url Ed25519 over the canonical JSON of both. */
export type SignedReceipt = ReceiptBody & { kid: string; sig: string }

const isShort = isText(512)
const signedReceipt: Shape<SignedReceipt> = {
  v: (value) => value === 1,
  mint: isShort,
  account: isShort,
  offer: isHash,
  amount: isCount,
  unit: isShort,
  timeMs: isCount,
  reference: isHash,
  kid: isShort,
  sig: isShort,
}

/** A signed receipt out of decoded JSON, without members that are not signed; undefined when it is none. */
export function readSignedReceipt(value: unknown): SignedReceipt | undefined {
  return pick(signedReceipt, value)
}

/** Signs a receipt. The body must have no other members than the type says. */
export async function signReceipt(body: ReceiptBody, key: CryptoKey, kid: string): Promise<SignedReceipt> {
  const signature = await crypto.subtle.sign('Ed25519', key, signedBytes({ ...body, kid }))
  return { ...body, kid, sig: base64UrlEncode(new Uint8Array(signature)) }
}

/**
 * Whether one of the mint's keys signed exactly this.
 *
 * @param receipt - As readSignedReceipt gives it.
 * @param keys - The mint's published keys; others among them are passed over.
 */
export async function verifyReceipt(receipt: SignedReceipt, keys: readonly JsonWebKey[]): Promise<boolean> {
  for (const jwk of keys) {
    try {
      if ((await thumbprint(jwk)) !== receipt.kid) continue
      const key = await verifyingKey(jwk)
      return await verifyReceiptBy(receipt, (signature, text) => crypto.subtle.verify('Ed25519', key, signature, text))
    } catch (error) {
      if (!isTuppenceError(error)) throw error
    }
  }
  return false
}

/**
 * As verifyReceipt, with an Ed25519 of the caller's under the key that the receipt names.
 *
 * @throws {TuppenceError} `bad-encoding`, `bad-json`: it is no receipt that anyone signed.
 */
export async function verifyReceiptBy(
  { sig, ...body }: SignedReceipt,
  verifies: (signature: Bytes, text: Bytes) => boolean | Promise<boolean>,
): Promise<boolean> {
  return verifies(base64UrlDecode(sig), signedBytes(body))
}

/** @throws {TuppenceError} `receipt-invalid`: no key of the mint signed this. */
export async function checkReceipt(receipt: SignedReceipt, keys: readonly JsonWebKey[]): Promise<void> {
  if (!(await verifyReceipt(receipt, keys))) throw new TuppenceError('receipt-invalid')
}

/**
 * Names an offer to the mint without naming it: who has the salt can open it, the mint cannot.
 *
 * @param salt - 16 random bytes, fresh for each payment.
 * @param offerUrl - Absolute URL of what was bought, without a fragment.
 * @returns Hex SHA-256 of the salt and the URL.
 */
export async function offerCommitment(salt: Uint8Array, offerUrl: string): Promise<string> {
  return bytesToHex(await sha256(concatBytes(salt, utf8(offerUrl))))
}

// A mint uses this key for receipts alone, so the text needs no tag to tell it from others.
function signedBytes(body: Omit<SignedReceipt, 'sig'>): Bytes {
  return utf8(canonicalJson(body))
}
