import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import type { Keyset, Proof } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountId,
  activeKeyset,
  depositCoins,
  draft,
  ledgerState,
  paidQuote,
  refundCoins,
  startTestMint,
  topUp,
  type Answer,
  type TestMint,
} from './testing/mint.ts'

let mint: TestMint
let keyset: Keyset
/** A good coin that is never spent: what is refused with it is refused for the reason under test. */
let coin: Proof
/** A quote that is paid and never claimed. */
let quote: string
/** Coins that are spent: no mutation of a request with them can succeed. */
let spent: Proof[]
let before: unknown

beforeAll(async () => {
  mint = await startTestMint()
  keyset = await activeKeyset(mint)
  ;[coin] = (await topUp(mint, [8])) as [Proof]
  spent = await topUp(mint, [1, 2])
  await mint.post('/v1/swap', { inputs: spent, outputs: draft(keyset, [1, 2]).outputs })
  quote = await paidQuote(mint, 8)
  before = await ledgerState(mint)
})
afterAll(() => mint.close())

/** Status and code of a refusal: the NUTs' number where there is one, else our name. */
const refusal = async (answer: Answer | Promise<Answer>): Promise<[number, number | string | undefined]> => {
  const { status, text } = await answer
  const { code, detail } = JSON.parse(text) as { code: number | string; detail?: string }
  return [status, code === 10000 ? detail?.split(':')[0] : code]
}

describe('a swap is refused', () => {
  const swap = (inputs: unknown, outputs: unknown) => mint.post('/v1/swap', { inputs, outputs })
  const good = () => draft(keyset, [8]).outputs

  test('with an input twice', async () => {
    expect(await refusal(swap([coin, coin], draft(keyset, [8, 8]).outputs))).toEqual([400, 11007])
  })
  test('with the secret of an input twice', async () => {
    expect(await refusal(swap([coin, { ...coin, amount: 4 }], draft(keyset, [4, 8]).outputs))).toEqual([400, 11007])
  })
  test('with an output twice', async () => {
    const [output] = draft(keyset, [4]).outputs
    expect(await refusal(swap([coin], [output, output]))).toEqual([400, 11008])
  })
  test('when it does not balance, up or down', async () => {
    expect(await refusal(swap([coin], draft(keyset, [8, 1]).outputs))).toEqual([400, 11005])
    expect(await refusal(swap([coin], draft(keyset, [4]).outputs))).toEqual([400, 11005])
  })
  test('with no inputs or no outputs', async () => {
    expect(await refusal(swap([], good()))).toEqual([400, 'bad-request'])
    expect(await refusal(swap([coin], []))).toEqual([400, 'bad-request'])
  })
  test('with a keyset of another mint or of another version', async () => {
    const foreign = `01${'ab'.repeat(32)}`
    expect(await refusal(swap([{ ...coin, id: foreign }], good()))).toEqual([400, 12001])
    expect(
      await refusal(
        swap(
          [coin],
          good().map((output) => ({ ...output, id: foreign })),
        ),
      ),
    ).toEqual([400, 12001])
    expect(await refusal(swap([{ ...coin, id: '009a1f293253e41e' }], good()))).toEqual([400, 12001])
    expect(await refusal(swap([{ ...coin, id: coin.id.slice(0, 16) }], good()))).toEqual([400, 12001])
  })
  test('with a coin that claims another amount, or one that there is no key for', async () => {
    expect(await refusal(swap([{ ...coin, amount: 16 }], draft(keyset, [16]).outputs))).toEqual([400, 10001])
    expect(await refusal(swap([{ ...coin, amount: 9 }], draft(keyset, [1, 8]).outputs))).toEqual([
      400,
      'denomination-unknown',
    ])
    expect(await refusal(swap([{ ...coin, amount: 65_536 }], good()))).toEqual([400, 'denomination-unknown'])
  })
  test.each([-8, -0, 0, 1.5, '8', null, 2 ** 53, 1e308, [8], {}, true])('with the amount %j', async (amount) => {
    const text = JSON.stringify({ inputs: [{ ...coin, amount: 'AMOUNT' }], outputs: good() })
    const written = Object.is(amount, -0) ? '-0' : JSON.stringify(amount)
    expect(await refusal(mint.post('/v1/swap', text.replace('"AMOUNT"', written)))).toEqual([400, 'bad-amount'])
  })
  test('with an amount too large for any number', async () => {
    expect(
      await refusal(
        mint.post(
          '/v1/swap',
          JSON.stringify({ inputs: [{ ...coin, amount: 'A' }], outputs: good() }).replace('"A"', '1e999'),
        ),
      ),
    ).toEqual([400, 'bad-amount'])
  })
  test.each([
    ['off the curve', `02${'0'.repeat(63)}5`],
    ['beyond the field', `02${'f'.repeat(64)}`],
  ])('with an output %s', async (_, B_) => {
    expect(
      await refusal(
        swap(
          [coin],
          good().map((output) => ({ ...output, B_ })),
        ),
      ),
    ).toEqual([400, 'bad-point'])
  })
  test.each([
    ['at infinity', '00'],
    ['uncompressed', `04${'11'.repeat(64)}`],
    ['in upper case', `02${'AB'.repeat(32)}`],
    ['empty', ''],
    ['no text', 5],
  ])('with points %s', async (_, point) => {
    expect(
      await refusal(
        swap(
          [coin],
          good().map((output) => ({ ...output, B_: point })),
        ),
      ),
    ).toEqual([400, 'bad-point'])
    expect(await refusal(swap([{ ...coin, C: point }], good()))).toEqual([400, 'bad-point'])
  })
  test('with a C off the curve, or another’s', async () => {
    expect(await refusal(swap([{ ...coin, C: `02${'0'.repeat(63)}5` }], good()))).toEqual([400, 10001])
    expect(await refusal(swap([{ ...coin, C: spent[0]?.C }], good()))).toEqual([400, 10001])
    expect(
      await refusal(swap([{ ...coin, C: (coin.C.startsWith('02') ? '03' : '02') + coin.C.slice(2) }], good())),
    ).toEqual([400, 10001])
  })
  test('with a secret that is no well-formed text, is empty, or too long', async () => {
    const text = JSON.stringify({ inputs: [{ ...coin, secret: 'SECRET' }], outputs: good() })
    expect(await refusal(mint.post('/v1/swap', text.replace('SECRET', '\\ud800')))).toEqual([400, 'bad-secret'])
    expect(await refusal(swap([{ ...coin, secret: '' }], good()))).toEqual([400, 'bad-secret'])
    expect(await refusal(swap([{ ...coin, secret: 'x'.repeat(1025) }], good()))).toEqual([400, 'bad-secret'])
  })
  test('with more inputs or outputs than the limit', async () => {
    const many = Array.from({ length: 257 }, (_, index) => ({
      amount: 1,
      id: keyset.id,
      B_: `02${index.toString(16).padStart(64, '0')}`,
    }))
    expect(await refusal(swap([coin], many))).toEqual([400, 11015])
    const inputs = many.map(({ id }, index) => ({ amount: 1, id, secret: String(index), C: coin.C }))
    expect(await refusal(swap(inputs, good()))).toEqual([400, 11014])
  })
})

describe('a body is refused', () => {
  const raw = (body: string | Uint8Array, headers?: Record<string, string>) =>
    mint.post('/v1/swap', body as string, headers)

  test.each([
    '',
    '{',
    '[]',
    'null',
    '5',
    '"swap"',
    '{}',
    '{"inputs":{},"outputs":[]}',
    '{"inputs":[null],"outputs":[[]]}',
  ])('that reads %j', async (body) => {
    expect(await refusal(raw(body))).toEqual([400, 'bad-request'])
  })
  test('that is not UTF-8', async () => {
    expect(await refusal(raw(Uint8Array.of(0x7b, 0xff, 0x7d)))).toEqual([400, 'bad-encoding'])
  })
  test('that sets __proto__ instead of having fields', async () => {
    expect(await refusal(raw(`{"__proto__":{"inputs":[],"outputs":[]}}`))).toEqual([400, 'bad-request'])
  })
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('with a member named %s', async (name) => {
    const body = `{"version":1,"data":"AA","expires":2000000000,"${name}":1}`
    expect((await refusal(mint.post(`/v1/blobs/${'ab'.repeat(32)}`, body)))[1]).toMatch(
      /^(bad-request|signature-missing)$/,
    )
  })
  test('that nests 10,000 deep', async () => {
    expect(await refusal(raw('['.repeat(10_000) + ']'.repeat(10_000)))).toEqual([400, 'bad-request'])
    expect(await refusal(raw(`{"inputs":${'['.repeat(10_000)}${']'.repeat(10_000)},"outputs":[]}`))).toEqual([
      400,
      'bad-amount',
    ])
    expect(await refusal(raw('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)))).toEqual([400, 'bad-request'])
  })
  test('that is over 64 KiB, told or not', async () => {
    expect(await refusal(raw(`{"x":"${'x'.repeat(65_536)}"}`))).toEqual([413, 'body-too-large'])
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(32_768).fill(0x20)),
    })
    const response = await fetch(`${mint.url}/v1/swap`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as RequestInit).catch(() => undefined)
    // The mint may have answered before the stream was read to its end, and then fetch may report the cut instead.
    expect([413, undefined]).toContain(response?.status)
  })
  test('of another type, or none', async () => {
    expect(await refusal(raw('{}', { 'content-type': 'text/plain' }))).toEqual([415, 'media-type-unsupported'])
    expect(await refusal(raw('{}', { 'content-type': 'application/jsonp' }))).toEqual([415, 'media-type-unsupported'])
    expect((await raw('{}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(400)
  })
})

describe('other requests are refused', () => {
  test('on routes that there are not, or by another method', async () => {
    expect(await refusal(mint.get('/'))).toEqual([404, 'not-found'])
    expect(await refusal(mint.get('/v1/swap'))).toEqual([405, 'method-not-allowed'])
    expect(await refusal(mint.post('/v1/keys', {}))).toEqual([405, 'method-not-allowed'])
    expect(await refusal(mint.get('/v1/../../etc/passwd'))).toEqual([404, 'not-found'])
  })
  test('for quotes that there are not, are paid otherwise, or ask for something else', async () => {
    const { outputs } = draft(keyset, [8])
    expect(await refusal(mint.get('/v1/mint/quote/test/none'))).toEqual([400, 'quote-unknown'])
    expect(await refusal(mint.get(`/v1/mint/quote/bolt11/${quote}`))).toEqual([400, 'funding-unsupported'])
    expect(await refusal(mint.get(`/v1/mint/quote/test/${'x'.repeat(200)}`))).toEqual([400, 'bad-request'])
    expect(await refusal(mint.post('/v1/mint/test', { quote: 'none', outputs }))).toEqual([400, 'quote-unknown'])
    expect(await refusal(mint.post('/v1/test/pay', { quote: 'none' }))).toEqual([400, 'quote-unknown'])
    expect(await refusal(mint.post('/v1/mint/test', { quote, outputs: draft(keyset, [8, 1]).outputs }))).toEqual([
      400, 11005,
    ])
  })
  test('with states or outputs beyond the limit', async () => {
    const points = Array.from({ length: 257 }, (_, index) => `02${index.toString(16).padStart(64, '0')}`)
    expect(await refusal(mint.post('/v1/checkstate', { Ys: points }))).toEqual([400, 11014])
    const outputs = points.map((B_) => ({ amount: 0, id: keyset.id, B_ }))
    expect((await mint.post('/v1/restore', { outputs })).status).toBe(200)
    expect(await refusal(mint.post('/v1/restore', { outputs: [...outputs, ...outputs] }))).toEqual([
      413,
      'body-too-large',
    ])
    expect(await refusal(mint.post('/v1/checkstate', { Ys: [] }))).toEqual([400, 'bad-request'])
  })
  test('without an answer when they are no HTTP, and the mint goes on', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(mint.served.port, '127.0.0.1', () => socket.write('\u0000\u0001nonsense\r\n\r\n'))
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect((await mint.get('/health')).status).toBe(200)
  })
  test('but a preflight is answered, and every answer may be read by any page', async () => {
    const preflight = await fetch(`${mint.url}/v1/swap`, { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Content-Type')
    expect((await mint.get('/nowhere')).headers.get('access-control-allow-origin')).toBe('*')
  })
})

/** Things to put where something else belongs. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    -0,
    1.5,
    '5',
    '',
    2 ** 53,
    2 ** 31,
    1e308,
    [],
    {},
    [[]],
    'constructor',
    '__proto__',
    '\ud800',
  ),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 80 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.uint8Array({ minLength: 33, maxLength: 33 }).map((bytes) => Buffer.from(bytes).toString('hex')),
)

/** A way into a JSON value and what to do there. */
const mutation = fc.record({
  steps: fc.array(fc.nat(), { maxLength: 5 }),
  action: fc.constantFrom('set', 'drop', 'copy'),
  junk,
})

function mutate(
  value: unknown,
  { steps, action, junk: put }: { steps: number[]; action: string; junk: unknown },
): unknown {
  if (typeof value !== 'object' || value === null) return put
  const keys = Object.keys(value)
  const [step, ...rest] = steps
  const key = keys[(step ?? 0) % Math.max(keys.length, 1)]
  if (key === undefined) return put
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  if (rest.length > 0) copy[key] = mutate(copy[key], { steps: rest, action, junk: put })
  else if (action === 'set') copy[key] = put
  else if (action === 'drop') delete copy[key]
  else copy[`${key}2`] = copy[key]
  return copy
}

/** Without a socket, which the tests above go through: it is the mint that is fuzzed here, not Node's HTTP. */
async function inProcess(path: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' }
  const response = await mint.served.app.fetch(new Request(mint.url + path, { method: 'POST', headers, body }))
  return { status: response.status, text: await response.text() }
}

/** `npm run test:long` sets it to a million. */
const fuzzRuns = Number(process.env['TUPPENCE_FUZZ'] ?? 10_000)

describe(`${fuzzRuns} mutated requests`, () => {
  test(
    'get 4xx, change nothing, and leave no secret in the log',
    async () => {
      const { outputs } = draft(keyset, [1, 2])
      const refund = { reference: 'ab'.repeat(32), account: accountId, unit: 'usd', amount: 3, outputs }
      const bases: [string, unknown][] = [
        ['/v1/refund', refund],
        [
          '/v1/mint/test/batch',
          { quotes: ['nobody', 'none'], quote_amounts: [1, 2], outputs, signatures: [null, null] },
        ],
        ['/v1/mint/quote/test/check', { quotes: ['nobody', 'none'] }],
        [`/v1/blobs/${'ab'.repeat(32)}`, { version: 1, data: 'AA', expires: 2_000_000_000 }],
        ['/v1/swap', { inputs: spent, outputs }],
        ['/v1/mint/test', { quote: 'nobody', outputs, signature: '00'.repeat(64) }],
        ['/v1/mint/quote/test', { amount: 5, unit: 'eur', pubkey: coin.C, description: 'x' }],
        ['/v1/test/pay', { quote: 'nobody' }],
        ['/v1/melt/quote/test', { request: 'test-money:in', unit: 'usd', amount: 5 }],
        ['/v1/melt/test', { quote: 'nobody', inputs: spent, outputs }],
        ['/v1/restore', { outputs: [] }],
        ['/v1/checkstate', { Ys: ['x'] }],
        [
          '/v1/deposit',
          { reference: 'ab'.repeat(32), account: accountId, unit: 'usd', offer: 'cd'.repeat(32), inputs: spent },
        ],
      ]
      const start = await ledgerState(mint)
      let count = 0
      await fc.assert(
        fc.asyncProperty(
          fc.nat(bases.length - 1),
          fc.array(mutation, { minLength: 1, maxLength: 3 }),
          fc.nat(20),
          async (which, mutations, cut) => {
            const [path, base] = bases[which] as [string, unknown]
            const body = mutations.reduce(mutate, base)
            let text = JSON.stringify(body) ?? ''
            if (cut === 0) text = text.slice(0, text.length / 2)
            if (cut === 1) text = text.replace(/\d/, '-')
            const isSigned = typeof body === 'object' && body !== null && cut > 1
            const fields = body as Record<string, unknown>
            const answer =
              path === '/v1/deposit' && isSigned
                ? await depositCoins(mint, [], { fields }).catch(() => undefined)
                : path === '/v1/refund' && isSigned
                  ? await refundCoins(mint, { outputs }, '', { fields }).catch(() => undefined)
                  : await inProcess(path, text)
            count++
            if (answer === undefined) return
            // Two mutations may make a good request of one that only reads; all else is refused.
            const mayRead = path === '/v1/restore' || path === '/v1/checkstate'
            if ((answer.status < 400 && !mayRead) || answer.status >= 500)
              throw new Error(`${path} ${text} -> ${answer.status} ${answer.text}`)
          },
        ),
        { numRuns: fuzzRuns },
      )
      expect(count).toBeGreaterThanOrEqual(fuzzRuns)
      expect(await ledgerState(mint)).toEqual(start)
    },
    Math.max(120_000, fuzzRuns * 10),
  )

  test('of random bytes likewise', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => mint.post('/v1/swap', randomBytes(200))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
  })
})

describe('after all that', () => {
  test('the ledger is as before, the good coin is good, and no secret is in the log', async () => {
    expect(await ledgerState(mint)).toEqual(before)
    const lines = mint.log.join('')
    const secrets = [coin, ...spent].flatMap(({ secret, C }) => [secret, C])
    expect([quote, ...secrets].filter((secret) => lines.includes(secret))).toEqual([])
    expect(lines).not.toContain('"level":"error"')
    expect((await mint.post('/v1/swap', { inputs: [coin], outputs: draft(keyset, [8]).outputs })).status).toBe(200)
  })
})
