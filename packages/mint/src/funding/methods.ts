// The funding methods that a configuration names; mint.ts puts them together with those it is given.

import { TuppenceError } from '@tuppence/protocol'
import type { MintConfig } from '../config.ts'
import { deriveSecret } from '../keys.ts'
import type { Clock } from '../ports.ts'
import { fakeLightning } from './lightning/fake.ts'
import { lightningFunding, lightningMethod } from './lightning/lightning.ts'
import type { Funding } from './port.ts'
import { cardFunding, cardMethod } from './stripe/card.ts'
import { isRealStripe } from './stripe/config.ts'
import { testFunding, testMethod } from './test.ts'
import { transferFunding, transferMethod } from './transfer/transfer.ts'
import { voucherFunding, voucherMethod } from './voucher/method.ts'

/** By name. @throws {TuppenceError} `config-invalid` Bounds that no amount is within. */
export function fundingMethods(
  config: MintConfig,
  { master, clock, send }: { master: Uint8Array; clock: Clock; send?: typeof fetch | undefined },
): ReadonlyMap<string, Funding> {
  const methods = new Map<string, Funding>()
  const { test, fakeLightning: fake, card, voucher, transfer } = config.funding
  if (test?.enabled === true) {
    const { minAmount, maxAmount } = test
    if (minAmount > maxAmount)
      throw new TuppenceError('config-invalid', { details: { field: 'funding.test.minAmount' } })
    methods.set(testMethod, testFunding({ minAmount, maxAmount, units: config.units }))
  }
  if (fake?.enabled === true) {
    const lightning = fakeLightning({ secret: deriveSecret(master, 'fake-lightning'), clock, delayMs: fake.delayMs })
    const msatPer = Object.fromEntries(Object.entries(fake.msatPer).filter(([unit]) => config.units.includes(unit)))
    methods.set(lightningMethod, lightningFunding(lightning, { ...fake, msatPer }))
  }
  if (card?.enabled === true) {
    // The wallet tells test money from real money by whether the mint has test money.
    if (test?.enabled === true && isRealStripe(card))
      throw new TuppenceError('config-invalid', { details: { field: 'funding.test', reason: 'beside real cards' } })
    if (card.minAmount > card.maxAmount)
      throw new TuppenceError('config-invalid', { details: { field: 'funding.card.minAmount' } })
    methods.set(cardMethod, cardFunding(card, config.units, send))
  }
  if (voucher?.enabled === true) methods.set(voucherMethod, voucherFunding({ ...voucher, units: config.units }))
  if (transfer?.enabled === true) methods.set(transferMethod, transferFunding(transfer, config.units))
  return methods
}
