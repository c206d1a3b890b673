// The ways to pay publishers that a configuration names; mint.ts puts them together with those it is given.

import { readFileSync } from 'node:fs'
import { TuppenceError } from '@tuppence/protocol'
import type { MintConfig } from '../config.ts'
import type { Office } from '../office/office.ts'
import type { PayoutMethod } from '../office/tables/payout.ts'
import { bankFile } from './bank-file/bank-file.ts'
import type { PayoutAdapter } from './port.ts'
import { stripeClient, stripeConnect } from './stripe-connect/stripe-connect.ts'

/** By name. @throws {TuppenceError} `config-invalid` No key, or none that can be read. */
export function payoutAdapters(
  { payout, url }: Pick<MintConfig, 'payout' | 'url'>,
  office: Office,
): ReadonlyMap<PayoutMethod, PayoutAdapter> {
  const adapters = new Map<PayoutMethod, PayoutAdapter>()
  const { stripeConnect: stripe, bankFile: bank } = payout
  if (stripe?.enabled === true) {
    const { units, apiHost, timeoutMs } = stripe
    const client = stripeClient(stripe.secretKey ?? keyOf(stripe.secretKeyFile), { apiHost, timeoutMs })
    adapters.set('stripe-connect', stripeConnect({ stripe: client, units, known: (ids) => knownPayouts(office, ids) }))
  }
  if (bank?.enabled === true) adapters.set('bank-file', bankFile(bank, { office, name: url ?? 'tuppence' }))
  return adapters
}

async function knownPayouts({ db }: Office, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('payouts').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

function keyOf(file: string | undefined): string {
  const field = 'payout.stripeConnect.secretKeyFile'
  if (file === undefined) throw new TuppenceError('config-invalid', { details: { field } })
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new TuppenceError('config-invalid', { cause, details: { field } })
  }
}
