import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { bytesToHex, hexToBytes } from '@tuppence/protocol'
import { blind, unblind, verifyDleq } from '@tuppence/protocol/crypto'
import { describe, expect, test } from 'vitest'
import { nativeCurve } from './native.ts'
import { openCurve } from './open.ts'
import { portableCurve } from './portable.ts'
import type { DenominationKey, MintCurve } from './port.ts'

const native = nativeCurve()
const portable = portableCurve()
const curves: readonly MintCurve[] = [native, portable]

const keyOf = (curve: MintCurve, hex: string): DenominationKey => {
  const privateKey = hexToBytes(hex)
  return { privateKey, publicKey: curve.publicKey(privateKey) }
}
const scalar = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => {
  try {
    native.publicKey(bytes)
    return true
  } catch {
    return false
  }
})

describe.each(curves)('the $name curve', (curve) => {
  // nuts/tests/12-tests.md "Deterministic nonce derivation"
  test('makes the proof of the NUT-12 vector', () => {
    const key = keyOf(curve, '0000000000000000000000000000000000000000000000000000000000000002')
    expect(bytesToHex(key.publicKey)).toBe('02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5')
    expect(curve.sign('02a9acc1e48c25eeeb9289b5031cc57da9fe72f3fe2861d264bdc074209b107ba2', key)).toEqual({
      c: '0244eccfc7a348274458bb38044c7f3c389b3c2086c7ec18b5812d2877ab937787',
      e: '2a16ffee280aff3c429045607f9b8e0bf8b35910c44c1b20b9dfaf01b263d7b3',
      s: '9df27731238334718d120d4f74611a7c668233f988e687ac3fb188f0a34a2dab',
    })
  })

  // nuts/tests/00-tests.md "hash_to_curve": messages there are hex of bytes; these are the ones that are also text.
  test('maps secrets to the points of the NUT-00 vectors', () => {
    expect(curve.hashToCurve('\u0000'.repeat(32))).toBe(
      '024cce997d3b518f739663b757deaec95bcd9473c30a14ac2fd04023a739d1a725',
    )
    expect(curve.hashToCurve(`${'\u0000'.repeat(31)}\u0001`)).toBe(
      '022e7158e11c9506f1aa4248bf531298daa7febd6194f003edcd9b93ade6253acf',
    )
    // Takes several tries of the counter.
    expect(curve.hashToCurve(`${'\u0000'.repeat(31)}\u0002`)).toBe(
      '026cdbe15362df59cd1dd3c9c11de8aedac2106eca69236ecd9fbe117af897be4f',
    )
  })

  test('refuses to sign what is no point', () => {
    const key = keyOf(curve, '11'.repeat(32))
    // x = 5 has no y on the curve; 04.. is uncompressed; the point at infinity is one zero byte.
    for (const output of [
      `02${'0'.repeat(63)}5`,
      `04${'11'.repeat(64)}`,
      '00',
      `02${'ff'.repeat(32)}`,
      `05${'11'.repeat(32)}`,
    ]) {
      expect(curve.isPoint(output)).toBe(false)
      expect(() => curve.sign(output, key)).toThrow(expect.objectContaining({ code: 'bad-point' }))
    }
  })

  test('knows its own coins and no others', () => {
    const key = keyOf(curve, '22'.repeat(32))
    const factor = hexToBytes('33'.repeat(32))
    const signed = curve.sign(bytesToHex(blind('a secret', factor)), key)
    const c = bytesToHex(unblind(hexToBytes(signed.c), factor, key.publicKey))
    const y = curve.hashToCurve('a secret')
    expect(curve.verifyCoin({ y, c }, key.privateKey)).toBe(true)
    expect(curve.verifyCoin({ y, c }, hexToBytes('44'.repeat(32)))).toBe(false)
    expect(curve.verifyCoin({ y: curve.hashToCurve('another'), c }, key.privateKey)).toBe(false)
    expect(curve.verifyCoin({ y, c: `${c.startsWith('02') ? '03' : '02'}${c.slice(2)}` }, key.privateKey)).toBe(false)
    expect(curve.verifyCoin({ y, c: '' }, key.privateKey)).toBe(false)
  })
})

describe('both curves', () => {
  test('give the same bytes for any key and any output', () => {
    fc.assert(
      fc.property(scalar, scalar, fc.string({ unit: 'grapheme' }), (privateKey, factor, secret) => {
        const key = { privateKey, publicKey: native.publicKey(privateKey) }
        expect(portable.publicKey(privateKey)).toEqual(Uint8Array.from(key.publicKey))
        const output = bytesToHex(blind(secret, factor))
        const signed = native.sign(output, key)
        expect(portable.sign(output, key)).toEqual(signed)
        expect(portable.hashToCurve(secret)).toBe(native.hashToCurve(secret))
        const proof = {
          B_: hexToBytes(output),
          C_: hexToBytes(signed.c),
          mintKey: key.publicKey,
          e: signed.e,
          s: signed.s,
        }
        expect(verifyDleq(proof)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('agree on which strings are points', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom('02', '03', '04', '06'),
        (x, prefix) => {
          const point = prefix + bytesToHex(x)
          expect(portable.isPoint(point)).toBe(native.isPoint(point))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('start as the native one here', () => {
    const reasons: string[] = []
    const curve = openCurve((reason) => reasons.push(reason))
    expect([curve.name, ...reasons]).toEqual(['native'])
    expect(curve.isPoint(bytesToHex(curve.publicKey(randomBytes(32))))).toBe(true)
  })

  test('start as the portable one where there is no binary, and say why', () => {
    const reasons: string[] = []
    const curve = openCurve(
      (reason) => reasons.push(reason),
      () => {
        throw new Error('No native build was found')
      },
    )
    expect([curve.name, ...reasons]).toEqual(['portable', 'No native build was found'])
  })
})
