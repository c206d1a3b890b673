// What the fuzzer begins with: a request of each route that a good client could send, with coins that are spent; fuzz.ts
// changes them.

import { canonicalJson, type Proof } from '@tuppence/protocol'
import { routes } from '../../routes.ts'
import { accountId } from '../account.ts'
import { activeKeyset, draft, topUp, type TestMint } from '../mint.ts'
import type { Input } from './mutate.ts'

/** What a seed is made of. */
export interface Material {
  readonly spent: readonly Proof[]
  /** A good coin that no request has: it is good in the end. */
  readonly good: Proof
  readonly seeds: readonly Input[]
}

const json = { 'content-type': 'application/json' }
const reference = 'ab'.repeat(32)

/** Tops up, spends, and writes a request for every route in the table. */
export async function materialOf(mint: TestMint): Promise<Material> {
  const keyset = await activeKeyset(mint)
  const [good, ...coins] = (await topUp(mint, [8, 1, 2, 4])) as [Proof, ...Proof[]]
  await mint.post('/v1/swap', { inputs: coins, outputs: draft(keyset, [1, 2, 4]).outputs })
  const { outputs } = draft(keyset, [1, 2])
  const deposit = { reference, account: accountId, unit: 'usd', offer: 'cd'.repeat(32), inputs: coins }
  const bodies: Readonly<Record<string, object>> = {
    swap: { inputs: coins, outputs },
    quote: { amount: 5, unit: 'usd', pubkey: good.C, description: 'x' },
    issue: { quote: 'nobody', outputs, signature: '00'.repeat(64) },
    checkQuotes: { quotes: ['nobody', 'none'] },
    issueBatch: { quotes: ['nobody', 'none'], quote_amounts: [1, 2], outputs, signatures: [null, null] },
    meltQuote: { request: 'test-money:out:5', unit: 'usd', amount: 5 },
    melt: { quote: 'nobody', inputs: coins, outputs, prefer_async: true },
    testPay: { quote: 'nobody' },
    checkState: { Ys: outputs.map(({ B_ }) => B_) },
    restore: { outputs },
    deposit,
    depositBatch: {
      account: accountId,
      deposits: [deposit, { ...deposit, reference: 'cd'.repeat(32), inputs: coins.slice(1) }],
    },
    refund: { reference, account: accountId, unit: 'usd', amount: 3, outputs },
    redeemVoucher: { unit: 'usd', pubkey: good.C, voucher: '0123456789ABCDEFGHJK' },
    report: {
      day: '2026-01-01',
      unit: 'usd',
      views: 3,
      unlocks: 1,
      tips: { count: 2, amount: 7, atMax: 1 },
      prices: [5],
    },
    destination: { method: 'bank-file', details: { name: 'Press', iban: 'DE02120300000000202051' } },
    webhook: { id: 'evt_1', type: 'checkout.session.completed', data: { object: { id: 'cs_1', amount_total: 5 } } },
    writeBlob: { version: 1, data: 'AA', expires: 2_000_000_000 },
  }
  const seeds = Object.entries(routes).map(([name, route]): Input => {
    const path = route.path
      .replace('{account}', accountId)
      .replace('{method}', 'test')
      .replace('{keyset}', keyset.id)
      .replace(/\{\w+\}/g, reference)
    const body = route.method === 'GET' ? undefined : canonicalJson((bodies[name] ?? {}) as never)
    const query = name === 'statement' ? '?month=2026-01&unit=usd&format=csv' : ''
    return {
      method: route.method,
      path: path + query,
      body,
      headers: body === undefined ? {} : json,
      signed: 'signed' in route,
    }
  })
  return { spent: coins, good, seeds }
}
