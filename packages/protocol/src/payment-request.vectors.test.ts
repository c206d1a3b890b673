import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeBech32 } from './bech32.ts'
import { bytesToHex } from './encoding.ts'
import { decodeAnyPaymentRequest, encodePaymentRequestBech32 } from './payment-request-bech32.ts'
import { decodePaymentRequest, encodePaymentRequest, type PaymentRequest } from './payment-request.ts'

type Wire = {
  i?: string
  a?: number
  u?: string
  s?: boolean
  m?: string[]
  d?: string
  t?: { t: string; a: string; g?: string[][] }[]
  nut10?: { k: string; d: string; t?: string[][] }
}
type Vector = { name: string; request: Wire; text: string }

const read = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')).requests
const nut18 = read('nut-18.json')
const nut26 = read('nut-26.json')

const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const readable = ({ i, a, u, s, m, d, t, nut10 }: Wire): PaymentRequest =>
  given({
    id: i,
    amount: a,
    unit: u,
    singleUse: s,
    mints: m,
    description: d,
    transports: t?.map(({ t: type, a: target, g: tags }) => given({ type, target, tags })),
    lock: nut10 && given({ kind: nut10.k, data: nut10.d, tags: nut10.t }),
  })

describe('NUT-18', () => {
  test('carries every vector', () => {
    expect([nut18.length, nut26.length]).toEqual([6, 16])
  })

  // The first vector's text encodes the example of NUT-18 itself, not the request beside it.
  test('reads the text of the basic request', () => {
    expect(decodePaymentRequest(nut18[0]!.text)).toEqual({
      ...readable(nut18[0]!.request),
      mints: ['https://nofees.testnut.cashu.space'],
      transports: [
        {
          type: 'nostr',
          target: expect.stringMatching(/^nprofile1qy28wumn8ghj7un9d3shjtnyv9kh2uewd9hsz9mhwden5te0/),
          tags: [['n', '17']],
        },
      ],
    })
  })

  test.each(nut18.slice(1))('reads: $name', ({ request, text }) => {
    expect(decodePaymentRequest(text)).toEqual(readable(request))
  })

  test.each(nut18)('writes what it reads: $name', ({ request }) => {
    const text = encodePaymentRequest(readable(request))
    expect(text).toMatch(/^creqA[\w-]+$/)
    expect(decodePaymentRequest(text)).toEqual(readable(request))
  })
})

describe('NUT-26', () => {
  test.each(nut26)('writes: $name', ({ request, text }) => {
    expect(encodePaymentRequestBech32(readable(request))).toBe(text)
  })

  test.each(nut26)('reads, in either case: $name', ({ request, text }) => {
    expect(decodeAnyPaymentRequest(text)).toEqual(readable(request))
    expect(decodeAnyPaymentRequest(text.toLowerCase())).toEqual(readable(request))
  })

  test('reads the other form too', () => {
    expect(decodeAnyPaymentRequest(nut18[4]!.text)).toEqual(readable(nut18[4]!.request))
  })
})

describe('NIP-19', () => {
  test('reads the example profile', () => {
    const text =
      'nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p'
    const key = '3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d'
    expect(bytesToHex(decodeBech32('bech32', 'nprofile', text)).slice(4, 68)).toBe(key)
  })
})
