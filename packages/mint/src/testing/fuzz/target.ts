// The mint that is fuzzed: a real one with its ledger in a file, asked in this process.

import { startTestMint } from '../mint.ts'
import type { Target } from './fuzz.ts'
import { materialOf } from './seeds.ts'

/** Opens one. */
export async function openTarget(): Promise<{ target: Target; close: () => Promise<void> }> {
  const mint = await startTestMint({
    limits: { depositsPerMinute: 0, requestsPerMinute: 0, quotesPerMinute: 0, blobsPerMinute: 0 },
    curveThreads: 0,
    funding: { test: { enabled: true }, fakeLightning: { enabled: true }, voucher: { enabled: true } },
    payout: {
      bankFile: { enabled: true, units: ['usd'], debtor: { name: 'Operator', iban: 'DE89370400440532013000' } },
    },
  })
  const { seeds, spent, good } = await materialOf(mint)
  const { app, ledger } = mint.served
  const target: Target = {
    seeds,
    fetch: (request) => app.fetch(request),
    takeLog: () => mint.log.splice(0),
    sequence: async () => (await ledger.position()).sequence,
    // Opening a quote is an operation, but moves nothing.
    money: async () => ({ ...(await ledger.totals()), operations: 0 }),
    secrets: [...spent, good].flatMap(({ secret, C }) => [secret, C]),
    key: { seed: new Uint8Array(32).fill(7), keyId: mint.accountKey.keyId },
    nowMs: () => Date.now(),
  }
  target.takeLog()
  return { target, close: mint.close }
}
