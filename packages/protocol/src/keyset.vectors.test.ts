import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { hexToBytes } from './encoding.ts'
import { isPoint } from './crypto/index.ts'
import { keysSchema } from './keyset-schemas.ts'
import { checkKeysetId, denominations, type Keys, keysetId, keysetIdV1 } from './keyset.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'))
const nut01 = read('nut-01.json') as { accepted: Keys[]; rejected: Keys[] }
const nut02 = read('nut-02.json') as {
  version1: { id: string; keys: Keys }[]
  version2: { id: string; unit: string; input_fee_ppk: number; final_expiry?: number; keys: Keys }[]
}

describe('NUT-01', () => {
  test('carries every vector', () => {
    expect([nut01.accepted.length, nut01.rejected.length]).toEqual([2, 2])
  })

  test.each(nut01.accepted)('accepts a good keyset', (keys) => {
    expect(v.parse(keysSchema, keys)).toEqual(keys)
    expect(Object.values(keys).every((key) => isPoint(hexToBytes(key)))).toBe(true)
  })

  test.each(nut01.rejected)('refuses a key of another length or form', (keys) => {
    expect(v.is(keysSchema, keys)).toBe(false)
  })

  test('lists the amounts that fit a safe integer', () => {
    const amounts = denominations({ keys: nut01.accepted[1]! })
    expect([amounts.length, amounts[0], amounts.at(-1)]).toEqual([53, 1, 2 ** 52])
  })
})

describe('NUT-02', () => {
  test('carries every vector', () => {
    expect([nut02.version1.length, nut02.version2.length]).toEqual([2, 3])
  })

  test.each(nut02.version1)('computes id $id', async ({ id, keys }) => {
    expect(await keysetIdV1(keys)).toBe(id)
  })

  test.each(nut02.version2)('computes id $id', async ({ id, keys, ...keyset }) => {
    expect(await keysetId(keys, keyset.unit, keyset.input_fee_ppk, keyset.final_expiry)).toBe(id)
    await checkKeysetId({ id, keys, ...keyset })
    await expect(checkKeysetId({ id, keys, ...keyset, input_fee_ppk: 7 })).rejects.toThrow('keyset-mismatch')
  })

  test('sorts keys by number, in whatever order they come', async () => {
    const { id, keys, unit, input_fee_ppk, final_expiry } = nut02.version2[1]!
    const shuffled = Object.fromEntries(Object.entries(keys).toReversed())
    expect(await keysetId(shuffled, unit, input_fee_ppk, final_expiry)).toBe(id)
  })
})
