/** BIP340 signatures, which unlock coins (NUT-11) and quotes (NUT-20). */
import type { Bytes } from './curve.ts'

/**
 * Signs a message as BIP340 says.
 *
 * @param message - Bytes of any length; signed as they are.
 * @param privateKey - 32 bytes.
 * @param aux - 32 random bytes; zeros when absent, which is safe and makes the signature deterministic.
 * @returns 64 bytes.
 * @throws {TuppenceError} `bad-scalar`.
 * @see BIP340 "Default Signing"
 */
export function schnorrSign(message: Uint8Array, privateKey: Uint8Array, aux?: Uint8Array): Bytes {
  throw new Error('not built yet')
}

/**
 * Verifies a BIP340 signature.
 *
 * @param key - 32-byte x-only or 33-byte compressed point (its parity is ignored).
 * @returns false for anything malformed.
 */
export function schnorrVerify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  throw new Error('not built yet')
}

/** Signs SHA-256 of a message (text as UTF-8), as Cashu does. @returns 64 bytes in hex. */
export function signMessage(message: string | Uint8Array, privateKey: Uint8Array): string {
  throw new Error('not built yet')
}

/** Verifies what `signMessage` made; `signature` and `key` in hex. @returns false for anything malformed. */
export function verifyMessage(signature: string, message: string | Uint8Array, key: string): boolean {
  throw new Error('not built yet')
}
