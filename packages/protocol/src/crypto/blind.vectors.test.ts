import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes, utf8Decode } from '../encoding.ts'
import { blind, hashToCurve, pointOfMessage, signBlinded, unblind, verifyCoin } from './blind.ts'
import { encodePoints } from './curve.ts'
import { addMultipleOfBase, publicKey } from './multiply.ts'
import { toScalar } from './scalar.ts'

const nut00 = JSON.parse(readFileSync(new URL('../../vectors/nut-00.json', import.meta.url), 'utf8'))

describe('NUT-00', () => {
  test('carries every vector of the curve', () => {
    expect([nut00.hashToCurve.length, nut00.blinded.length, nut00.signed.length]).toEqual([3, 2, 2])
  })

  test.each<{ message: string; point: string }>(nut00.hashToCurve)(
    'hashes $message to the curve',
    ({ message, point }) => {
      expect(bytesToHex(hashToCurve(utf8Decode(hexToBytes(message))))).toBe(point)
    },
  )

  // The vectors blind bytes that are no text, so this goes below `blind`.
  test.each<{ x: string; r: string; B_: string }>(nut00.blinded)('blinds $x', ({ x, r, B_ }) => {
    const blinded = addMultipleOfBase(pointOfMessage(hexToBytes(x)), toScalar(hexToBytes(r)))
    expect(encodePoints([blinded]).map(bytesToHex)).toEqual([B_])
  })

  test.each<{ privateKey: string; B_: string; C_: string }>(nut00.signed)('signs with $privateKey', (vector) => {
    expect(bytesToHex(signBlinded(hexToBytes(vector.B_), hexToBytes(vector.privateKey)))).toBe(vector.C_)
  })

  test('goes round: blinded, signed, unblinded, verified', () => {
    const [factor, key] = [hexToBytes(nut00.blinded[0].r), hexToBytes(nut00.signed[1].privateKey)]
    const C = unblind(signBlinded(blind('secret', factor), key), factor, publicKey(key))
    expect(verifyCoin('secret', C, key)).toBe(true)
    expect(verifyCoin('other', C, key)).toBe(false)
  })
})
