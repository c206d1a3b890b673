// The key that signs receipts, derived from the master secret; deposit.ts signs with it, app.ts publishes it.

import {
  base64UrlEncode,
  canonicalJson,
  publicJwk,
  signingKey,
  type PublicJwk,
  type ReceiptBody,
  type SignedReceipt,
} from '@tuppence/protocol'
import { ed25519Key } from './ed25519.ts'
import { deriveSecret } from './keys.ts'

/** Signs receipts. Ed25519 is deterministic: the same body gives the same receipt. */
export interface ReceiptSigner {
  readonly keyId: string
  /** Every key whose receipts should still verify. */
  readonly publicKeys: readonly PublicJwk[]
  sign(body: ReceiptBody): SignedReceipt
}

/** Derives the receipt key. */
export async function receiptSigner(master: Uint8Array): Promise<ReceiptSigner> {
  const seed = deriveSecret(master, 'receipt/0')
  const { x, keyId } = await signingKey(seed)
  const key = ed25519Key(seed)
  return {
    keyId,
    publicKeys: [{ ...publicJwk(x), kid: keyId }],
    // The bytes that protocol's signReceipt signs: a test holds the two together.
    sign: (body) => ({ ...body, kid: keyId, sig: base64UrlEncode(key.sign(canonicalJson({ ...body, kid: keyId }))) }),
  }
}
