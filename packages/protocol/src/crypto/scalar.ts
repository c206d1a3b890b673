// Scalars of secp256k1 as bytes and bigints; split from the curve so that deriving keys does not load it.

import { bytesToHex, hexToBytes, type Bytes } from '../encoding.ts'
import { TuppenceError } from '../errors.ts'

/** Order of the group. @see SEC 2 version 2, section 2.4.1 */
export const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** Reads bytes, at least one, as a big-endian number. */
export const bytesToNumber = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes)}`)

/** Writes a number below 2^256 as 32 bytes, big-endian. */
export const numberToBytes = (number: bigint): Bytes => hexToBytes(numberToHex(number))

/** Writes a number below 2^256 as 64 hex digits. */
export const numberToHex = (number: bigint): string => number.toString(16).padStart(64, '0')

/** The residue of a number, never negative. */
export const modN = (number: bigint): bigint => ((number % n) + n) % n

/**
 * Reads a scalar that may not be zero: a private key, a blinding factor.
 *
 * @throws {TuppenceError} `bad-scalar` unless 32 bytes with 1 <= value < n.
 */
export function toScalar(bytes: Uint8Array): bigint {
  const number = bytes.length === 32 ? bytesToNumber(bytes) : 0n
  if (number === 0n || number >= n) throw new TuppenceError('bad-scalar')
  return number
}
