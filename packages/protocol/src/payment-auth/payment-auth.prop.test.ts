// Round trips of what both sides write, and hostile text: whatever comes in, only errors of ours come out.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64UrlEncode, utf8 } from '../encoding.ts'
import { isTuppenceError } from '../errors.ts'
import { signRequest, verifyRequest } from '../http-signature.ts'
import type { VerifiedSignature } from '../http-signature.ts'
import { signingKey } from '../signing-key.ts'
import { formatParameter, parseAuthHeader } from './auth-header.ts'
import {
  createChallenge,
  echoChallenge,
  formatChallenge,
  parseChallenges,
  readEcho,
  verifyChallenge,
} from './challenge.ts'
import type { Challenge } from './challenge.ts'
import { decodeCredential, encodeCredential } from './credential.ts'
import type { Credential } from './credential.ts'
import { decodeReceipt, encodeReceipt } from './payment-receipt.ts'

const secret = utf8('secret')
const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
const name = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/)
const challengeFields = fc.record({
  realm: printable.map((text) => text.replaceAll('|', '/')),
  request: fc.record({
    amount: fc.integer({ min: 1, max: 99_999_999 }).map(String),
    currency: fc.stringMatching(/^[a-z]{3}$/),
    methodDetails: fc.record({ paymentRequest: fc.string({ minLength: 1, maxLength: 100 }) }),
  }),
  expiresMs: fc.integer({ min: 1, max: 4_102_444_800_000 }),
  digest: fc.constant('sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'),
  opaque: fc.dictionary(
    name,
    fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed()),
    { maxKeys: 6 },
  ),
})

/** What a run gives, or the code of what it throws; anything else is thrown on, and fails the property. */
const outcome = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    if (isTuppenceError(error)) return error.code
    throw error
  }
}

/** A text with a few places changed, cut out, doubled or filled with what parsers dislike. */
const mutations = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(20),
    fc.oneof(
      fc.constantFrom(
        '',
        '"',
        '\\',
        ',',
        '=',
        ';',
        ':',
        '(',
        ')',
        ' ',
        '\t',
        '|',
        '\u0000',
        '\u00e9',
        '\ud800',
        'Payment ',
        'e30',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  ),
  { minLength: 1, maxLength: 5 },
)
const mutate = (text: string, changes: [number, number, string][]): string =>
  changes.reduce((old, [where, length, insert]) => {
    const at = Math.floor(where * old.length)
    return old.slice(0, at) + insert + old.slice(at + length)
  }, text)

const challenge = await createChallenge(secret, {
  realm: 'news.example',
  request: { amount: '5', currency: 'usd', methodDetails: { paymentRequest: 'creqAabc' } },
  expiresMs: Date.UTC(2026, 10, 22),
  opaque: { offer: 'tulips', sites: 'https://news.example' },
})
const header = `Basic realm="a, b", ${formatChallenge(challenge)}, Bearer abc==`
const credential = {
  challenge: echoChallenge(challenge),
  source: 'did:key:z6Mk',
  payload: { cashu_token: 'cashuBxyz' },
}
const receipt = {
  method: 'cashu',
  status: 'success',
  timestamp: '2026-11-22T10:00:00Z',
  reference: 'ab',
  challengeId: 'x',
} as const

describe('round trips', () => {
  test('parameters of any printable text', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, printable), {
          selector: ([key]) => key.toLowerCase(),
          minLength: 1,
          maxLength: 8,
        }),
        (pairs) => {
          const text = `X ${pairs.map(([key, value]) => formatParameter(key, value, 'bad-encoding')).join(', ')}`
          // `\uXXXX` is read as mppx writes it, and formatParameter never writes it: a backslash is always doubled.
          const [item, ...others] = parseAuthHeader(`${text}, Y`, 'bad-encoding')
          expect([...(item?.parameters ?? [])]).toEqual(pairs.map(([key, value]) => [key.toLowerCase(), value]))
          expect(others.map(({ scheme }) => scheme)).toEqual(['y'])
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('challenges and the credentials that answer them', async () => {
    await fc.assert(
      fc.asyncProperty(challengeFields, async (fields) => {
        const made = await createChallenge(secret, fields)
        const [read] = parseChallenges(`Basic realm="x", ${formatChallenge(made)}`)
        expect(read).toEqual(made)
        const sent = encodeCredential({ challenge: echoChallenge(made), payload: { cashu_token: 'cashuBxyz' } })
        const received = decodeCredential(sent)
        expect(readEcho(received.challenge)).toEqual(made)
        expect(await verifyChallenge(secret, received.challenge)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('hostile text', () => {
  const runs = { numRuns: 10_000 }

  test('10,000 broken challenge headers: challenges of this method, or one code', () => {
    let refused = 0
    fc.assert(
      fc.property(mutations, (changes) => {
        const result = outcome(() => parseChallenges(mutate(header, changes)))
        if (result === 'malformed-challenge') refused++
        const read = Array.isArray(result) ? (result as Challenge[]) : []
        expect(typeof result === 'string' ? result : 'malformed-challenge').toBe('malformed-challenge')
        expect(read.every(({ method, intent }) => method === 'cashu' && intent === 'charge')).toBe(true)
      }),
      runs,
    )
    expect(refused).toBeGreaterThan(1_000)
  })

  test('10,000 broken credentials, in the header and in the JSON: a token that is text, or a code', () => {
    const json = JSON.stringify(credential)
    const codes = ['malformed-credential', 'two-credentials', 'credential-too-large']
    const isSound = (result: unknown): boolean =>
      typeof result === 'string'
        ? codes.includes(result)
        : typeof (result as Credential).payload.cashu_token === 'string'
    fc.assert(
      fc.property(mutations, (changes) => {
        expect(isSound(outcome(() => decodeCredential(mutate(encodeCredential(credential), changes))))).toBe(true)
        expect(
          isSound(outcome(() => decodeCredential(`Payment ${base64UrlEncode(utf8(mutate(json, changes)))}`))),
        ).toBe(true)
      }),
      runs,
    )
  })

  test('10,000 echoed challenges that are not ours are not taken for ours', async () => {
    const echoed = echoChallenge(challenge)
    const keys = Object.keys(echoed) as (keyof typeof echoed)[]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), mutations, async (key, changes) => {
        const value = mutate(echoed[key] ?? '', changes)
        const theirs = { ...echoed, [key]: value }
        expect(await verifyChallenge(secret, theirs)).toBe(value === echoed[key])
        outcome(() => readEcho(theirs))
      }),
      runs,
    )
  })

  test('10,000 broken receipts: a receipt, or one code', () => {
    const json = JSON.stringify(receipt)
    fc.assert(
      fc.property(mutations, (changes) => {
        for (const text of [mutate(encodeReceipt(receipt), changes), base64UrlEncode(utf8(mutate(json, changes)))]) {
          const result = outcome(() => decodeReceipt(text))
          expect(result === 'malformed-receipt' || (result as { status: string }).status === 'success').toBe(true)
        }
      }),
      runs,
    )
  })

  test('10,000 broken signatures: none is verified, each has a code', async () => {
    const key = await signingKey(new Uint8Array(32).fill(7))
    const nowMs = Date.UTC(2026, 10, 22)
    const request = {
      method: 'GET',
      url: 'https://news.example/read/tulips',
      headers: { authorization: 'Payment abc' },
    }
    const added = await signRequest(request, { key: key.privateKey, keyId: key.keyId, createdMs: nowMs })
    const all = { ...request.headers, ...added }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('authorization', 'signature-input', 'signature'),
        mutations,
        async (field, changes) => {
          const value = mutate(all[field as 'authorization'], changes)
          const sent = new Headers(all)
          try {
            sent.set(field, value)
          } catch {
            return // No header can carry this.
          }
          const options = { resolve: () => key.publicKey, nowMs }
          const result = await verifyRequest({ ...request, headers: sent }, options).catch((error: unknown) => error)
          const unchanged = sent.get(field) === all[field as 'authorization']
          expect(isTuppenceError(result)).toBe(!unchanged)
          expect((result as Partial<VerifiedSignature>).keyId).toBe(unchanged ? key.keyId : undefined)
        },
      ),
      runs,
    )
  })
})
