import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTuppenceError } from './errors.ts'
import { encodePaymentRequest, type PaymentRequest } from './payment-request.ts'
import { decodeAnyPaymentRequest, encodePaymentRequestBech32 } from './payment-request-bech32.ts'
import { lockSecret, parseSecret, parseWitness, serializeSecret, spendingCondition } from './secret.ts'
import { decodeToken, encodeToken, type Token } from './token.ts'

/** Of all strings together. */
const mutationsMax = 100_000

const id = `01${'5a'.repeat(32)}`
const point = `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`
const hex = (byte: string) => byte.repeat(32)
const proof = (amount: number) => ({ amount, id, secret: `${amount}`.repeat(32), C: point })
const token: Token = {
  mint: 'https://mint.example',
  unit: 'sat',
  memo: 'Thank you',
  proofs: [
    proof(1),
    { ...proof(8), dleq: { e: hex('01'), s: hex('02'), r: hex('03') } },
    { ...proof(64), witness: '{"signatures":[]}', p2pk_e: point },
  ],
}
const request: PaymentRequest = {
  id: 'b7a90176',
  amount: 10,
  unit: 'sat',
  singleUse: true,
  mints: ['https://mint.example', 'https://other.example'],
  description: 'Tea',
  transports: [{ type: 'post', target: 'https://shop.example/pay', tags: [['n', '17']] }],
  lock: { kind: 'P2PK', data: point, tags: [['timeout', '3600']] },
}
const lock = serializeSecret(
  lockSecret({ nonce: hex('ab'), keys: [point], signaturesNeeded: 1, locktime: 1_795_000_000, refundKeys: [point] }),
)
const old = { token: [{ mint: token.mint, proofs: [{ ...proof(2), id: '009a1f293253e41e' }] }], unit: 'sat', memo: 'a' }

/** A text, and what reads it: what it answers must read the same once written again. */
const kinds = {
  'token of version 4': { text: encodeToken(token), read: readToken },
  'token of version 3': { text: `cashuA${Buffer.from(JSON.stringify(old)).toString('base64url')}`, read: readToken },
  'request creqA': { text: encodePaymentRequest(request), read: readRequest },
  'request creqB': { text: encodePaymentRequestBech32({ ...request, lock: undefined } as never), read: readRequest },
  'locked secret': { text: lock, read: readSecret },
  witness: { text: JSON.stringify({ signatures: ['ab'.repeat(64)], preimage: hex('cd') }), read: readWitness },
} as const

function readToken(text: string): void {
  const read = decodeToken(text)
  expect(read.proofs.every(({ amount }) => Number.isSafeInteger(amount) && amount > 0)).toBe(true)
  expect(decodeToken(encodeToken(read))).toEqual(read)
}

function readRequest(text: string): void {
  const read = decodeAnyPaymentRequest(text)
  expect(decodeAnyPaymentRequest(encodePaymentRequest(read))).toEqual(read)
}

function readSecret(text: string): void {
  const read = parseSecret(text)
  // Any text that is not of the well-known form is an ordinary secret.
  if (!read) return
  expect(parseSecret(serializeSecret(read))).toEqual(read)
  spendingCondition(read)
}

function readWitness(text: string): void {
  const { signatures } = parseWitness(text)
  expect(Array.isArray(signatures)).toBe(true)
}

const chars = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+/=[]{}",:\\ \u0000é\ud800'
const at = fc.double({ min: 0, max: 1, noNaN: true })
const edit = fc.oneof(
  fc.record({ do: fc.constantFrom('drop', 'double', 'cut', 'upper', 'head'), at }),
  fc.record({ do: fc.constant('put'), at, char: fc.constantFrom(...chars) }),
  fc.record({ do: fc.constant('set'), at, char: fc.constantFrom(...chars) }),
  // A bit of the bytes below the text's own encoding.
  fc.record({ do: fc.constant('flip'), at, bit: fc.integer({ min: 0, max: 7 }) }),
)

type Edit = { readonly do: string; readonly at: number; readonly char?: string; readonly bit?: number }

function mutate(text: string, { do: what, at: where, char = '', bit = 0 }: Edit): string {
  const place = Math.floor(where * text.length)
  const [head, tail] = [text.slice(0, place), text.slice(place)]
  switch (what) {
    case 'drop':
      return head + tail.slice(1)
    case 'double':
      return head + tail + tail
    case 'cut':
      return head
    case 'upper':
      return head.toUpperCase() + tail
    case 'head':
      return tail
    case 'put':
      return head + char + tail
    case 'set':
      return head + char + tail.slice(1)
    default:
      return flipped(text, where, bit)
  }
}

/** With one bit of what base64url stands for changed; JSON has no such layer, and gets a changed character. */
function flipped(text: string, where: number, bit: number): string {
  const prefix = /^(cashu[AB]|creqA)/.exec(text)?.[0] ?? ''
  const bytes = prefix ? Buffer.from(text.slice(prefix.length), 'base64url') : Buffer.from(text)
  const place = Math.floor(where * bytes.length)
  bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
  return prefix ? prefix + bytes.toString('base64url') : bytes.toString('latin1')
}

describe('a string that was changed on its way', () => {
  test.each(Object.entries(kinds))('%s: reads right, or is refused by an error of ours', (_, { text, read }) => {
    read(text)
    const each = Math.ceil(mutationsMax / Object.keys(kinds).length)
    const edits = fc.sample(fc.array(edit, { minLength: 1, maxLength: 3 }), { numRuns: each, seed: 20_261_122 })
    let refused = 0
    for (const some of edits) {
      const changed = some.reduce<string>(mutate, text)
      try {
        read(changed)
      } catch (error) {
        if (!isTuppenceError(error)) throw new Error(`${JSON.stringify(changed)}: ${String(error)}`, { cause: error })
        refused++
      }
    }
    // Of a changed secret most is an ordinary one; everything has changes that break it.
    expect(refused).toBeGreaterThan(0)
  })
})
