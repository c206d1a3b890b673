/** Bytes under a key of the seed, or of a passkey: AES-256-GCM, the nonce in front. Backup, pairing and passkey call it. */
import {
  concatBytes,
  hmacSha256,
  signingKey,
  TuppenceError,
  utf8,
  type Bytes,
  type SigningKey,
} from '@tuppence/protocol'
import { systemRandom } from './adapters/system.ts'
import type { KeptSeed } from './sealed-seed.ts'

const ivBytes = 12
const seedBytes = 64
const entropyBytes = 16

/** A key for one purpose, from a secret: HMAC-SHA256 under `tuppence/` and the purpose, as in `protocol/crypto/derive`. */
export function keyFor(secret: Uint8Array, purpose: string): Promise<Bytes> {
  return hmacSha256(secret, `tuppence/${purpose}`)
}

/** The key pair that names a blob. */
export async function blobKey(secret: Uint8Array, purpose: string): Promise<SigningKey> {
  return signingKey(await keyFor(secret, purpose))
}

/**
 * Encrypts.
 *
 * @param key - 32 bytes.
 * @param purpose - Bound to what is sealed: nothing opens as something else.
 */
export async function seal(key: Uint8Array, purpose: string, plain: Uint8Array): Promise<Bytes> {
  const iv = systemRandom.bytes(ivBytes)
  const aes = await crypto.subtle.importKey('raw', key as Bytes, 'AES-GCM', false, ['encrypt'])
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8(purpose) }
  return concatBytes(iv, new Uint8Array(await crypto.subtle.encrypt(algorithm, aes, plain as Bytes)))
}

/** Decrypts what `seal` gave. @throws {TuppenceError} `backup-invalid` */
export async function unseal(key: Uint8Array, purpose: string, sealed: Uint8Array): Promise<Bytes> {
  try {
    const aes = await crypto.subtle.importKey('raw', key as Bytes, 'AES-GCM', false, ['decrypt'])
    const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, ivBytes) as Bytes, additionalData: utf8(purpose) }
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, aes, sealed.slice(ivBytes) as Bytes))
  } catch {
    throw new TuppenceError('backup-invalid')
  }
}

/** A seed and its words' entropy as one row of bytes. */
export function packSeed({ seed, entropy }: KeptSeed): Bytes {
  return concatBytes(seed, entropy)
}

/** @throws {TuppenceError} `backup-invalid`: not what `packSeed` gave. */
export function unpackSeed(bytes: Uint8Array): KeptSeed {
  if (bytes.length !== seedBytes + entropyBytes) throw new TuppenceError('backup-invalid')
  return { seed: bytes.slice(0, seedBytes) as Bytes, entropy: bytes.slice(seedBytes) as Bytes }
}
