import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, equalBytes } from '../encoding.ts'
import { blind, blindAll, signBlinded, unblind, unblindAll, verifyCoin } from './blind.ts'
import { publicKey } from './multiply.ts'
import { deriveCoin } from './derive.ts'
import { proveDleq, verifyCoinDleq, verifyDleq } from './dleq.ts'
import { n, numberToBytes } from './scalar.ts'

const scalar = fc.bigInt({ min: 1n, max: n - 1n }).map(numberToBytes)
const secret = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })

describe('blind signatures', () => {
  test('go round for any secret, factor and key', () => {
    fc.assert(
      fc.property(secret, scalar, scalar, (text, factor, key) => {
        const mintKey = publicKey(key)
        const B_ = blind(text, factor)
        const C_ = signBlinded(B_, key)
        const C = unblind(C_, factor, mintKey)
        expect(verifyCoin(text, C, key)).toBe(true)
        const proof = proveDleq({ B_, C_, privateKey: key })
        expect(verifyDleq({ B_, C_, mintKey, ...proof })).toBe(true)
        expect(verifyCoinDleq({ secret: text, C, mintKey, ...proof, r: bytesToHex(factor) })).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  test('give the same alone as together, in the order asked, before and after a key has its table', () => {
    const keys = [1n, 2n].map(numberToBytes)
    const coins = Array.from({ length: 7 }, (_, index) => {
      const { secret: text, factor } = deriveCoin(new Uint8Array(64), `01${'00'.repeat(32)}`, index)
      const key = keys[index % 2]!
      return { secret: text, factor, key, mintKey: publicKey(key) }
    })
    const blinded = blindAll(coins)
    expect(blinded.map(bytesToHex)).toEqual(coins.map((coin) => bytesToHex(blind(coin.secret, coin.factor))))
    const signed = coins.map((coin, i) => ({ ...coin, C_: signBlinded(blinded[i]!, coin.key) }))
    const alone = signed.map(({ C_, factor, mintKey }) => bytesToHex(unblind(C_, factor, mintKey)))
    expect(unblindAll(signed).map(bytesToHex)).toEqual(alone)
    expect(signed.every(({ secret: text, key }, i) => verifyCoin(text, unblindAll(signed)[i]!, key))).toBe(true)
  })

  test('refuse scalars and points that are none', () => {
    const [key, point] = [numberToBytes(5n), publicKey(numberToBytes(5n))]
    for (const bad of [new Uint8Array(32), numberToBytes(n), new Uint8Array(31), new Uint8Array(33).fill(1)]) {
      expect(() => blind('x', bad)).toThrow('bad-scalar')
      expect(() => unblind(point, bad, point)).toThrow('bad-scalar')
      expect(() => signBlinded(point, bad)).toThrow('bad-scalar')
      expect(() => publicKey(bad)).toThrow('bad-scalar')
    }
    expect(() => unblind(new Uint8Array(33), key, point)).toThrow('bad-point')
    expect(() => unblind(point, key, new Uint8Array(33))).toThrow('bad-point')
    expect(() => signBlinded(new Uint8Array(33), key)).toThrow('bad-point')
    expect(verifyCoin('x', new Uint8Array(33), key)).toBe(false)
  })

  test('say bad-point when a hostile mint signs so that nothing is left', () => {
    // C_ = rK makes C the point at infinity.
    const [factor, key] = [numberToBytes(3n), numberToBytes(5n)]
    expect(() => unblind(publicKey(numberToBytes(15n)), factor, publicKey(key))).toThrow('bad-point')
  })
})

describe('DLEQ', () => {
  const key = numberToBytes(0xabcdefn)
  const [B_, mintKey] = [blind('secret', numberToBytes(9n)), publicKey(key)]
  const C_ = signBlinded(B_, key)
  const good = { B_, C_, mintKey, ...proveDleq({ B_, C_, privateKey: key }) }

  test('holds for no other point, key or number', () => {
    const other = publicKey(numberToBytes(77n))
    expect(verifyDleq(good)).toBe(true)
    for (const change of [{ B_: other }, { C_: other }, { mintKey: other }, { e: good.s }, { s: good.e }]) {
      expect(verifyDleq({ ...good, ...change })).toBe(false)
    }
  })

  test('does not hold for a signature with another key, which a tagging mint would make', () => {
    const tagged = signBlinded(B_, numberToBytes(0xabcdeen))
    const forged = proveDleq({ B_, C_: tagged, privateKey: key })
    expect(verifyDleq({ B_, C_: tagged, mintKey, ...forged })).toBe(false)
  })

  test.each(['', '00'.repeat(32), 'ff'.repeat(32), 'zz'.repeat(32), 'ab', 'AB'.repeat(32)])(
    'is false for e, s or r = %j',
    (bad) => {
      expect(verifyDleq({ ...good, e: bad })).toBe(false)
      expect(verifyDleq({ ...good, s: bad })).toBe(false)
      const coin = { secret: 'secret', C: unblind(C_, numberToBytes(9n), mintKey), mintKey, e: good.e, s: good.s }
      expect(verifyCoinDleq({ ...coin, r: bytesToHex(numberToBytes(9n)) })).toBe(true)
      expect(verifyCoinDleq({ ...coin, r: bad })).toBe(false)
    },
  )

  test('is false for bytes that are no points', () => {
    for (const bad of [new Uint8Array(0), new Uint8Array(33), new Uint8Array(65).fill(4)]) {
      expect(verifyDleq({ ...good, B_: bad })).toBe(false)
      expect(verifyDleq({ ...good, C_: bad })).toBe(false)
      expect(verifyDleq({ ...good, mintKey: bad })).toBe(false)
    }
  })

  test('proves the same twice, and something else for another point', () => {
    const again = proveDleq({ B_, C_, privateKey: key })
    expect(again).toEqual({ e: good.e, s: good.s })
    const second = blind('other', numberToBytes(9n))
    expect(equalBytes(second, B_)).toBe(false)
    expect(proveDleq({ B_: second, C_: signBlinded(second, key), privateKey: key })).not.toEqual(again)
  })
})
