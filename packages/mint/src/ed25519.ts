// Ed25519 by node:crypto, on this thread: WebCrypto takes twice the CPU, most of it for the way to a thread and back. Receipts,
// checkpoints and account signatures go through it.

import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { base64UrlDecode } from '@tuppence/protocol'

/** PKCS #8 and SPKI of an Ed25519 key up to its 32 bytes (RFC 8410 sections 4 and 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const keysMax = 10_000

/** A key that signs. */
export interface Ed25519Key {
  sign(text: string): Uint8Array
  verify(text: string, signature: Uint8Array): boolean
}

/** Makes a key of a 32-byte seed. */
export function ed25519Key(seed: Uint8Array): Ed25519Key {
  const key = Buffer.concat([pkcs8Prefix, seed])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  return {
    sign: (text) => Uint8Array.from(sign(null, Buffer.from(text), privateKey)),
    verify: (text, signature) => verify(null, Buffer.from(text), publicKey, signature),
  }
}

/** Verifies signatures by keys given as base64url; a key is read once. */
export function ed25519Verifier(): (key: string, signature: Uint8Array, message: Uint8Array) => boolean {
  const known = new Map<string, KeyObject>()
  const keyOf = (text: string): KeyObject => {
    const found = known.get(text)
    if (found !== undefined) return found
    if (known.size >= keysMax) known.clear()
    const key = Buffer.concat([spkiPrefix, base64UrlDecode(text)])
    const made = createPublicKey({ key, format: 'der', type: 'spki' })
    known.set(text, made)
    return made
  }
  return (key, signature, message) => verify(null, message, keyOf(key), signature)
}

/** `Content-Digest` of a body (RFC 9530 section 2). */
export function bodyDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}
