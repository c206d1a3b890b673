import { createWallet } from '@tuppence/core'
import { memoryDb } from '@tuppence/core/memory'
import { describe, expect, test } from 'vitest'
import { finishAll, isOnItsWay } from './finish.ts'

type Payments = ReturnType<ReturnType<typeof createWallet>['$payments']['get']>

/** A wallet whose payment is finished by its `tries`-th recovery; those before can't reach anybody. */
function unreachable(tries: number, payment: { kind: string; state: string; method?: string }) {
  let recoveries = 0
  return {
    recoveries: () => recoveries,
    recover: async () => {
      recoveries++
      if (recoveries < tries) throw new Error('till-unavailable')
      return { finished: 1, undone: 0, open: 0 }
    },
    $payments: { get: () => (recoveries < tries ? [payment] : []) as unknown as Payments } as never,
  }
}

describe('what is on its way', () => {
  test('is tried again until it is done, after ever longer waits', async () => {
    const wallet = unreachable(7, { kind: 'pay', state: 'sent' })
    const waits: number[] = []
    await finishAll(wallet, async (ms) => void waits.push(ms))
    expect(wallet.recoveries()).toBe(7)
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })

  test('is a voucher, which is paid for by its code', async () => {
    for (const state of ['quoting', 'quoted']) {
      const wallet = unreachable(2, { kind: 'top-up', state, method: 'voucher' })
      await finishAll(wallet, async () => {})
      expect(wallet.recoveries()).toBe(2)
    }
  })

  test('is not what is out with others, or waits for its payer', async () => {
    for (const payment of [
      { kind: 'lend', state: 'handed' },
      { kind: 'send', state: 'handed' },
      { kind: 'top-up', state: 'quoted', method: 'card' },
    ]) {
      const wallet = unreachable(2, payment)
      await finishAll(wallet, () => Promise.reject(new Error('waited')))
      expect(wallet.recoveries()).toBe(1)
    }
    expect(isOnItsWay({ kind: 'top-up', state: 'sent' })).toBe(true)
    expect(isOnItsWay({ kind: 'swap', state: 'quarantined' })).toBe(true)
  })

  test('is looked for once where there is nothing', async () => {
    const wallet = createWallet({ db: memoryDb(), mints: ['https://mint.example'] })
    await finishAll(wallet, () => Promise.reject(new Error('waited')))
    expect(wallet.$payments.get()).toEqual([])
  })
})
