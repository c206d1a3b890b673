// The key that signs receipts, derived from the master secret; deposit.ts signs with it, app.ts publishes it.

import {
  publicJwk,
  signingKey,
  signReceipt,
  type PublicJwk,
  type ReceiptBody,
  type SignedReceipt,
} from '@tuppence/protocol'
import { deriveSecret } from './keys.ts'

/** Signs receipts. Ed25519 is deterministic: the same body gives the same receipt. */
export interface ReceiptSigner {
  readonly keyId: string
  /** Every key whose receipts should still verify. */
  readonly publicKeys: readonly PublicJwk[]
  sign(body: ReceiptBody): Promise<SignedReceipt>
}

/** Derives the receipt key. */
export async function receiptSigner(master: Uint8Array): Promise<ReceiptSigner> {
  const { privateKey, x, keyId } = await signingKey(deriveSecret(master, 'receipt/0'))
  return {
    keyId,
    publicKeys: [{ ...publicJwk(x), kid: keyId }],
    sign: (body) => signReceipt(body, privateKey, keyId),
  }
}
