// What the mint says of itself (NUT-06), for wallets and tills; app.ts answers with it.

import { batchMax, bytesToHex, limits, type MintInfo } from '@tuppence/protocol'
import { noticeOf, takesMoney } from './closing/closing.ts'
import type { Deps } from './deps.ts'
import type { Funding } from './funding/port.ts'

/** Version that /v1/info and the CLI name. */
export const version = '0.1.0'

/** The answer of /v1/info. */
export function mintInfo(deps: Deps): MintInfo {
  const methods = methodsOf(deps, (funding) => funding.mintOptions)
  const payable = methodsOf(deps, (funding) => funding.meltOptions)
    .filter(({ method }) => canPayOut(deps, method))
    .map((each) => ({ ...each, min_amount: deps.funding.get(each.method)?.payout?.minAmount ?? each.min_amount }))
  const fundable = methods.filter(({ method }) => takesMoney(deps, method))
  const watchable = methods.map(({ method, unit }) => ({
    method,
    unit,
    commands: [`${method}_mint_quote`, ...(canPayOut(deps, method) ? [`${method}_melt_quote`] : []), 'proof_state'],
  }))
  const cached = [
    '/v1/swap',
    ...[...deps.funding.keys()].flatMap((method) => [`/v1/mint/${method}`, `/v1/mint/${method}/batch`]),
    ...new Set(payable.map(({ method }) => `/v1/melt/${method}`)),
  ]
  const { name, description } = deps.config
  const closing = deps.closing.current()
  return {
    name,
    pubkey: bytesToHex(deps.identity),
    version: `Tuppence/${version}`,
    ...(description === undefined ? {} : { description }),
    ...(closing === undefined ? {} : { motd: noticeOf(closing, name) }),
    urls: [deps.url],
    time: Math.floor(deps.clock.nowMs() / 1000),
    // Wallets send lists as long as this: no longer than what is answered soon, even where more would be taken.
    max_array_length: Math.min(deps.config.limits.inputsMax, deps.config.limits.outputsMax, limits.inputsMax),
    nuts: {
      4: { methods: fundable, disabled: fundable.length === 0 },
      5: { methods: payable, disabled: payable.length === 0 },
      7: { supported: true },
      8: { supported: payable.length > 0 },
      9: { supported: true },
      10: { supported: true },
      11: { supported: true },
      12: { supported: true },
      14: { supported: true },
      17: { supported: watchable },
      // The answer is a row of the ledger, not a cache: it stays as long as the keyset does.
      19: { ttl: null, cached_endpoints: cached.map((path) => ({ method: 'POST', path })) },
      20: { supported: true },
      29: { max_batch_size: batchMax, methods: [...deps.funding.keys()] },
    },
    tuppence: {
      keys: [...deps.receipts.publicKeys],
      deposit: `${deps.url}/v1/deposit`,
      receiptKeys: `${deps.url}/v1/receipt-keys`,
      ...(closing === undefined
        ? {}
        : { closing: { until: Math.floor(closing.untilMs / 1000), outstanding: deps.closing.outstanding() } }),
    } as MintInfo['tuppence'] & object,
  }
}

function methodsOf({ funding }: Deps, optionsOf: (funding: Funding) => Funding['mintOptions']) {
  return [...funding.values()].flatMap((each) => {
    const options = optionsOf(each)
    return each.units.map((unit) => ({
      method: each.method,
      unit,
      method_name: each.name,
      min_amount: each.minAmount,
      max_amount: each.maxAmount,
      ...(options === undefined ? {} : { options }),
    }))
  })
}

function canPayOut({ funding }: Deps, method: string): boolean {
  return funding.get(method)?.payout !== undefined
}
