// BIP340 signatures, which unlock coins (NUT-11) and quotes (NUT-20).

import { bytesToHex, type Bytes, concatBytes, hexToBytes, utf8 } from '../encoding.ts'
import { addPoints, infinity, p } from './addition.ts'
import { liftX, toAffine } from './curve.ts'
import { multiplyBase, sumOfProductsUnsafe } from './multiply.ts'
import { bytesToNumber, modN, n, numberToBytes, toScalar } from './scalar.ts'
import { sha256 } from './sha256.ts'

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
export function schnorrSign(message: Uint8Array, privateKey: Uint8Array, aux = new Uint8Array(32)): Bytes {
  const { scalar: d, x } = evenKey(toScalar(privateKey))
  const masked = numberToBytes(d ^ bytesToNumber(taggedHash('aux', aux)))
  const nonce = evenKey(toScalar(numberToBytes(modN(bytesToNumber(taggedHash('nonce', masked, x, message))))))
  const e = modN(bytesToNumber(taggedHash('challenge', nonce.x, x, message)))
  return concatBytes(nonce.x, numberToBytes(modN(nonce.scalar + e * d)))
}

/**
 * Verifies a BIP340 signature. All of its input is public, so it uses the variable-time sum.
 *
 * @param signature - 64 bytes.
 * @param message - Bytes of any length, as they were signed.
 * @param key - 32-byte x-only or 33-byte compressed point (its parity is ignored).
 * @returns false for anything malformed.
 * @see BIP340 "Verification"
 */
export function schnorrVerify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  if (signature.length !== 64 || (key.length !== 32 && key.length !== 33)) return false
  if (key.length === 33 && key[0] !== 2 && key[0] !== 3) return false
  const x = key.slice(-32)
  const point = liftX(bytesToNumber(x), false)
  const r = bytesToNumber(signature.subarray(0, 32))
  const s = bytesToNumber(signature.subarray(32))
  if (!point || r >= p || s >= n) return false
  const e = modN(bytesToNumber(taggedHash('challenge', signature.subarray(0, 32), x, message)))
  const sG = s === 0n ? infinity : multiplyBase(s)
  const sum = addPoints(sG, sumOfProductsUnsafe([[point, modN(-e)]]))
  if (sum.Z === 0n) return false
  const { x: sumX, y } = toAffine(sum)
  return sumX === r && (y & 1n) === 0n
}

/** Signs SHA-256 of a message (text as UTF-8), as Cashu does. Gives 64 bytes in hex. */
export function signMessage(message: string | Uint8Array, privateKey: Uint8Array): string {
  return bytesToHex(schnorrSign(digest(message), privateKey))
}

/** Verifies what `signMessage` made; `signature` and `key` in hex. Gives false for anything malformed. */
export function verifyMessage(signature: string, message: string | Uint8Array, key: string): boolean {
  if (!/^[0-9a-f]{128}$/.test(signature) || !/^0[23][0-9a-f]{64}$/.test(key)) return false
  return schnorrVerify(hexToBytes(signature), digest(message), hexToBytes(key))
}

const digest = (message: string | Uint8Array): Uint8Array =>
  sha256(typeof message === 'string' ? utf8(message) : message)

/** The scalar of +-k whose point has an even y, and that point's x. */
function evenKey(k: bigint): { scalar: bigint; x: Bytes } {
  const { x, y } = toAffine(multiplyBase(k))
  return { scalar: y & 1n ? n - k : k, x: numberToBytes(x) }
}

/** BIP340 "Tagged Hashes". */
function taggedHash(tag: string, ...parts: Uint8Array[]): Uint8Array {
  const prefix = sha256(utf8(`BIP0340/${tag}`))
  return sha256(concatBytes(prefix, prefix, ...parts))
}
