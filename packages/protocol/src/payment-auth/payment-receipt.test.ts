import { describe, expect, test } from 'vitest'
import { base64UrlEncode, utf8 } from '../encoding.ts'
import { decodeReceipt, encodeReceipt } from './payment-receipt.ts'
import type { PaymentReceipt } from './payment-receipt.ts'

const receipt: PaymentReceipt = {
  method: 'cashu',
  status: 'success',
  timestamp: '2026-11-22T10:01:00.000Z',
  reference: 'ab'.repeat(32),
  challengeId: 'id',
  salt: 'AAAAAAAAAAAAAAAAAAAAAA',
  receipt: {
    v: 1,
    mint: 'https://mint.example',
    account: 'news',
    offer: 'cd'.repeat(32),
    amount: 5,
    unit: 'usd',
    timeMs: 1_790_000_000_000,
    reference: 'ab'.repeat(32),
    kid: 'kid',
    sig: 'sig',
  },
}
const encode = (value: unknown) => base64UrlEncode(utf8(JSON.stringify(value)))

describe('payment receipts', () => {
  test('come back as they were', () => {
    expect(decodeReceipt(encodeReceipt(receipt))).toEqual(receipt)
  })

  test('lose what nobody knows', () => {
    expect(decodeReceipt(encode({ ...receipt, extra: 1 }))).toEqual(receipt)
    // What no signature covers must not come between a receipt and its signature.
    expect(decodeReceipt(encode({ ...receipt, receipt: { ...receipt.receipt, extra: 1 } }))).toEqual(receipt)
  })

  test.each([
    ['nothing', ''],
    ['padding', `${encodeReceipt(receipt)}=`],
    ['no JSON', 'AAAA'],
    ['null', encode(null)],
    ['another status', encode({ ...receipt, status: 'failed' })],
    ['no reference', encode({ ...receipt, reference: undefined })],
    ['a negative amount', encode({ ...receipt, receipt: { ...receipt.receipt, amount: -5 } })],
    ['a fraction', encode({ ...receipt, receipt: { ...receipt.receipt, amount: 0.5 } })],
    ['a later version', encode({ ...receipt, receipt: { ...receipt.receipt, v: 2 } })],
    ['a hash of another length', encode({ ...receipt, receipt: { ...receipt.receipt, offer: 'cd' } })],
    ['too much', 'A'.repeat(8_196)],
  ])('are refused: %s', (_, text) => {
    expect(() => decodeReceipt(text)).toThrow(expect.objectContaining({ code: 'malformed-receipt' }))
  })
})
