import { describe, expect, test } from 'vitest'
import { base64UrlEncode, utf8 } from '../encoding.ts'
import { isTuppenceError, type TuppenceError } from '../errors.ts'
import { decodeCredential, encodeCredential, hasCredential } from './credential.ts'

const challenge = {
  id: 'abc',
  realm: 'news.example',
  method: 'cashu',
  intent: 'charge',
  request: 'e30',
  expires: '2026-11-22T10:05:00.000Z',
  opaque: 'e30',
}
const credential = { challenge, source: 'did:key:z6Mk', payload: { cashu_token: 'cashuBxyz' } }
const header = encodeCredential(credential)
const encode = (value: unknown) => `Payment ${base64UrlEncode(utf8(JSON.stringify(value)))}`

const caught = (text: string): TuppenceError => {
  try {
    decodeCredential(text)
  } catch (error) {
    if (isTuppenceError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
const codeOf = (text: string): string => caught(text).code

describe('credentials', () => {
  test('come back as they were', () => {
    expect(header).toMatch(/^Payment [\w-]+$/)
    expect(decodeCredential(header)).toEqual(credential)
    const { source: _source, ...unsigned } = credential
    expect(decodeCredential(encodeCredential(unsigned))).toEqual(unsigned)
  })

  test('are read whatever the case of the scheme, and beside other schemes', () => {
    expect(decodeCredential(header.replace('Payment', 'PAYMENT'))).toEqual(credential)
    expect(decodeCredential(`Bearer abc, ${header}`)).toEqual(credential)
  })

  test('are read by either name of the token', () => {
    expect(decodeCredential(encode({ challenge, payload: { token: 'cashuBxyz' } })).payload).toEqual({
      cashu_token: 'cashuBxyz',
    })
    const both = { token: 'cashuBxyz', cashu_token: 'cashuBxyz' }
    expect(decodeCredential(encode({ challenge, payload: both })).payload).toEqual({ cashu_token: 'cashuBxyz' })
    expect(codeOf(encode({ challenge, payload: { ...both, token: 'cashuBother' } }))).toBe('malformed-credential')
  })

  test('lose fields that nobody knows, as the draft asks', () => {
    const wide = {
      ...credential,
      extra: 1,
      challenge: { ...challenge, color: 'red' },
      payload: { ...credential.payload, x: {} },
    }
    expect(decodeCredential(encode(wide))).toEqual(credential)
  })

  test('are refused when there are two', () => {
    expect(codeOf(`${header}, ${header}`)).toBe('two-credentials')
    expect(codeOf(`${header}, Payment`)).toBe('two-credentials')
  })

  test.each([
    ['nothing', ''],
    ['another scheme', 'Bearer abc'],
    ['no text', 'Payment'],
    ['parameters', 'Payment id="x"'],
    ['padding', `${header}=`],
    ['standard base64', 'Payment ab+/'],
    ['broken JSON', `Payment ${base64UrlEncode(utf8('{'))}`],
    ['bytes that are not UTF-8', 'Payment wIA'],
    ['null', encode(null)],
    ['a list', encode([])],
    ['no challenge', encode({ payload: credential.payload })],
    ['a challenge without id', encode({ challenge: { ...challenge, id: '' }, payload: credential.payload })],
    ['a numeric realm', encode({ challenge: { ...challenge, realm: 5 }, payload: credential.payload })],
    ['a null expiry', encode({ challenge: { ...challenge, expires: null }, payload: credential.payload })],
    ['no payload', encode({ challenge })],
    ['no token', encode({ challenge, payload: {} })],
    ['an empty token', encode({ challenge, payload: { cashu_token: '' } })],
    ['a token that is a list', encode({ challenge, payload: { cashu_token: ['x'] } })],
    ['a source that is no text', encode({ ...credential, source: 5 })],
    ['garbage after it', `${header} x`],
  ])('are refused: %s', (_, text) => {
    expect(codeOf(text)).toBe('malformed-credential')
  })

  test('have a bound, smaller for what we write than for what we read', () => {
    const payload = { cashu_token: 'x'.repeat(3_000) }
    expect(() => encodeCredential({ challenge, payload })).toThrow(
      expect.objectContaining({ code: 'credential-too-large' }),
    )
    expect(decodeCredential(encode({ challenge, payload })).payload).toEqual(payload)
    expect(codeOf(encode({ challenge, payload: { cashu_token: 'x'.repeat(12_000) } }))).toBe('credential-too-large')
  })

  test.each([
    encode({ payload: { cashu_token: 'cashuBsecret' } }),
    `Payment ${base64UrlEncode(utf8('{"x":"cashuBsecret'))}`,
  ])('never show a token in an error', (text) => {
    const { message, details, cause } = caught(text)
    expect(message + JSON.stringify(details) + String(cause)).not.toContain('cashuBsecret')
  })
})

describe('hasCredential', () => {
  test.each([
    [null, false],
    ['', false],
    ['Bearer payment', false],
    ['Payments abc', false],
    ['Payment', true],
    ['payment abc', true],
    ['Bearer x,Payment abc', true],
  ])('%j: %j', (text, answer) => {
    expect(hasCredential(text)).toBe(answer)
  })
})
