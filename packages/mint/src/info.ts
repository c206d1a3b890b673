// What the mint says of itself (NUT-06), for wallets and tills; app.ts answers with it.

import { bytesToHex, type MintInfo } from '@tuppence/protocol'
import type { Deps } from './deps.ts'

/** Version that /v1/info and the CLI name. */
export const version = '0.1.0'

/** The answer of /v1/info. */
export function mintInfo(deps: Deps): MintInfo {
  const methods = [...deps.funding.values()].flatMap((funding) =>
    funding.units.map((unit) => ({
      method: funding.method,
      unit,
      method_name: funding.name,
      min_amount: funding.minAmount,
      max_amount: funding.maxAmount,
    })),
  )
  const payable = methods.filter(({ method }) => deps.funding.get(method)?.payout !== undefined)
  const cached = [
    '/v1/swap',
    ...[...deps.funding.keys()].map((method) => `/v1/mint/${method}`),
    ...new Set(payable.map(({ method }) => `/v1/melt/${method}`)),
  ]
  const { name, description } = deps.config
  return {
    name,
    pubkey: bytesToHex(deps.identity),
    version: `Tuppence/${version}`,
    ...(description === undefined ? {} : { description }),
    urls: [deps.url],
    time: Math.floor(deps.clock.nowMs() / 1000),
    nuts: {
      4: { methods, disabled: methods.length === 0 },
      5: { methods: payable, disabled: payable.length === 0 },
      7: { supported: true },
      8: { supported: payable.length > 0 },
      9: { supported: true },
      10: { supported: true },
      11: { supported: true },
      12: { supported: true },
      14: { supported: true },
      // The answer is a row of the ledger, not a cache: it stays as long as the keyset does.
      19: { ttl: null, cached_endpoints: cached.map((path) => ({ method: 'POST', path })) },
      20: { supported: true },
    },
    tuppence: {
      keys: [...deps.receipts.publicKeys],
      deposit: `${deps.url}/v1/deposit`,
      receiptKeys: `${deps.url}/v1/receipt-keys`,
    } as MintInfo['tuppence'] & object,
  }
}
