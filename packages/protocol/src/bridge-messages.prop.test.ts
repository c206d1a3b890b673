// The table is written out by hand, for its size; here it is once more in valibot, and both must agree on everything.

import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parseElementMessage, parseFrameMessage } from './bridge-messages.ts'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const id = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))
const amount = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(99_999_999))
const theme = v.strictObject({
  tokens: v.record(v.string(), text(256)),
  scheme: v.picklist(['light', 'dark']),
  lang: text(35),
})
const elementSchema = v.variant('t', [
  v.strictObject({ t: v.literal('unlock'), id, url: text(2_048) }),
  v.strictObject({ t: v.literal('claim'), id, url: text(2_048), code: id }),
  v.strictObject({
    t: v.literal('tip'),
    id,
    url: text(2_048),
    presets: v.optional(v.pipe(v.array(amount), v.maxLength(8))),
  }),
  v.strictObject({ t: v.literal('balance'), id }),
  v.strictObject({ t: v.literal('theme'), id, theme }),
  v.strictObject({ t: v.literal('cancel'), id }),
])
const frameSchema = v.variant('t', [
  v.strictObject({ t: v.literal('trip'), id }),
  v.strictObject({ t: v.literal('resize'), height: v.picklist([48, 96, 160, 320]) }),
  v.strictObject({
    t: v.literal('delivered'),
    id,
    contentType: text(8_192),
    body: text(2_097_152),
    receipt: text(8_192),
  }),
  v.strictObject({ t: v.literal('cancelled'), id }),
  v.strictObject({
    t: v.literal('failed'),
    id,
    reason: v.picklist(['offline', 'till-down', 'mint-down', 'bad-offer']),
  }),
])

const names = [
  'unlock',
  'claim',
  'trip',
  'tip',
  'theme',
  'cancel',
  'balance',
  'resize',
  'delivered',
  'cancelled',
  'failed',
]
const goodId = fc.stringMatching(/^[\w-]{1,64}$/)
const themes = fc.record({
  tokens: fc.dictionary(fc.string(), fc.string()),
  scheme: fc.constantFrom('light', 'dark'),
  lang: fc.constantFrom('en', 'de-AT'),
})
/** Values of which about half fit somewhere. */
const value = fc.oneof(
  goodId,
  fc.webUrl(),
  fc.constantFrom(48, 96, 160, 320, 0, 1.5, Number.NaN, true, null, undefined, 'offline', 'bad-offer'),
  fc.array(fc.integer({ min: -1, max: 1_000 }), { maxLength: 9 }),
  themes,
  fc.anything({ maxDepth: 2 }),
)
const message = fc
  .tuple(
    fc.constantFrom(...names),
    goodId,
    fc.dictionary(
      fc.constantFrom(
        'url',
        'code',
        'presets',
        'theme',
        'height',
        'contentType',
        'body',
        'receipt',
        'reason',
        'id',
        'x',
      ),
      value,
      { maxKeys: 5 },
    ),
  )
  .map(([t, goodName, rest]): unknown => structuredCloneOr({ t, ...(t !== 'resize' && { id: goodName }), ...rest }))

function structuredCloneOr(data: object): unknown {
  try {
    return structuredClone(data)
  } catch {
    return null
  }
}

describe('the message table', () => {
  test('is the one of the schemas, for 10,000 messages that nearly fit', () => {
    let accepted = 0
    fc.assert(
      fc.property(message, (data) => {
        const element = parseElementMessage(data)
        const frame = parseFrameMessage(data)
        expect(element !== undefined).toBe(v.is(elementSchema, data))
        expect(frame !== undefined).toBe(v.is(frameSchema, data))
        expect([data, undefined]).toContainEqual(element ?? frame)
        if (element ?? frame) accepted++
      }),
      { numRuns: 10_000 },
    )
    // A generator that never hits the table would prove nothing.
    expect(accepted).toBeGreaterThan(500)
  })

  test('is total: anything at all is read or undefined, nothing is thrown', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withDate: true, withSparseArray: true, withBigInt: true }),
        (data) => {
          expect(parseElementMessage(data)).toBeUndefined()
          expect(parseFrameMessage(data)).toBeUndefined()
        },
      ),
      { numRuns: 10_000 },
    )
  })
})
