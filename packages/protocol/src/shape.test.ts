import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { base64UrlEncode, utf8 } from './encoding.ts'
import { decodeJson, isCount, isHash, isText, optional, pick, pickOr } from './shape.ts'
import type { Shape } from './shape.ts'

type Thing = { name: string; count: number; note?: string }
const thing: Shape<Thing> = { name: isText(5), count: isCount, note: optional(isText(3)) }
const schema = v.object({
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(5)),
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  note: v.exactOptional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(3))),
})

describe('pick', () => {
  test('copies the members of the shape and no others', () => {
    const value = { name: 'a', count: 0, extra: 1 }
    expect(pick(thing, value)).toEqual({ name: 'a', count: 0 })
    expect(pick(thing, { name: 'a', count: 0, note: undefined })).toStrictEqual({ name: 'a', count: 0 })
  })

  test('reads own members only', () => {
    expect(pick(thing, Object.create({ name: 'a', count: 0 }))).toBeUndefined()
    expect(pick<{ toString: string }>({ toString: isText(99) }, {})).toBeUndefined()
  })

  test('agrees with valibot on JSON that nearly fits', () => {
    let accepted = 0
    const member = fc.oneof(fc.string({ maxLength: 7 }), fc.integer(), fc.double(), fc.constant(null), fc.jsonValue())
    const near = fc.dictionary(fc.constantFrom('name', 'count', 'note', 'extra', '__proto__'), member)
    const fitting = fc
      .record({ name: fc.string({ maxLength: 6 }), count: fc.integer({ min: -1 }) })
      .chain((base) => near.map((more) => ({ ...more, ...base })))
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near, fitting), (value) => {
        const result = v.safeParse(schema, value)
        expect(pick(thing, value)).toEqual(result.success ? result.output : undefined)
        if (result.success) accepted++
      }),
      { numRuns: 5_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test('pickOr throws the code it is given', () => {
    expect(() => pickOr('bad-token', thing, null)).toThrow(expect.objectContaining({ code: 'bad-token' }))
  })
})

describe('checks', () => {
  test.each([
    [isText(3), ['a', 'abc'], ['', 'abcd', 5, null, undefined, ['a']]],
    [isCount, [0, 1, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, Number.NaN, Infinity, '1', 1n, null]],
    [isHash, ['0a'.repeat(32)], ['0A'.repeat(32), '0a', '', `${'0a'.repeat(32)}\n`, 5]],
    [optional(isCount), [undefined, 1], [null, '']],
  ])('%#', (check, right, wrong) => {
    expect(right.map((value) => check(value))).toEqual(right.map(() => true))
    expect(wrong.map((value) => check(value))).toEqual(wrong.map(() => false))
  })
})

describe('decodeJson', () => {
  const encode = (text: string) => base64UrlEncode(utf8(text))

  test('reads what was encoded', () => {
    expect(decodeJson('bad-token', encode('{"a":[1,"ü"]}'))).toEqual({ a: [1, 'ü'] })
  })

  test.each(['', encode('{'), 'a b', 'wIA', encode('\ufeff{}'), encode('undefined')])('refuses %j', (text) => {
    // A cause would be a parser's message, which can quote a token.
    expect(() => decodeJson('bad-token', text)).toThrow(expect.not.objectContaining({ cause: expect.anything() }))
    expect(() => decodeJson('bad-token', text)).toThrow(expect.objectContaining({ code: 'bad-token' }))
  })
})
