// Against mppx, the reference SDK of the Payment scheme: each side reads what the other writes, and ids agree.

import { BodyDigest, Challenge as MppxChallenge, Credential as MppxCredential, Receipt as MppxReceipt } from 'mppx'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../encoding.ts'
import { contentDigest } from '../http-signature.ts'
import { problemType } from '../problem.ts'
import { createChallenge, echoChallenge, formatChallenge, parseChallenges, verifyChallenge } from './challenge.ts'
import { decodeCredential, encodeCredential } from './credential.ts'
import { decodeReceipt, encodeReceipt } from './payment-receipt.ts'

const secretKey = 'till secret with ümlaut'
const secret = utf8(secretKey)
const request = { amount: '5', currency: 'usd', methodDetails: { paymentRequest: 'creqApWF0gaNhdGVub3N0cg' } }
const opaque = {
  sites: 'https://news.example https://m.news.example',
  title: 'Tulpen für 5 €',
  offer: 'tulips',
  nonce: 'x"y\\z',
}
const expiresMs = Date.UTC(2026, 10, 22, 10, 5)
const token = 'cashuBo2FteBtodHRw'

describe('challenges', () => {
  test('ours: mppx reads it and finds its id right', async () => {
    const ours = await createChallenge(secret, { realm: 'news.example', request, expiresMs, opaque })
    const theirs = MppxChallenge.deserialize(formatChallenge(ours))
    expect(theirs).toMatchObject({ id: ours.id, realm: 'news.example', method: 'cashu', intent: 'charge', request })
    expect(theirs.opaque).toBe(ours.opaqueText)
    expect(MppxChallenge.verify(theirs, { secretKey })).toBe(true)
    expect(MppxChallenge.verify(theirs, { secretKey: 'other' })).toBe(false)
  })

  test.each([
    ['bare', {}],
    ['with expiry', { expires: new Date(expiresMs) }],
    ['with digest', { digest: BodyDigest.compute('{"amount":25}') }],
    ['with meta', { meta: opaque }],
    [
      'with all',
      { expires: new Date(expiresMs), digest: 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:', meta: opaque },
    ],
  ])('theirs, %s: we read it, and our ids are the same', async (_, more) => {
    const theirs = MppxChallenge.from({
      secretKey,
      realm: 'api.example',
      method: 'cashu',
      intent: 'charge',
      request,
      ...more,
    })
    const [ours] = parseChallenges(MppxChallenge.serialize(theirs))
    expect(ours?.request).toEqual(request)
    expect(ours?.opaque).toEqual(theirs.meta)
    expect(ours?.digest).toBe(theirs.digest)
    expect(ours?.expires).toBe(theirs.expires)
    expect(await verifyChallenge(secret, echoChallenge(ours as never))).toBe(true)
    const again = await createChallenge(secret, {
      realm: 'api.example',
      request,
      ...(theirs.expires !== undefined && { expiresMs: Date.parse(theirs.expires) }),
      ...(theirs.digest !== undefined && { digest: theirs.digest }),
      ...(theirs.meta !== undefined && { opaque: theirs.meta }),
    })
    expect(again).toEqual(ours)
  })

  test('theirs, with a realm and a description above Latin-1', () => {
    const theirs = MppxChallenge.from({
      secretKey,
      realm: '“news” — €',
      description: '5 ¢ \\u0041',
      method: 'cashu',
      intent: 'charge',
      request,
    })
    expect(parseChallenges(MppxChallenge.serialize(theirs))[0]).toMatchObject({
      realm: '“news” — €',
      description: '5 ¢ \\u0041',
    })
  })

  test('theirs, joined with other methods: both sides pick the same', async () => {
    const other = MppxChallenge.from({
      secretKey,
      realm: 'r, Payment id="x"',
      method: 'tempo',
      intent: 'charge',
      request: { amount: '1' },
    })
    const ours = await createChallenge(secret, { realm: 'news.example', request, expiresMs, opaque })
    const header = `Basic realm="a", ${MppxChallenge.serialize(other)}, ${formatChallenge(ours)}`
    expect(parseChallenges(header)).toEqual([ours])
    expect(MppxChallenge.deserializeList(header).map(({ id }) => id)).toEqual([other.id, ours.id])
  })
})

describe('credentials', () => {
  test('ours: mppx reads it, and its challenge still verifies', async () => {
    const challenge = await createChallenge(secret, { realm: 'news.example', request, expiresMs, opaque })
    const source = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    const header = encodeCredential({ challenge: echoChallenge(challenge), source, payload: { cashu_token: token } })
    const theirs = MppxCredential.deserialize(header)
    expect(theirs.payload).toEqual({ cashu_token: token })
    expect(theirs.source).toBe(source)
    expect(MppxChallenge.verify(theirs.challenge, { secretKey })).toBe(true)
    expect(MppxCredential.fromRequest(new Request('https://x/', { headers: { authorization: header } }))).toEqual(
      theirs,
    )
  })

  test('theirs, to our challenge: we read it, and the challenge came back unchanged', async () => {
    const ours = await createChallenge(secret, {
      realm: 'news.example',
      request,
      expiresMs,
      opaque,
      digest: await contentDigest('{"amount":25}'),
    })
    const challenge = MppxChallenge.deserialize(formatChallenge(ours))
    const credential = MppxCredential.from({ challenge, payload: { cashu_token: token } })
    const read = decodeCredential(MppxCredential.serialize(credential))
    expect(read).toEqual({ challenge: echoChallenge(ours), payload: { cashu_token: token } })
    expect(await verifyChallenge(secret, read.challenge)).toBe(true)
  })

  test('theirs, with the other name of the token', () => {
    const challenge = MppxChallenge.from({ secretKey, realm: 'r', method: 'cashu', intent: 'charge', request })
    const header = MppxCredential.serialize(MppxCredential.from({ challenge, payload: { token } }))
    expect(decodeCredential(header).payload).toEqual({ cashu_token: token })
  })
})

describe('receipts', () => {
  const receipt = {
    method: 'cashu',
    status: 'success',
    timestamp: '2026-11-22T10:01:00.000Z',
    reference: 'ab'.repeat(32),
  } as const

  test('ours: mppx reads it and keeps what is ours in it', () => {
    const wide = { ...receipt, challengeId: 'id', salt: 'c2FsdA' }
    expect(MppxReceipt.deserialize(encodeReceipt(wide))).toEqual(wide)
  })

  test('theirs: we read it', () => {
    expect(decodeReceipt(MppxReceipt.serialize(MppxReceipt.from(receipt)))).toEqual(receipt)
  })
})

describe('problems', () => {
  test('have the types that mppx knows', async () => {
    const { Errors } = await import('mppx')
    expect(problemType('payment-required')).toBe(new Errors.PaymentRequiredError().type)
    expect(problemType('payment-expired')).toBe(new Errors.PaymentExpiredError().type)
    expect(problemType('payment-insufficient')).toBe(new Errors.PaymentInsufficientError().type)
    expect(problemType('verification-failed')).toBe(new Errors.VerificationFailedError().type)
    expect(problemType('malformed-credential')).toBe(new Errors.MalformedCredentialError().type)
    expect(problemType('invalid-challenge')).toBe(new Errors.InvalidChallengeError().type)
    expect(problemType('method-unsupported')).toBe(new Errors.PaymentMethodUnsupportedError().type)
  })
})
