import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { parseSecret } from '../secret.ts'
import { decodePoint, toAffine } from './curve.ts'
import { multiply, publicKey } from './multiply.ts'
import { blindReceiverKey, receiverPrivateKey, slotFactor } from './receiver-key.ts'
import { modN, numberToHex, toScalar } from './scalar.ts'

const nut28 = JSON.parse(readFileSync(new URL('../../vectors/nut-28.json', import.meta.url), 'utf8'))
const { e, E, p, P } = nut28
const slots = Array.from({ length: 11 }, (_, slot) => slot)

describe('NUT-28', () => {
  test("makes the sender's key and the shared secret", () => {
    expect(bytesToHex(publicKey(hexToBytes(e)))).toBe(E)
    expect(bytesToHex(publicKey(hexToBytes(p)))).toBe(nut28.pG)
    const shared = toAffine(multiply(decodePoint(hexToBytes(P)), toScalar(hexToBytes(e))))
    expect(numberToHex(shared.x)).toBe(nut28.Zx)
  })

  test.each(slots)('blinds slot %i, the same from both sides', (slot) => {
    expect(bytesToHex(slotFactor(hexToBytes(e), hexToBytes(P), slot))).toBe(nut28.factors[slot])
    expect(bytesToHex(slotFactor(hexToBytes(p), hexToBytes(E), slot))).toBe(nut28.factors[slot])
    expect(bytesToHex(blindReceiverKey(hexToBytes(P), hexToBytes(e), slot))).toBe(nut28.blindedKeys[slot])
  })

  test.each(slots)('derives the private key of slot %i', (slot) => {
    const derived = receiverPrivateKey(hexToBytes(p), hexToBytes(E), hexToBytes(nut28.blindedKeys[slot]), slot)
    // The key of these vectors has the other parity than p gives, so the negated derivation is the right one.
    expect(derived && bytesToHex(derived)).toBe(nut28.negatedKeys[slot])
    expect(bytesToHex(publicKey(derived!))).toBe(nut28.blindedKeys[slot])
    const standard = modN(toScalar(hexToBytes(p)) + toScalar(hexToBytes(nut28.factors[slot])))
    expect(numberToHex(standard)).toBe(nut28.standardKeys[slot])
  })

  test('takes the standard derivation when parities match', () => {
    const blinded = blindReceiverKey(hexToBytes(nut28.pG), hexToBytes(e), 0)
    expect(bytesToHex(receiverPrivateKey(hexToBytes(p), hexToBytes(E), blinded, 0)!)).toBe(nut28.standardKeys[0])
  })

  test('leaves the keys of others alone', () => {
    expect(receiverPrivateKey(hexToBytes(e), hexToBytes(E), hexToBytes(nut28.blindedKeys[0]), 0)).toBeUndefined()
  })

  test('finds slot 0 in the coin of the example', () => {
    expect(parseSecret(nut28.proof.secret)?.data).toBe(nut28.blindedKeys[0])
    expect(nut28.proof.p2pk_e).toBe(E)
  })
})
