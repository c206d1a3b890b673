import { expect, test, vi } from 'vitest'
import type { TakenErrand } from '../errand.ts'
import { sampleOffer, sampleWallet } from '../testing/wallet.ts'
import { $step, confirm } from './state.ts'

test('money that came while the popup asked for it is not paid for by card again', async () => {
  vi.stubGlobal('window', { close: () => {} })
  const { site, amount, unit, tillOrigin, realm, mints } = sampleOffer
  const go = vi.fn<() => void>()
  const taken: TakenErrand = {
    errand: { kind: 'fund', purpose: 'unlock', site, amount, unit, tillOrigin, realm, mints },
    hand: async () => false,
    go,
    reported: Promise.resolve(undefined),
  }
  // A wallet of cardboard begins no checkout: this would fail.
  await confirm(sampleWallet({ spendable: amount }), taken, { how: 'card', amount: 1_000 })
  expect($step.get()).toEqual({ status: 'done' })
  expect(go).toHaveBeenCalledOnce()
})
