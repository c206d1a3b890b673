import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64UrlDecode, base64UrlEncode, bytesToHex, utf8, utf8Decode } from './encoding.ts'
import { isTuppenceError } from './errors.ts'
import { shortKeysetId } from './keyset.ts'
import { limits } from './limits.ts'
import { decodeToken, encodeToken, type Token, tokenReference } from './token.ts'

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(bytesToHex)
const point = fc.tuple(fc.constantFrom('02', '03'), hex(32)).map((parts) => parts.join(''))
const keysetId = hex(32).map((rest) => `01${rest}`)
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const proof = (id: string) =>
  fc
    .record({
      id: fc.constant(id),
      amount: fc.oneof(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.integer({ min: 0, max: 15 }).map((bit) => 2 ** bit),
      ),
      secret: fc.oneof(hex(32), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })),
      C: point,
      dleq: optional(fc.record({ e: hex(32), s: hex(32), r: hex(32) })),
      witness: optional(fc.string({ maxLength: 100 })),
      p2pk_e: optional(point),
    })
    .map(given)

/** Coins grouped by keyset, as a token gives them back. */
const token = fc
  .record({
    mint: fc.constantFrom('https://mint.example', 'http://localhost:3338', 'https://mint.example/Bitcoin'),
    unit: fc.constantFrom('usd', 'sat', 'eur'),
    memo: optional(fc.string({ unit: 'grapheme', maxLength: 40 })),
    proofs: fc
      .uniqueArray(keysetId, { minLength: 1, maxLength: 3 })
      .chain((ids) => fc.tuple(...ids.map((id) => fc.array(proof(id), { minLength: 1, maxLength: 4 }))))
      .map((groups) => groups.flat()),
  })
  .map((fields) => given(fields) as Token)

const v3 = ({ mint, proofs, ...rest }: Token) =>
  `cashuA${base64UrlEncode(utf8(JSON.stringify({ token: [{ mint, proofs }], ...rest })))}`

/** A change at one place of a list: replace, insert, remove, repeat or cut. */
type Edit = { at: number; how: 'replace' | 'insert' | 'remove' | 'repeat' | 'cut'; value: number }
const edit = fc.record<Edit>({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'insert', 'remove', 'repeat', 'cut'),
  value: fc.nat({ max: 255 }),
})

function edited(list: readonly number[], { at, how, value }: Edit): number[] {
  const i = at % (list.length + 1)
  if (how === 'replace') return list.toSpliced(i, 1, value)
  if (how === 'insert') return list.toSpliced(i, 0, value)
  if (how === 'remove') return list.toSpliced(i, 1)
  if (how === 'repeat') return list.toSpliced(i, 0, ...list.slice(i, i + value))
  return list.slice(0, i)
}

/** Edits the text, or the bytes under it, which gets further into the decoder. */
function mutated(text: string, edits: readonly Edit[], level: 'text' | 'bytes'): string {
  if (level === 'text') {
    const codes = Array.from(text, (c) => c.charCodeAt(0))
    return String.fromCharCode(...edits.reduce((list, one) => edited(list, { ...one, value: one.value % 128 }), codes))
  }
  const bytes = edits.reduce((list, one) => edited(list, one), [...base64UrlDecode(text.slice(6))])
  return text.slice(0, 6) + base64UrlEncode(Uint8Array.from(bytes))
}

describe('token', () => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(token, (whole) => {
        expect(decodeToken(encodeToken(whole))).toEqual(whole)
        expect(decodeToken(`cashu:${encodeToken(whole)}==`)).toEqual(whole)
        expect(decodeToken(v3(whole))).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })

  test('resolves short keyset ids', () => {
    fc.assert(
      fc.property(token, (whole) => {
        const short = { ...whole, proofs: whole.proofs.map((coin) => ({ ...coin, id: shortKeysetId(coin.id) })) }
        const keysetIds = whole.proofs.map(({ id }) => id)
        expect(decodeToken(encodeToken(short), { keysetIds })).toEqual(whole)
        expect(decodeToken(encodeToken(short))).toEqual(short)
        expect(() => decodeToken(encodeToken(short), { keysetIds: [] })).toThrow('keyset-unknown')
      }),
      { numRuns: 100 },
    )
  })

  test('takes 10,000 damaged tokens: each is refused with its code, or read as a sound token', () => {
    const outcomes = { refused: 0, read: 0 }
    // Making tokens costs more than reading them, so all damage is done to 60 texts, new ones in each run.
    const good = fc.sample(token, 30).flatMap((whole) => [encodeToken(whole), v3(whole)])
    const damaged = fc
      .tuple(
        fc.constantFrom(...good),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('text' as const, 'bytes' as const),
      )
      .map((parts) => mutated(...parts))
    fc.assert(
      fc.property(damaged, (text) => {
        try {
          const read = decodeToken(text)
          expect(decodeToken(encodeToken(read))).toEqual(grouped(read))
          outcomes.read++
        } catch (error) {
          if (!isTuppenceError(error, 'bad-token')) throw error
          outcomes.refused++
        }
      }),
      { numRuns: 10_000 },
    )
    expect(outcomes.refused + outcomes.read).toBe(10_000)
    expect(Math.min(outcomes.refused, outcomes.read)).toBeGreaterThan(100)
  }, 60_000)

  test.each([
    ['nothing', ''],
    ['a prefix alone', 'cashuB'],
    ['an unknown version', 'cashuCo2F0gA'],
    ['white space', ` ${'cashuBo2F0gA'}`],
    ['three paddings', 'cashuBo2F0gA==='],
    ['text over the limit', `cashuB${'A'.repeat(limits.tokenBytesMax)}`],
    ['JSON that is no token', `cashuA${base64UrlEncode(utf8('{"token":1}'))}`],
    ['no JSON', `cashuA${base64UrlEncode(utf8('{'))}`],
    ['no UTF-8', `cashuA${base64UrlEncode(Uint8Array.of(0xff))}`],
  ])('refuses %s', (_, text) => {
    expect(() => decodeToken(text)).toThrow('bad-token')
  })

  test('refuses coins of two mints, coins of no worth and no coins', () => {
    const coin = { id: '00ad268c4d1f5826', amount: 1, secret: 'x', C: `02${'ab'.repeat(32)}` }
    const text = (entries: unknown[]) => `cashuA${base64UrlEncode(utf8(JSON.stringify({ token: entries })))}`
    const at = (mint: string, proofs: unknown[] = [coin]) => ({ mint, proofs })
    expect(decodeToken(text([at('https://a.example'), at('https://a.example/')]))).toEqual({
      mint: 'https://a.example',
      unit: 'sat',
      proofs: [coin, coin],
    })
    expect(() => decodeToken(text([at('https://a.example'), at('https://b.example')]))).toThrow('bad-token')
    expect(() => decodeToken(text([at('https://a.example', [])]))).toThrow('bad-token')
    expect(() => decodeToken(text([at('https://a.example', [{ ...coin, amount: 0 }])]))).toThrow('bad-token')
    expect(() => decodeToken(text([at('javascript:alert(1)')]))).toThrow('bad-token')
  })

  test('refuses to write what it would not read', () => {
    const C = `02${'ab'.repeat(32)}`
    const proofs = [{ id: '00ad268c4d1f5826', amount: 1, secret: 'x', C }]
    const whole = { mint: 'https://a.example', unit: 'usd', proofs }
    expect(() => encodeToken({ ...whole, proofs: [{ ...proofs[0]!, C: 'no hex' }] })).toThrow('bad-token')
    expect(() => encodeToken({ ...whole, proofs: [{ ...proofs[0]!, amount: 0.5 }] })).toThrow('bad-token')
  })

  test('names a token by its text', async () => {
    expect(await tokenReference('cashuB')).toBe(await tokenReference(utf8Decode(utf8('cashuB'))))
    expect(await tokenReference('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

/** Writing groups coins by keyset, so coins of one keyset that stood apart come together. */
function grouped(whole: Token): Token {
  return { ...whole, proofs: [...Map.groupBy(whole.proofs, ({ id }) => id).values()].flat() }
}
