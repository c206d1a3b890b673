import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { mintRoutes, routePath } from './mint-api.ts'
import type { Route } from './mint-api.ts'
import { tillCors, tillDescriptionSchema, tipBodySchema } from './till-api.ts'

const point = `02${'ab'.repeat(32)}`
const keyset = `01${'cd'.repeat(32)}`
const proof = { amount: 4, id: keyset, secret: 'secret', C: point }
const output = { amount: 4, id: keyset, B_: point }
const quote = { quote: 'q', request: 'test-money:q', unit: 'usd', amount: 500, state: 'UNPAID', expiry: 1_795_341_600 }
const deposit = { reference: 'ab'.repeat(32), account: 'news', unit: 'usd', offer: 'cd'.repeat(32), inputs: [proof] }

describe('mintRoutes', () => {
  test('has each method and path once', () => {
    const all = Object.values<Route>(mintRoutes).map(({ method, path }) => `${method} ${path}`)
    expect(new Set(all).size).toBe(all.length)
    // Where a fixed path and one with a name in braces could both match, a router must not depend on their order.
    expect(all).toContain('POST /v1/mint/{method}')
    expect(all.filter((route) => /^POST \/v1\/mint\/[^/]+$/.test(route))).toHaveLength(1)
  })

  test('requests have bodies where they are posted, and only there', () => {
    for (const route of Object.values<Route>(mintRoutes))
      expect(route.request !== undefined).toBe(route.method === 'POST')
  })

  test('signed routes are ours, not of the NUTs', () => {
    const signed = Object.entries<Route>(mintRoutes).filter(([, route]) => route.signed)
    expect(signed.map(([name]) => name)).toEqual(['deposit', 'account'])
    expect(signed.every(([, route]) => !route.nut)).toBe(true)
  })

  test.each<[keyof typeof mintRoutes, object]>([
    ['swap', { inputs: [proof], outputs: [output] }],
    ['quote', { amount: 500, unit: 'usd', pubkey: point }],
    ['quote', { amount: 500, unit: 'usd', pubkey: null, description: null }],
    ['issue', { quote: 'q', outputs: [output], signature: 'ab'.repeat(64) }],
    ['issue', { quote: 'q', outputs: [output], signature: null }],
    ['checkState', { Ys: [point] }],
    ['restore', { outputs: [{ ...output, amount: 0 }] }],
    ['testPay', { quote: 'q' }],
    ['meltQuote', { request: 'test-money:out', unit: 'usd', amount: 5 }],
    ['melt', { quote: 'q', inputs: [proof], outputs: [{ ...output, amount: 0 }] }],
    ['melt', { quote: 'q', inputs: [proof], prefer_async: true }],
    ['deposit', deposit],
  ])('%s takes %j', (name, body) => {
    expect(v.is((mintRoutes[name] as Route).request as v.GenericSchema, body)).toBe(true)
  })

  test.each<[keyof typeof mintRoutes, unknown]>([
    ['swap', null],
    ['swap', []],
    ['swap', { inputs: [], outputs: [output] }],
    ['swap', { inputs: [proof], outputs: [] }],
    ['swap', { inputs: [{ ...proof, amount: -4 }], outputs: [output] }],
    ['swap', { inputs: [{ ...proof, amount: 0.5 }], outputs: [output] }],
    ['swap', { inputs: [{ ...proof, amount: 2 ** 53 }], outputs: [output] }],
    ['swap', { inputs: Array.from({ length: 1001 }, () => proof), outputs: [output] }],
    ['swap', { inputs: [proof], outputs: Array.from({ length: 1001 }, () => output) }],
    ['swap', { inputs: [{ ...proof, C: `04${'ab'.repeat(64)}` }], outputs: [output] }],
    ['quote', { amount: 0, unit: 'usd' }],
    ['quote', { amount: '500', unit: 'usd' }],
    ['quote', { amount: 500, unit: 'USD!' }],
    ['quote', { amount: 500, unit: 'usd', pubkey: 'ab' }],
    ['issue', { quote: '', outputs: [output] }],
    ['issue', { quote: 'q', outputs: [output], signature: 'AB' }],
    ['meltQuote', { request: '', unit: 'usd' }],
    ['melt', { quote: 'q', inputs: [] }],
    ['checkState', { Ys: [] }],
    ['checkState', { Ys: ['x'] }],
    ['deposit', { ...deposit, account: '../news' }],
    ['deposit', { ...deposit, reference: 'AB'.repeat(32) }],
    ['deposit', { ...deposit, extra: 1 }],
    ['deposit', { ...deposit, inputs: [] }],
  ])('%s refuses a body: %#', (name, body) => {
    expect(v.is((mintRoutes[name] as Route).request as v.GenericSchema, body)).toBe(false)
  })

  test('reads quotes of other mints, with nulls for what is absent', () => {
    expect(v.parse(mintRoutes.quote.response, { ...quote, pubkey: null, expiry: null })).toEqual({
      quote: 'q',
      request: 'test-money:q',
      unit: 'usd',
      amount: 500,
      state: 'UNPAID',
    })
    expect(v.is(mintRoutes.quote.response, { ...quote, state: 'LOST' })).toBe(false)
  })

  test('reads a receipt without what its signature does not cover', () => {
    const hash = 'ab'.repeat(32)
    const body = { v: 1, mint: 'm', account: 'news', offer: hash, amount: 5, unit: 'usd', timeMs: 1, reference: hash }
    const receipt = { ...body, kid: 'k', sig: 's' }
    const read = (value: object) => v.safeParse(mintRoutes.deposit.response, { receipt: value })
    expect(read({ ...receipt, later: 1 }).output).toEqual({ receipt })
    expect(read({ ...receipt, amount: -1 }).success).toBe(false)
  })

  test('restored lists are of one length', () => {
    const signature = { amount: 4, id: keyset, C_: point }
    expect(v.is(mintRoutes.restore.response, { outputs: [output], signatures: [signature] })).toBe(true)
    expect(v.is(mintRoutes.restore.response, { outputs: [output, output], signatures: [signature] })).toBe(false)
  })
})

describe('routePath', () => {
  test('fills names in and escapes them', () => {
    expect(routePath(mintRoutes.quoteState, { method: 'test', quote: 'a/../b?c' })).toBe(
      '/v1/mint/quote/test/a%2F..%2Fb%3Fc',
    )
    expect(routePath(mintRoutes.swap)).toBe('/v1/swap')
  })
})

describe('the API of a till', () => {
  test('lets a page of any origin send and read what the scheme needs', () => {
    expect(tillCors.exposeHeaders).toEqual(
      expect.arrayContaining(['WWW-Authenticate', 'Payment-Receipt', 'X-Cashu', 'Date']),
    )
    expect(tillCors.allowHeaders).toEqual(
      expect.arrayContaining([
        'Authorization',
        'Accept-Payment',
        'Signature',
        'Signature-Input',
        'Content-Digest',
        'Idempotency-Key',
      ]),
    )
  })

  test('describes itself, and takes a tip', () => {
    const till = { realm: 'news', mints: ['https://mint.example'], account: 'news', time: 1_795_341_600_000 }
    expect(v.is(tillDescriptionSchema, till)).toBe(true)
    expect(v.is(tillDescriptionSchema, { ...till, time: 'now' })).toBe(false)
    expect(v.is(tipBodySchema, { amount: 25 })).toBe(true)
    for (const body of [{ amount: 0 }, { amount: '25' }, { amount: 2.5 }, { amount: 25, to: 'me' }, {}]) {
      expect(v.is(tipBodySchema, body)).toBe(false)
    }
  })
})
