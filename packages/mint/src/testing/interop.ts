// @cashu/cashu-ts as the wallet of tests: tops up by bolt11, and adds up coins; only interop tests import it.

import { randomBytes } from 'node:crypto'
import { Amount, Wallet, type Proof } from '@cashu/cashu-ts'
import { fakeLightning } from '../funding/lightning/fake.ts'
import { readInvoice } from '../funding/lightning/bolt11.ts'
import { startTestMint, type TestMint } from './mint.ts'

/** How long invoices wait to be paid in tests: enough to be seen unpaid. */
export const delayMs = 60

/** A mint as other people's wallets like it: `sat` by `bolt11`, a fee, and other units beside. */
export function startLightningMint(more: Parameters<typeof startTestMint>[0] = {}): Promise<TestMint> {
  const { funding, ...rest } = { funding: {}, ...(more as { funding?: object }) }
  return startTestMint({
    units: ['sat', 'usd', 'eur', 'krw'],
    inputFeePpk: 100,
    funding: {
      test: { enabled: true },
      fakeLightning: { enabled: true, delayMs, msatPer: { sat: 1000, usd: 12_000, eur: 13_000, krw: 9 } },
      ...funding,
    },
    ...rest,
  })
}

/** A wallet of a unit, with the mint's keys loaded. */
export async function walletOf(mint: TestMint, unit = 'sat', seed = randomBytes(64)): Promise<Wallet> {
  const wallet = new Wallet(mint.url, { unit, bip39seed: Uint8Array.from(seed) })
  await wallet.loadMint()
  return wallet
}

/** What coins are worth. */
export function worth(proofs: readonly Pick<Proof, 'amount'>[]): number {
  return proofs.reduce((sum, { amount }) => sum + Amount.from(amount).toNumber(), 0)
}

/** Tops up by Lightning. */
export async function topUpSats(wallet: Wallet, amount: number): Promise<Proof[]> {
  const quote = await wallet.createMintQuoteBolt11(amount)
  await untilPaid(wallet, quote.quote)
  return wallet.mintProofsBolt11(amount, quote.quote)
}

/** Waits for an invoice to be paid, by asking. */
export async function untilPaid(wallet: Wallet, quote: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (String((await wallet.checkMintQuoteBolt11(quote)).state) !== 'UNPAID') return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the invoice was not paid')
}

/** An invoice of somebody else's node. */
export async function invoiceOf(msat: number, description: string | object = ''): Promise<string> {
  const node = fakeLightning({
    secret: Uint8Array.from(randomBytes(32)),
    clock: { nowMs: () => Date.now() },
    delayMs: 0,
  })
  const text = typeof description === 'string' ? description : JSON.stringify(description)
  const invoice = await node.invoice({ msat, description: text, expirySeconds: 600 })
  if (readInvoice(invoice).msat !== msat) throw new Error('the invoice is for another amount')
  return invoice
}
