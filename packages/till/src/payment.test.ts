import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  base64UrlDecode,
  base64UrlEncode,
  canonicalJson,
  decodeReceipt,
  encodeCredential,
  offerCommitment,
  utf8,
  utf8Decode,
  verifyReceipt,
  type Credential,
} from '@tuppence/protocol'
import { getEncodedToken, type Proof } from '@cashu/cashu-ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, challengeOf, credentialFor, newReader, payWith, signed } from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

const salt = (): string => stage.url('/read/salt')
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code

/** Sends a credential that must be refused with a fresh challenge, and checks that nothing changed anywhere. */
async function refused(credential: Credential, url = salt()): Promise<unknown> {
  const before = await stage.account()
  const response = await payWith(url, credential)
  expect(response.status).toBe(402)
  const problem = (await response.clone().json()) as { type: string; challengeId: string }
  expect(problem.type).toMatch(/^https:\/\/paymentauth\.org\/problems\//)
  const fresh = challengeOf(response)
  expect(fresh.id).toBe(problem.challengeId)
  expect(fresh.id).not.toBe(credential.challenge.id)
  expect(response.headers.get('payment-receipt')).toBeNull()
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await stage.account()).toEqual(before)
  return codeOf(response)
}

describe('paying', () => {
  test('gives the article and a receipt that the mint signed for this offer', async () => {
    const before = await stage.account()
    const challenge = await askFor(salt())
    const response = await payWith(salt(), credentialFor(challenge, await stage.purse.token(5)))
    expect([response.status, await response.text()]).toEqual([200, `<p>${lockedText}</p>`])
    expect(response.headers.get('cache-control')).toBe('private')
    expect(response.headers.get('vary')).toContain('Authorization')
    const {
      receipt,
      salt: opening,
      reference,
      timestamp,
      challengeId,
    } = decodeReceipt(response.headers.get('payment-receipt') ?? '')
    if (!receipt || opening === undefined) throw new Error('no signed receipt')
    const { keys } = (await (await fetch(`${stage.mint.url}/v1/receipt-keys`)).json()) as { keys: JsonWebKey[] }
    expect(await verifyReceipt(receipt, keys)).toBe(true)
    expect(receipt).toMatchObject({ mint: stage.mint.url, account: 'news', amount: 5, unit: 'usd', reference })
    expect(receipt.offer).toBe(await offerCommitment(base64UrlDecode(opening), salt()))
    expect([challengeId, Date.parse(timestamp)]).toEqual([challenge.id, receipt.timeMs])
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
  })

  test('takes more than the price, and says so in the receipt', async () => {
    const response = await payWith(salt(), credentialFor(await askFor(salt()), await stage.purse.token(8)))
    expect(response.status).toBe(200)
    expect(decodeReceipt(response.headers.get('payment-receipt') ?? '').receipt?.amount).toBe(8)
  })

  test('takes the older name of the token field', async () => {
    const { challenge, payload } = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const authorization = `Payment ${base64UrlEncode(utf8(JSON.stringify({ challenge, payload: { token: payload.cashu_token } })))}`
    expect((await fetch(salt(), { headers: { authorization } })).status).toBe(200)
  })

  test('takes coins with their DLEQ proofs, and keeps those from the mint', async () => {
    const proofs = await stage.purse.coins([4, 1])
    expect(proofs[0]?.dleq?.r).toBeTruthy()
    const token = getEncodedToken({ mint: stage.mint.url, unit: 'usd', proofs })
    expect((await payWith(salt(), credentialFor(await askFor(salt()), token))).status).toBe(200)
    const sent = JSON.parse(stage.proxy.seen.last) as { inputs: object[] }
    expect(sent.inputs.map((input) => Object.keys(input).sort())).toEqual([
      ['C', 'amount', 'id', 'secret'],
      ['C', 'amount', 'id', 'secret'],
    ])
  })

  test('honours the price that was shown when the price goes up', async () => {
    const challenge = await askFor(salt())
    const [offer, ...others] = stage.config.offers
    await stage.restart({ config: { ...stage.config, offers: [{ ...offer, price: '0.50' } as never, ...others] } })
    expect((await askFor(salt())).request.amount).toBe('50')
    expect((await payWith(salt(), credentialFor(challenge, await stage.purse.token(5)))).status).toBe(200)
    await stage.restart()
  })
})

describe('the same credential again', () => {
  test('gets the same receipt and fresh content, without a second deposit', async () => {
    let rendered = 0
    await stage.restart({ content: async () => ({ contentType: 'text/plain', body: `rendering ${++rendered}` }) })
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await payWith(salt(), credential))
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
      'rendering 1',
      'rendering 2',
      'rendering 3',
    ])
    expect(new Set(answers.map(({ headers }) => headers.get('payment-receipt'))).size).toBe(1)
    await stage.restart()
    const after = await payWith(salt(), credential)
    expect(after.headers.get('payment-receipt')).toBe(answers[0]?.headers.get('payment-receipt'))
    expect(
      stage.events
        .filter(({ event }) => event === 'paid')
        .slice(-4)
        .map((event) => 'repeat' in event && event.repeat),
    ).toEqual(['first', 'again', 'again', 'again'])
  })

  test('is answered long after the challenge expired', async () => {
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const first = await payWith(salt(), credential)
    await stage.restart({ nowMs: () => Date.now() + 86_400_000 })
    const late = await payWith(salt(), credential)
    expect(late.status).toBe(200)
    expect(late.headers.get('payment-receipt')).toBe(first.headers.get('payment-receipt'))
    await stage.restart()
  })

  test('is answered under another challenge secret and another realm, where a new one is refused', async () => {
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const unpaid = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const first = await payWith(salt(), credential)
    const file = join(stage.config.dataDir, 'challenge.secret')
    const secret = readFileSync(file)
    writeFileSync(file, `${base64UrlEncode(new Uint8Array(32).fill(1))}\n`)
    await stage.restart({ config: { ...stage.config, realm: 'renamed' } })
    const again = await payWith(salt(), credential)
    expect(again.status).toBe(200)
    expect(again.headers.get('payment-receipt')).toBe(first.headers.get('payment-receipt'))
    expect(await refused(unpaid)).toBe('invalid-challenge')
    writeFileSync(file, secret)
    await stage.restart()
  })

  test('is one deposit when fifty come at once', async () => {
    const before = await stage.account()
    const sentBefore = stage.proxy.seen.deposits
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    const answers = await Promise.all(Array.from({ length: 50 }, () => payWith(salt(), credential)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    expect(new Set(answers.map(({ headers }) => headers.get('payment-receipt'))).size).toBe(1)
    expect(await stage.account()).toEqual({ balance: before.balance + 5, deposits: before.deposits + 1 })
    expect(stage.proxy.seen.deposits - sentBefore).toBe(1)
  })

  test('must be signed by the reader who signed it first, and a stranger is not asked for money', async () => {
    const [reader, stranger] = [await newReader(), await newReader()]
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5), reader)
    expect((await payWith(salt(), credential, reader)).status).toBe(200)
    const again = await payWith(salt(), credential, reader)
    expect(again.status).toBe(200)
    const { source: _source, ...nameless } = credential
    const thefts = [
      await payWith(salt(), credential),
      await payWith(salt(), credential, stranger),
      await payWith(salt(), nameless),
      await payWith(
        salt(),
        credentialFor(challengeOfCredential(credential), credential.payload.cashu_token, stranger),
        stranger,
      ),
    ]
    for (const theft of thefts) {
      expect(theft.status).toBe(403)
      expect(theft.headers.get('www-authenticate')).toBeNull()
      expect(await codeOf(theft)).toBe('payer-mismatch')
    }
  })
})

describe('one token', () => {
  test('pays for one challenge only', async () => {
    const token = await stage.purse.token(5)
    expect((await payWith(salt(), credentialFor(await askFor(salt()), token))).status).toBe(200)
    expect(await refused(credentialFor(await askFor(salt()), token))).toBe('token-reused')
    const tin = stage.url('/read/tin')
    expect(await refused(credentialFor(await askFor(tin), token), tin)).toBe('token-reused')
    expect(await (await fetch(salt(), { headers: { 'x-cashu': token } })).json()).toMatchObject({
      code: 'token-reused',
      status: 400,
    })
  })

  test('pays once when it races with itself under twenty challenges', async () => {
    const before = await stage.account()
    const token = await stage.purse.token(5)
    const challenges = await Promise.all(Array.from({ length: 20 }, () => askFor(salt())))
    const answers = await Promise.all(challenges.map((challenge) => payWith(salt(), credentialFor(challenge, token))))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(19)
    expect((await stage.account()).balance).toBe(before.balance + 5)
  })

  test('is not good again in another spelling', async () => {
    const proofs = await stage.purse.coins([4, 1])
    const spelled = (memo: string) => getEncodedToken({ mint: stage.mint.url, unit: 'usd', proofs, memo })
    expect((await payWith(salt(), credentialFor(await askFor(salt()), spelled('a')))).status).toBe(200)
    expect(await refused(credentialFor(await askFor(salt()), spelled('b')))).toBe('coins-refused')
  })
})

describe('a challenge that is not for this', () => {
  test('was changed in any field', async () => {
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(1))
    const { challenge } = credential
    const request = JSON.parse(utf8Decode(base64UrlDecode(challenge.request))) as object
    const opaque = JSON.parse(utf8Decode(base64UrlDecode(challenge.opaque ?? ''))) as object
    const encode = (value: object) => base64UrlEncode(utf8(canonicalJson(value)))
    const changes: Partial<typeof challenge>[] = [
      { id: base64UrlEncode(new Uint8Array(32)) },
      { realm: 'evil.example' },
      { request: encode({ ...request, amount: '1' }) },
      { expires: new Date(Date.now() + 9_000_000).toISOString() },
      { digest: 'sha-256=:AAAA:' },
      { description: 'free' },
      { opaque: encode({ ...opaque, sites: 'https://evil.example' }) },
      { opaque: encode({ ...opaque, offer: 'tin' }) },
    ]
    for (const change of changes)
      expect(await refused({ ...credential, challenge: { ...challenge, ...change } })).toBe('invalid-challenge')
    const { opaque: _opaque, ...bare } = challenge
    expect(await refused({ ...credential, challenge: bare })).toBe('invalid-challenge')
  })

  test('is for another offer, another query or another till', async () => {
    const token = await stage.purse.token(5)
    expect(await refused(credentialFor(await askFor(stage.url('/read/tin')), token))).toBe('invalid-challenge')
    expect(await refused(credentialFor(await askFor(stage.url('/read/salt?x=1')), token))).toBe('invalid-challenge')
    expect(await refused(credentialFor(await askFor(salt()), token), stage.url('/read/salt?x=1'))).toBe(
      'invalid-challenge',
    )
    const other = await openStage()
    expect(await refused(credentialFor(await askFor(other.url('/read/salt')), token))).toBe('invalid-challenge')
    await other.close()
  })

  test('has expired: the coins stay the reader’s', async () => {
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5))
    await stage.restart({ nowMs: () => Date.now() + 301_000 })
    expect(await refused(credential)).toBe('payment-expired')
    await stage.restart()
    expect((await payWith(salt(), credential)).status).toBe(200)
  })
})

describe('coins that do not do', () => {
  const tokenOf = async (change: (token: { proofs: Proof[] }) => object): Promise<string> => {
    const proofs = await stage.purse.coins([4, 1])
    return getEncodedToken({
      mint: stage.mint.url,
      unit: 'usd',
      proofs,
      ...change({ proofs }),
    })
  }

  test.each([
    ['are worth too little', async () => stage.purse.token(4), 'amount-mismatch'],
    ['are of another mint', () => tokenOf(() => ({ mint: 'https://mint.evil.example' })), 'mint-unaccepted'],
    ['are of another unit', () => tokenOf(() => ({ unit: 'sat' })), 'verification-failed'],
    [
      'are more than twelve',
      async () =>
        getEncodedToken(
          { mint: stage.mint.url, unit: 'usd', proofs: await stage.purse.coins(Array.from({ length: 13 }, () => 1)) },
          { removeDleq: true },
        ),
      'verification-failed',
    ],
    [
      'are of an unknown keyset',
      () => tokenOf(({ proofs }) => ({ proofs: proofs.map((proof) => ({ ...proof, id: `01${'ab'.repeat(32)}` })) })),
      'verification-failed',
    ],
    [
      'say that they are worth more',
      () => tokenOf(({ proofs }) => ({ proofs: proofs.map((proof) => ({ ...proof, amount: 64 })) })),
      'coins-refused',
    ],
    [
      'were made up',
      () => tokenOf(({ proofs }) => ({ proofs: proofs.map((proof) => ({ ...proof, secret: 'made up' })) })),
      'coins-refused',
    ],
    ['come twice', () => tokenOf(({ proofs }) => ({ proofs: [...proofs, ...proofs] })), 'coins-refused'],
    ['are no token', async () => 'cashuBnonsense', 'malformed-credential'],
    ['are a payment request', async () => (await fetch(salt())).headers.get('x-cashu') ?? '', 'malformed-credential'],
  ])('%s', async (_what, make, code) => {
    expect(await refused(credentialFor(await askFor(salt()), await make()))).toBe(code)
  })

  test('are worth the price only after the mint’s fee', async () => {
    const dear = await openStage({ mintConfig: { inputFeePpk: 500 } })
    const url = dear.url('/read/salt')
    const short = await payWith(url, credentialFor(await askFor(url), await dear.purse.token(5)))
    expect([short.status, await codeOf(short)]).toEqual([402, 'amount-mismatch'])
    const paid = await payWith(url, credentialFor(await askFor(url), await dear.purse.token(6)))
    expect(decodeReceipt(paid.headers.get('payment-receipt') ?? '').receipt?.amount).toBe(5)
    await dear.close()
  })

  test('are not spent by the refusal', async () => {
    const proofs = await stage.purse.coins([2, 1, 1])
    const token = getEncodedToken({ mint: stage.mint.url, unit: 'usd', proofs })
    expect(await refused(credentialFor(await askFor(salt()), token))).toBe('amount-mismatch')
    expect(await stage.purse.spent(proofs)).toEqual([false, false, false])
  })

  test('refused by the mint leave no trace in the journal, so the same token can be tried again', async () => {
    const credential = credentialFor(
      await askFor(salt()),
      await tokenOf(({ proofs }) => ({ proofs: proofs.map((proof) => ({ ...proof, secret: 'x' })) })),
    )
    expect(await refused(credential)).toBe('coins-refused')
    expect(await refused(credential)).toBe('coins-refused')
    expect(await stage.till().recover()).toEqual({ settled: 0, left: 0 })
  })
})

describe('a credential that can not be read', () => {
  test.each([
    ['has no token68', 'Payment'],
    ['is not base64url', 'Payment !!!'],
    ['is not JSON', `Payment ${base64UrlEncode(utf8('hello'))}`],
    ['is not UTF-8', `Payment ${base64UrlEncode(Uint8Array.of(0xff, 0xfe))}`],
    ['is an array', `Payment ${base64UrlEncode(utf8('[]'))}`],
    ['has no challenge', `Payment ${base64UrlEncode(utf8('{"payload":{"cashu_token":"cashuBx"}}'))}`],
    ['is padded', `Payment ${btoa('{"a":1}')}==`],
    ['is too long', `Payment ${'A'.repeat(13_000)}`],
    ['is nested', `Payment ${base64UrlEncode(utf8('['.repeat(4_000)))}`],
  ])('%s', async (_what, authorization) => {
    const response = await fetch(salt(), { headers: { authorization } })
    expect(response.status).toBe(402)
    expect(challengeOf(response).request.amount).toBe('5')
    expect(['malformed-credential', 'credential-too-large']).toContain(await codeOf(response))
  })

  test('is one of two: 400, whichever way they come', async () => {
    const header = encodeCredential(credentialFor(await askFor(salt()), 'cashuBx'))
    const answers = await Promise.all([
      fetch(salt(), { headers: { authorization: `${header}, ${header}` } }),
      fetch(salt(), { headers: { authorization: header, 'x-cashu': 'cashuBx' } }),
      fetch(salt(), { headers: { 'x-cashu': 'cashuBx, cashuBy' } }),
      fetch(salt(), {
        headers: new Headers([
          ['authorization', header],
          ['authorization', header],
        ]),
      }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(400)
      expect(await codeOf(answer)).toBe('two-credentials')
      expect(answer.headers.get('www-authenticate')).toBeNull()
    }
  })

  test('is of another scheme: just a visitor', async () => {
    for (const authorization of ['Basic dTpw', 'Bearer x', 'Payments x', ''])
      expect((await fetch(salt(), { headers: { authorization } })).status).toBe(402)
  })
})

describe('a signed credential', () => {
  test('is refused unsigned, with a broken signature, or covering too little; the coins stay the reader’s', async () => {
    const reader = await newReader()
    const credential = credentialFor(await askFor(salt()), await stage.purse.token(5), reader)
    expect(await refused(credential)).toBe('signature-missing')
    const authorization = encodeCredential(credential)
    const good = await signed(salt(), reader, { headers: { authorization } })
    const send = async (headers: Record<string, string>) => {
      const response = await fetch(salt(), { headers: { authorization, ...headers } })
      return [response.status, await codeOf(response)]
    }
    expect(await send({ ...good, signature: `sig=:${btoa('x'.repeat(64))}:` })).toEqual([402, 'signature-invalid'])
    expect(await send(await signed(salt(), reader))).toEqual([402, 'signature-component-missing'])
    expect(await send(await signed(stage.url('/read/tin'), reader, { headers: { authorization } }))).toEqual([
      402,
      'signature-invalid',
    ])
    expect(await send(await signed('http://evil.example/read/salt', reader, { headers: { authorization } }))).toEqual([
      402,
      'signature-invalid',
    ])
    expect(await send(await signed(salt(), reader, { method: 'POST', headers: { authorization } }))).toEqual([
      402,
      'signature-invalid',
    ])
    expect(await send(await signed(salt(), await newReader(), { headers: { authorization } }))).toEqual([
      402,
      'signature-key-unknown',
    ])
    expect(await send(await signed(salt(), reader, { headers: { authorization } }, -120_000))).toEqual([
      402,
      'signature-stale',
    ])
    expect(await send(await signed(salt(), reader, { headers: { authorization } }, 120_000))).toEqual([
      402,
      'signature-stale',
    ])
    expect((await fetch(salt(), { headers: { authorization, ...good } })).status).toBe(200)
  })

  test('is refused when it names no reader, but may be signed for other ends', async () => {
    const [reader, credential] = [await newReader(), credentialFor(await askFor(salt()), await stage.purse.token(5))]
    const nameless = await payWith(salt(), credential, reader)
    expect([nameless.status, await codeOf(nameless)]).toEqual([402, 'signature-key-unknown'])
    const elsewhere = await signed(salt(), reader)
    expect((await payWith(salt(), credential, undefined, { headers: elsewhere })).status).toBe(200)
  })

  test('may name a payer of another kind, which proves nothing and is not asked to', async () => {
    const { challenge, payload } = credentialFor(await askFor(salt()), await stage.purse.token(5))
    expect(
      await refused({ challenge, payload, source: 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme' }),
    ).toBe('malformed-credential')
    expect((await payWith(salt(), { challenge, payload, source: 'did:pkh:eip155:1:0xabc' })).status).toBe(200)
  })
})

function challengeOfCredential(credential: Credential): Parameters<typeof credentialFor>[0] {
  const { request, opaque, ...rest } = credential.challenge
  return { ...rest, requestText: request, ...(opaque !== undefined && { opaqueText: opaque }) } as never
}
