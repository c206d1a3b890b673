import fc from 'fast-check'
import { isTuppenceError } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import { readInvoice, writeInvoice } from './bolt11.ts'

// BOLT 11 "Examples": a donation of any amount, and 2500 micro-bitcoin for a cup of coffee.
const hash = '0001020304050607080900010203040506070809000102030405060708090102'
const nodeKey = Buffer.from('e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734', 'hex')
const donation =
  'lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql'
const coffee =
  'lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5xysxxatsyp3k7enxv4jsxqzpu9qrsgquk0rl77nj30yxdy8j9vdx85fkpmdla2087ne0xh8nhedh8w27kyke0lp53ut353s06fv3qfegext0eh0ymjpf39tuven09sam30g4vgpfna3rh'

const written = (fields: object = {}) =>
  writeInvoice({
    paymentHash: Buffer.from(hash, 'hex'),
    paymentSecret: new Uint8Array(32).fill(0x11),
    nodeKey,
    description: '1 cup coffee',
    timestamp: 1_496_314_658,
    expirySeconds: 60,
    ...fields,
  })

describe('readInvoice', () => {
  test('reads the examples of BOLT 11', () => {
    expect(readInvoice(donation)).toEqual({
      paymentHash: hash,
      timestamp: 1_496_314_658,
      description: 'Please consider supporting this project',
    })
    expect(readInvoice(coffee.toUpperCase())).toMatchObject({
      paymentHash: hash,
      msat: 250_000_000,
      description: '1 cup coffee',
    })
  })

  test('refuses what is no invoice, whatever it is', () => {
    for (const text of ['', 'lnbc', 'test-money:out', `${coffee.slice(0, -1)}q`, `x${coffee}`, 'lnbc1'.repeat(2000)])
      expect(() => readInvoice(text)).toThrow(expect.objectContaining({ code: 'bad-payment-request' }))
  })

  test('refuses mutated invoices with its own code, and nothing else', () => {
    const mutated = fc.tuple(
      fc.nat(coffee.length - 1),
      fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l1b'),
      fc.nat(9),
    )
    fc.assert(
      fc.property(mutated, ([at, letter, cut]) => {
        const text = (coffee.slice(0, at) + letter + coffee.slice(at + 1)).slice(0, coffee.length - cut)
        try {
          readInvoice(text)
        } catch (error) {
          expect(isTuppenceError(error, 'bad-payment-request')).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('writeInvoice', () => {
  test('writes what it reads, to the last millisatoshi', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), fc.string({ maxLength: 60 }), (msat, description) => {
        const text = written({ msat, description })
        expect(readInvoice(text)).toMatchObject({ msat, paymentHash: hash, timestamp: 1_496_314_658 })
        if (description.isWellFormed() && description !== '') expect(readInvoice(text).description).toBe(description)
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    [100_000_000_000, 'lnbc1000m1'],
    [250_000_000, 'lnbc2500u1'],
    [1_337_000, 'lnbc13370n1'],
    [1, 'lnbc10p1'],
  ])('writes %i msat in the largest unit', (msat, start) => {
    expect(written({ msat }).startsWith(start)).toBe(true)
  })

  test('leaves the amount to the payer', () => {
    expect(readInvoice(written()).msat).toBeUndefined()
  })
})
