import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { compress, decodePoint, toAffine } from './curve.ts'
import { publicKey } from './multiply.ts'
import { hashOfPoints, proveDleq, verifyCoinDleq, verifyDleq } from './dleq.ts'

const nut12 = JSON.parse(readFileSync(new URL('../../vectors/nut-12.json', import.meta.url), 'utf8'))
const affine = (hex: string) => toAffine(decodePoint(hexToBytes(hex)))

describe('NUT-12', () => {
  test('hashes points', () => {
    const { R1, R2, K, C_, hash } = nut12.hash
    expect(hashOfPoints([R1, R2, K, C_].map(affine))).toBe(hash)
    expect(bytesToHex(compress(affine(C_)))).toBe(C_)
  })

  test('proves with the deterministic nonce', () => {
    const { a, A, B_, C_, e, s } = nut12.nonce
    expect(bytesToHex(publicKey(hexToBytes(a)))).toBe(A)
    const proof = proveDleq({ B_: hexToBytes(B_), C_: hexToBytes(C_), privateKey: hexToBytes(a) })
    expect(proof).toEqual({ e, s })
    expect(verifyDleq({ B_: hexToBytes(B_), C_: hexToBytes(C_), mintKey: hexToBytes(A), ...proof })).toBe(true)
  })

  test('verifies a blind signature', () => {
    const { A, B_, signature } = nut12.blindSignature
    const input = { B_: hexToBytes(B_), C_: hexToBytes(signature.C_), mintKey: hexToBytes(A), ...signature.dleq }
    expect(verifyDleq(input)).toBe(true)
    expect(verifyDleq({ ...input, s: input.e })).toBe(false)
    expect(verifyDleq({ ...input, e: input.s })).toBe(false)
  })

  test('verifies a coin', () => {
    const { A, proof } = nut12.proof
    const input = { secret: proof.secret, C: hexToBytes(proof.C), mintKey: hexToBytes(A), ...proof.dleq }
    expect(verifyCoinDleq(input)).toBe(true)
    expect(verifyCoinDleq({ ...input, secret: `${proof.secret}0` })).toBe(false)
    expect(verifyCoinDleq({ ...input, r: input.s })).toBe(false)
  })
})
