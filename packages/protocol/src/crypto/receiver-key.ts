// Keys blinded for one coin, so that a mint cannot tell two coins locked to the same receiver (NUT-28, P2BK).

import { type Bytes, concatBytes, utf8 } from '../encoding.ts'
import { TuppenceError } from '../errors.ts'
import { addPoints, negate } from './addition.ts'
import { compress, decodePoint, toAffine } from './curve.ts'
import { addMultipleOfBase, multiply, multiplyBase } from './multiply.ts'
import { bytesToNumber, modN, n, numberToBytes, toScalar } from './scalar.ts'
import { sha256 } from './sha256.ts'

const domain = 'Cashu_P2BK_v1'

/** Slots of a lock: `data`, then `pubkeys`, then `refund`. */
const slotMax = 10

/**
 * Derives the scalar that blinds one slot's key. Sender and receiver find the same from their own private key and the
 * other's public one.
 *
 * @param privateKey - The sender's ephemeral e, or the receiver's p.
 * @param otherKey - The receiver's P, or the sender's E; 33 bytes.
 * @param slot - 0 to 10, in the order `[data, ...pubkeys, ...refund]`.
 * @throws {TuppenceError} `bad-scalar`, `bad-point`.
 * @see NUT-28 "Deriving Blinded Public Keys"
 */
export function slotFactor(privateKey: Uint8Array, otherKey: Uint8Array, slot: number): Bytes {
  if (!Number.isInteger(slot) || slot < 0 || slot > slotMax) throw new TuppenceError('bad-scalar')
  const { x } = toAffine(multiply(decodePoint(otherKey), toScalar(privateKey)))
  const preimage = concatBytes(utf8(domain), numberToBytes(x), Uint8Array.of(slot))
  for (const bytes of [preimage, concatBytes(preimage, Uint8Array.of(0xff))]) {
    const number = bytesToNumber(sha256(bytes))
    if (number > 0n && number < n) return numberToBytes(number)
  }
  throw new TuppenceError('bad-scalar')
}

/**
 * Blinds a receiver's key for one slot of a lock: P' = P + rG.
 *
 * @param ephemeralKey - The sender's e, fresh for each coin (one for all coins of a SIG_ALL lock).
 * @returns 33-byte compressed point.
 * @throws {TuppenceError} `bad-scalar`, `bad-point`.
 */
export function blindReceiverKey(receiverKey: Uint8Array, ephemeralKey: Uint8Array, slot: number): Bytes {
  const factor = toScalar(slotFactor(ephemeralKey, receiverKey, slot))
  return compress(toAffine(addMultipleOfBase(decodePoint(receiverKey), factor)))
}

/**
 * Derives the private key of a blinded key.
 *
 * @param privateKey - The receiver's p.
 * @param senderKey - E, from the coin's `p2pk_e`.
 * @param blindedKey - P' as it stands in the slot.
 * @returns 32 bytes, or undefined when the slot is for someone else.
 * @throws {TuppenceError} `bad-scalar`, `bad-point`.
 * @see NUT-28 "Deriving Private Keys"
 */
export function receiverPrivateKey(
  privateKey: Uint8Array,
  senderKey: Uint8Array,
  blindedKey: Uint8Array,
  slot: number,
): Bytes | undefined {
  const own = toScalar(privateKey)
  const factor = toScalar(slotFactor(privateKey, senderKey, slot))
  const { x, y } = toAffine(multiplyBase(own))
  const unblinded = addPoints(decodePoint(blindedKey), negate(multiplyBase(factor)))
  if (unblinded.Z === 0n) return undefined
  const target = toAffine(unblinded)
  if (target.x !== x) return undefined
  const key = modN(target.y === y ? own + factor : factor - own)
  return numberToBytes(key)
}
