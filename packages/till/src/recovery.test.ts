import { TuppenceError } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import type { AcceptDeps } from './accept.ts'
import { receivedPayment } from './journal/contract.ts'
import type { Refund } from './journal/port.ts'
import { memoryJournal } from './journal/sqlite.ts'
import { recovery } from './recovery.ts'
import { settleRefund } from './refund.ts'

describe('recovery', () => {
  test('gets to every payment once, however many stay open before it', async () => {
    const journal = memoryJournal()
    const reference = (index: number): string => String(index).padStart(64, '0')
    for (let index = 0; index < 3_500; index++)
      await journal.receive(
        receivedPayment({ reference: reference(index), deposit: JSON.stringify({ index }), receivedAtMs: index }),
      )
    const asked: number[] = []
    const mint = {
      keysets: async () => [],
      receiptKeys: async () => [],
      deposit: async (text: string) => {
        const { index } = JSON.parse(text) as { index: number }
        asked.push(index)
        throw new TuppenceError(index < 1_200 ? 'mint-unavailable' : 'coins-refused')
      },
    }
    const deps = { journal, mint, nowMs: () => 0, log: () => {}, settling: new Map(), refunding: new Map() }
    expect(await recovery(deps as unknown as AcceptDeps).now()).toEqual({ settled: 2_300, left: 1_200 })
    expect(asked).toEqual(Array.from({ length: 3_500 }, (_, index) => index))
  })

  test('asks nothing about a refund that was refused after recovery had read of it', async () => {
    const journal = memoryJournal()
    const owner = { thumbprint: 'thumb', publicKey: 'key' }
    await journal.receive(receivedPayment({ reference: 'a', reader: owner }))
    await journal.deposited('a', { receipt: 'receipt', atMs: 1 })
    const begun: Refund = {
      reference: 'a',
      thumbprint: owner.thumbprint,
      offerId: 'salt',
      amount: 5,
      unit: 'usd',
      request: '{"outputs":[]}',
      startedAtMs: 2,
    }
    await journal.refund(begun, { allowance: { startMs: 0, endMs: 9 }, admit: () => undefined })
    let asked = 0
    const mint = {
      refund: async () => {
        // The mint would sign the second time.
        if (asked++ > 0) return { signatures: [], reference: 'a', amount: 5, unit: 'usd' }
        throw new TuppenceError('refund-refused', { details: { reason: 'mint' } })
      },
    }
    const deps = { journal, mint, nowMs: () => 0, log: () => {}, refunding: new Map() } as unknown as AcceptDeps
    const both = await Promise.allSettled([settleRefund(deps, begun), settleRefund(deps, begun)])
    expect(both.map((one) => one.status === 'rejected' && (one.reason as TuppenceError).code)).toEqual([
      'refund-refused',
      'refund-refused',
    ])
    expect(asked).toBe(1)
    expect(await journal.entitlement('thumb', 'salt')).toMatchObject({ reference: 'a', via: 'paid' })
  })
})
