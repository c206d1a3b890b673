import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../encoding.ts'
import { sigAllMessage } from '../secret.ts'
import { type LockedTransaction, verifyWitnesses } from './witness.ts'

const { transactions, sigAllMessages } = JSON.parse(
  readFileSync(new URL('../../vectors/nut-11.json', import.meta.url), 'utf8'),
) as {
  transactions: (LockedTransaction & { name: string; valid: boolean })[]
  sigAllMessages: { message: string; sha256: string }[]
}
/** 22 November 2026: after the locktimes that the vectors call past, before those that they call future. */
const nowSeconds = 1_795_305_600

describe('NUT-11', () => {
  test('carries every vector', () => {
    expect([transactions.length, sigAllMessages.length]).toEqual([20, 2])
  })

  test.each(transactions.map((transaction, index) => ({ index, ...transaction })))(
    'vector $index, $name: $valid',
    ({ valid, ...transaction }) => {
      expect(verifyWitnesses(transaction, nowSeconds)).toBe(valid)
    },
  )

  test('builds the message over a whole swap, and over a melt', async () => {
    const [swap, melt] = sigAllMessages
    expect(sigAllMessage(transactions[9]!)).toBe(swap!.message)
    expect(sigAllMessage(transactions[17]!)).toBe(melt!.message)
    expect(await sha256Hex(sigAllMessage(transactions[9]!))).toBe(swap!.sha256)
    expect(await sha256Hex(sigAllMessage(transactions[17]!))).toBe(melt!.sha256)
  })
})
