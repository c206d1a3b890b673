// Ed25519 keys by WebCrypto: readers' site keys, tills' account keys and mints' receipt keys are all made here.

import { base64UrlDecode, base64UrlEncode, canonicalJson, concatBytes, hexToBytes, sha256 } from './encoding.ts'
import type { Bytes } from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'

/** A key that signs. `x` is the public key as JWK has it (base64url), `keyId` its thumbprint. */
export type SigningKey = { privateKey: CryptoKey; publicKey: Bytes; x: string; keyId: string }

/** A public Ed25519 key as JWK (RFC 8037). */
export type PublicJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid?: string }

// DER of PrivateKeyInfo up to the 32 bytes of the seed (RFC 8410 section 7).
const pkcs8Prefix = '302e020100300506032b657004220420'

/**
 * The key of a 32-byte seed. The private half cannot be exported again; it can be stored in IndexedDB as it is.
 *
 * @throws {TuppenceError} `bad-key`: not 32 bytes.
 */
export async function signingKey(seed: Uint8Array): Promise<SigningKey> {
  if (seed.length !== 32) throw new TuppenceError('bad-key')
  const pkcs8 = concatBytes(hexToBytes(pkcs8Prefix), seed)
  // WebCrypto gives the public half of a private key only by exporting it, so it is imported twice.
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign'])
  const { x = '' } = await crypto.subtle.exportKey('jwk', readable)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
  return { privateKey, publicKey: base64UrlDecode(x), x, keyId: await thumbprint(publicJwk(x)) }
}

/** A public key as JWK, from its 32 bytes or their base64url. */
export function publicJwk(key: Uint8Array | string): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: typeof key === 'string' ? key : base64UrlEncode(key) }
}

/**
 * A key that verifies.
 *
 * @param key - 32 bytes, their base64url, or a JWK.
 * @throws {TuppenceError} `bad-key`
 */
export async function verifyingKey(key: Uint8Array | string | JsonWebKey): Promise<CryptoKey> {
  try {
    const raw = key instanceof Uint8Array ? key : base64UrlDecode(jwkX(typeof key === 'string' ? publicJwk(key) : key))
    return await crypto.subtle.importKey('raw', raw as Bytes, 'Ed25519', true, ['verify'])
  } catch (cause) {
    throw isTuppenceError(cause, 'bad-key') ? cause : new TuppenceError('bad-key', { cause })
  }
}

/**
 * Name of a public key: the keyid of signatures and the kid of receipts.
 *
 * @returns base64url SHA-256 of the required members.
 * @throws {TuppenceError} `bad-key`: another kind of key.
 * @see RFC 7638 section 3; RFC 8037 appendix A.3
 */
export async function thumbprint(jwk: JsonWebKey): Promise<string> {
  return base64UrlEncode(await sha256(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x: jwkX(jwk) })))
}

function jwkX({ kty, crv, x }: JsonWebKey): string {
  if (kty !== 'OKP' || crv !== 'Ed25519' || !/^[\w-]{43}$/.test(x ?? '')) throw new TuppenceError('bad-key')
  return x as string
}
