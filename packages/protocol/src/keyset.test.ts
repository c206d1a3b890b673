import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { keysetKeysSchema, keysetListSchema, keysSchema } from './keyset-schemas.ts'
import { denominations, inputFee, resolveKeysetId, shortKeysetId } from './keyset.ts'

const point = `02${'ab'.repeat(32)}`
const [idA, idB, idTwin] = ['aa', 'bb', 'aa'].map((byte, i) => `01${byte.repeat(31)}0${i}`) as [string, string, string]

describe('keysetListSchema', () => {
  const info = { id: idA, unit: 'usd', active: true, input_fee_ppk: 0 }

  test('leaves out keysets of versions that are not known here', () => {
    const keysets = [info, { ...info, id: '00ad268c4d1f5826' }, { ...info, id: `02${'ab'.repeat(32)}` }]
    expect(v.parse(keysetListSchema, { keysets })).toEqual({ keysets: [info] })
  })

  test('reads a fee of null as none and an expiry of null as never', () => {
    const keysets = [{ id: idA, unit: 'usd', active: true, input_fee_ppk: null, final_expiry: null }]
    expect(v.parse(keysetListSchema, { keysets })).toStrictEqual({ keysets: [info] })
  })

  test.each([{ ...info, id: `01${'AB'.repeat(32)}` }, { ...info, id: 7 }, { ...info, unit: '' }, {}, null])(
    'refuses %j',
    (keyset) => {
      expect(v.is(keysetListSchema, { keysets: [keyset] })).toBe(false)
    },
  )

  test('keys come with their keyset', () => {
    const keysets = [{ ...info, keys: { 1: point } }]
    expect(v.parse(keysetKeysSchema, { keysets })).toEqual({ keysets })
    expect(v.is(keysetKeysSchema, { keysets: [info] })).toBe(false)
  })
})

describe('keysSchema', () => {
  test.each([{}, { 0: point }, { '01': point }, { '1.5': point }, { '-1': point }, { x: point }, { 1: 'x' }])(
    'refuses %j',
    (keys) => {
      expect(v.is(keysSchema, keys)).toBe(false)
    },
  )

  test('lists amounts by number, not by text', () => {
    expect(denominations({ keys: { 16: point, 2: point, 1024: point, 1: point } })).toEqual([1, 2, 16, 1024])
  })
})

describe('resolveKeysetId', () => {
  test('finds a full id, and a short one', () => {
    expect(resolveKeysetId(idA, [idA, idB, idTwin])).toBe(idA)
    expect(resolveKeysetId(shortKeysetId(idB), [idA, idB, idB])).toBe(idB)
  })

  test('refuses what no keyset has', () => {
    expect(() => resolveKeysetId(idA, [idB])).toThrow('keyset-unknown')
    expect(() => resolveKeysetId(shortKeysetId(idA), [idB])).toThrow('keyset-unknown')
    expect(() => resolveKeysetId(idA.slice(0, 8), [idA])).toThrow('keyset-unknown')
  })

  test('refuses a short id that two keysets have', () => {
    expect(() => resolveKeysetId(shortKeysetId(idA), [idA, idTwin])).toThrow('keyset-ambiguous')
  })
})

describe('inputFee', () => {
  const keysets = [
    { id: idA, input_fee_ppk: 100 },
    { id: idB, input_fee_ppk: 0 },
  ]

  test.each([
    [0, 0],
    [1, 1],
    [10, 1],
    [11, 2],
  ])('%i inputs at a tenth cost %i', (count, fee) => {
    expect(
      inputFee(
        Array.from({ length: count }, () => ({ id: idA })),
        keysets,
      ),
    ).toBe(fee)
  })

  test('adds up over keysets before it rounds', () => {
    expect(inputFee([{ id: idA }, { id: idB }], keysets)).toBe(1)
  })

  test('refuses a keyset that it does not know', () => {
    expect(() => inputFee([{ id: idTwin }], keysets)).toThrow('keyset-unknown')
  })
})
