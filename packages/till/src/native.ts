/** SHA-256 and Ed25519 by node:crypto on this thread, where a reader waits: WebCrypto's way to a thread and back takes longer. */
import { createHash, createHmac, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { isTuppenceError, publicJwk, thumbprint } from '@tuppence/protocol'

/** Hex SHA-256 of all parts, one after the other; of a token's text it is tokenReference(). */
export function sha256Hex(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** HMAC-SHA256 of a text: 32 bytes. */
export function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}

/** Whether a key (32 bytes or their base64url, once checked to be that) signed a message. */
export function verifyEd25519(key: Uint8Array | string, signature: Uint8Array, message: Uint8Array): boolean {
  return verify(null, message, keyObject(key), signature)
}

/** A mint's receipt key, ready to verify, with the name that receipts call it by. */
export type ReceiptKey = Readonly<{ kid: string; verifies: (signature: Uint8Array, text: Uint8Array) => boolean }>

/** A mint's published keys, read once for many receipts; what is no Ed25519 key is left out. */
export async function readKeys(keys: readonly JsonWebKey[]): Promise<ReceiptKey[]> {
  const read = await Promise.all(keys.map(readKey))
  return read.filter((key) => key !== undefined)
}

async function readKey(jwk: JsonWebKey): Promise<ReceiptKey | undefined> {
  try {
    const [kid, key] = [await thumbprint(jwk), keyObject(jwk.x ?? '')]
    return { kid, verifies: (signature, text) => verify(null, text, key, signature) }
  } catch (error) {
    if (isTuppenceError(error, 'bad-key')) return undefined
    throw error
  }
}

function keyObject(key: Uint8Array | string): KeyObject {
  return createPublicKey({ key: publicJwk(key), format: 'jwk' })
}
