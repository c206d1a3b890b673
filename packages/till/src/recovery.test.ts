import { TuppenceError } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import type { AcceptDeps } from './accept.ts'
import { receivedPayment } from './journal/contract.ts'
import { memoryJournal } from './journal/sqlite.ts'
import { recovery } from './recovery.ts'

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
    const deps = { journal, mint, nowMs: () => 0, log: () => {}, settling: new Map() }
    expect(await recovery(deps as unknown as AcceptDeps).now()).toEqual({ settled: 2_300, left: 1_200 })
    expect(asked).toEqual(Array.from({ length: 3_500 }, (_, index) => index))
  })
})
