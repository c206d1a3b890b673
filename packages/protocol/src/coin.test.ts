import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  blankMessageSchema,
  blindedMessageSchema,
  blindSignatureSchema,
  proofSchema,
  sumAmounts,
  tokenProofSchema,
} from './coin.ts'

const id = `01${'ab'.repeat(32)}`
const point = `02${'ab'.repeat(32)}`
const scalar = 'cd'.repeat(32)
const proof = { amount: 1, id, secret: 'secret', C: point }

describe('proofSchema', () => {
  test('keeps what it knows and drops what it does not', () => {
    const whole = { ...proof, dleq: { e: scalar, s: scalar, r: scalar }, witness: '{}', p2pk_e: point }
    expect(v.parse(proofSchema, { ...whole, extra: 1 })).toStrictEqual(whole)
  })

  test('reads null as absent', () => {
    expect(v.parse(proofSchema, { ...proof, dleq: null, witness: null })).toStrictEqual(proof)
  })

  test.each([
    ['amount 0', { amount: 0 }],
    ['a negative amount', { amount: -1 }],
    ['a fraction', { amount: 1.5 }],
    ['an amount beyond 2^53', { amount: 2 ** 53 }],
    ['an amount as text', { amount: '1' }],
    ['an upper-case id', { id: id.toUpperCase() }],
    ['a version 1 id', { id: '00ad268c4d1f5826' }],
    ['a short id', { id: id.slice(0, 16) }],
    ['an unknown id version', { id: `02${id.slice(2)}` }],
    ['an uncompressed point', { C: `04${'ab'.repeat(64)}` }],
    ['a point with another prefix', { C: `05${'ab'.repeat(32)}` }],
    ['an upper-case point', { C: point.toUpperCase() }],
    ['a point and a line feed', { C: `${point}\n` }],
    ['an empty secret', { secret: '' }],
    ['a secret over the limit', { secret: 'x'.repeat(1_025) }],
    ['a secret over the limit in UTF-8', { secret: 'é'.repeat(513) }],
    ['a secret that has no UTF-8', { secret: 'a\ud800' }],
    ['a proof of another length', { dleq: { e: scalar, s: 'cd' } }],
    ['a witness over the limit', { witness: 'x'.repeat(2_049) }],
  ])('refuses %s', (_, fields) => {
    expect(v.is(proofSchema, { ...proof, ...fields })).toBe(false)
  })

  test.each([null, undefined, 1, 'x', [proof], {}])('refuses %j', (value) => {
    expect(v.is(proofSchema, value)).toBe(false)
  })
})

describe('tokenProofSchema', () => {
  test.each([id, id.slice(0, 16), '00ad268c4d1f5826'])('reads id %s', (known) => {
    expect(v.parse(tokenProofSchema, { ...proof, id: known }).id).toBe(known)
  })

  test.each(['02ad268c4d1f5826', '00ad268c4d1f58', `00${'ab'.repeat(32)}`, ''])('refuses id %s', (unknown) => {
    expect(v.is(tokenProofSchema, { ...proof, id: unknown })).toBe(false)
  })
})

describe('outputs and signatures', () => {
  test('an output has a worth, except where the mint chooses it', () => {
    const blank = { amount: 0, id, B_: point }
    expect(v.is(blindedMessageSchema, blank)).toBe(false)
    expect(v.parse(blankMessageSchema, blank)).toEqual(blank)
  })

  test('a signature never carries r', () => {
    const signature = { amount: 1, id, C_: point, dleq: { e: scalar, s: scalar } }
    const withR = { ...signature, dleq: { ...signature.dleq, r: scalar } }
    expect(v.parse(blindSignatureSchema, withR)).toStrictEqual(signature)
  })
})

describe('sumAmounts', () => {
  test('adds up', () => {
    expect([sumAmounts([]), sumAmounts([{ amount: 2 }, { amount: 3 }])]).toEqual([0, 5])
  })

  test('equals no price once it is beyond 2^53', () => {
    expect(sumAmounts([{ amount: Number.MAX_SAFE_INTEGER }, { amount: 1 }])).toBe(Infinity)
  })
})
