/** Ed25519 by node:crypto on this thread, for readers' signatures: WebCrypto's way to a thread and back takes longer. */
import { createPublicKey, verify } from 'node:crypto'
import { publicJwk } from '@tuppence/protocol'

/** Whether a key (32 bytes or their base64url, once checked to be that) signed a message. */
export function verifyEd25519(key: Uint8Array | string, signature: Uint8Array, message: Uint8Array): boolean {
  return verify(null, message, createPublicKey({ key: publicJwk(key), format: 'jwk' }), signature)
}
