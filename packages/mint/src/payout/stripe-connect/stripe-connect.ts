// Pays publishers by transfers to their accounts at Stripe (Connect): pay.ts sends through it, adapters.ts makes it.

import { Stripe } from 'stripe'
import { decimalAmount, TuppenceError } from '@tuppence/protocol'
import type { DestinationRow, PayoutRow } from '../../office/tables/payout.ts'
import type { Described, PayoutAdapter, Sent } from '../port.ts'

/** How long Stripe remembers an idempotency key: 24 hours at least, less one for clocks and for what is on its way. */
const keyGoodMs = 23 * 3_600_000
/** How far back a destination's transfers are looked at for such that these books do not have. */
const lookBackMs = 100 * 86_400_000

/** What the adapter needs. */
export interface StripeConnectSetup {
  readonly stripe: Stripe
  readonly units: readonly string[]
  /** Which of these transfers' payouts the office has. */
  readonly known: (payouts: readonly string[]) => Promise<ReadonlySet<string>>
}

/** A client of Stripe that never tries again by itself: when to is for pay.ts to say. @param apiHost - Another place than Stripe's own. */
export function stripeClient(
  secretKey: string,
  { apiHost, timeoutMs }: { apiHost?: string | undefined; timeoutMs: number },
): Stripe {
  const at = apiHost === undefined ? undefined : new URL(apiHost)
  const elsewhere =
    at === undefined
      ? {}
      : {
          host: at.hostname,
          port: at.port === '' ? (at.protocol === 'http:' ? 80 : 443) : Number(at.port),
          protocol: at.protocol === 'http:' ? ('http' as const) : ('https' as const),
        }
  return new Stripe(secretKey, { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false, ...elsewhere })
}

/** Makes the adapter. */
export function stripeConnect(setup: StripeConnectSetup): PayoutAdapter {
  return {
    method: 'stripe-connect',
    units: setup.units,
    describe: (details) => describe(setup, details),
    send: (payout, destination, nowMs) => send(setup, payout, { account: accountOf(destination), nowMs }),
  }
}

async function describe({ stripe }: StripeConnectSetup, given: Readonly<Record<string, string>>): Promise<Described> {
  const { account = '', ...rest } = given
  if (!/^acct_\w{1,64}$/.test(account) || Object.keys(rest).length > 0)
    throw new TuppenceError('bad-request', { details: { field: 'account' } })
  try {
    const found = await stripe.accounts.retrieve(account)
    const [bank] = found.external_accounts?.data ?? []
    const fingerprint = bank?.fingerprint ?? account
    return {
      details: { account },
      fingerprint: `stripe:${fingerprint}`,
      label: `Stripe ${account.slice(0, 5)}…${account.slice(-4)}`,
    }
  } catch (error) {
    const isRefused = error instanceof Stripe.errors.StripeInvalidRequestError
    throw isRefused
      ? new TuppenceError('bad-request', { details: { field: 'account' } })
      : new TuppenceError('funding-failed')
  }
}

function accountOf({ details }: DestinationRow): string {
  return (JSON.parse(details) as { account: string }).account
}

interface To {
  readonly account: string
  readonly nowMs: number
}

/**
 * Looks first, then sends. A transfer carries the payout's id as its group, so that it is found whatever became of the answer, and
 * the idempotency key makes a second one impossible while Stripe remembers it; after that nothing is sent any more.
 */
async function send(setup: StripeConnectSetup, payout: PayoutRow, to: To): Promise<Sent> {
  const found = await find(setup, payout, to)
  if (found !== undefined) return found
  const strange = await stranger(setup, to)
  if (strange !== undefined) return strange
  if (to.nowMs - (payout.first_sent_at_ms ?? to.nowMs) > keyGoodMs) {
    const reason =
      'Stripe has no transfer with this id, but it was sent too long ago to send it again safely: look at Stripe, and say here whether it was paid.'
    return { status: 'unknown', reason, needsPerson: true }
  }
  try {
    const transfer = await setup.stripe.transfers.create(
      {
        amount: payout.net,
        currency: payout.unit,
        destination: to.account,
        transfer_group: payout.id,
        metadata: { payout: payout.id },
      },
      // The id alone: with other content Stripe calls the same key an error, and pays nobody.
      { idempotencyKey: payout.id },
    )
    return judge(transfer, payout, to)
  } catch (error) {
    return refused(setup, { error, payout, to })
  }
}

/** What an error says. Only Stripe's own refusal is one, and only if Stripe does not have the transfer all the same. */
async function refused(
  setup: StripeConnectSetup,
  { error, payout, to }: { error: unknown; payout: PayoutRow; to: To },
): Promise<Sent> {
  const isRefusal =
    error instanceof Stripe.errors.StripeInvalidRequestError && [400, 402, 404].includes(error.statusCode ?? 0)
  if (!isRefusal) {
    const kind = error instanceof Stripe.errors.StripeError ? error.type : 'no answer'
    return { status: 'unknown', reason: `Stripe did not say what became of it (${kind}). It is asked again.` }
  }
  const found = await find(setup, payout, to)
  const said = `Stripe refused: ${error.code ?? error.type}`
  if (found === undefined) return { status: 'failed', reason: `${said}.` }
  return {
    status: 'unknown',
    reason: `${said}, but it also lists a transfer for this payout: look at Stripe, and say here which is so.`,
    needsPerson: true,
  }
}

/** Looks for the payout's transfer. @returns undefined where there is none. */
async function find({ stripe }: StripeConnectSetup, payout: PayoutRow, to: To): Promise<Sent | undefined> {
  const { data } = await stripe.transfers.list({ transfer_group: payout.id, limit: 10 })
  const [transfer] = data
  if (transfer === undefined) return undefined
  if (data.length === 1) return judge(transfer, payout, to)
  return { status: 'unknown', reason: `Stripe has ${data.length} transfers for this payout.`, needsPerson: true }
}

function judge(transfer: Stripe.Transfer, payout: PayoutRow, { account }: To): Sent {
  const to = typeof transfer.destination === 'string' ? transfer.destination : transfer.destination?.id
  const isSame = transfer.amount === payout.net && transfer.currency === payout.unit && to === account
  if (isSame && transfer.amount_reversed === 0) return { status: 'paid', external: transfer.id }
  const is = `${decimalAmount(transfer.amount, transfer.currency)} ${transfer.currency.toUpperCase()}`
  const what = isSame ? 'was taken back' : `is ${is} to ${to?.slice(-4) ?? 'nobody'}, which is not this payout`
  return { status: 'unknown', reason: `Stripe's transfer ${transfer.id} ${what}: look at Stripe.`, needsPerson: true }
}

/** A transfer to the same place that says it is a payout, and that these books do not have: they were set back. */
async function stranger({ stripe, known }: StripeConnectSetup, { account, nowMs }: To): Promise<Sent | undefined> {
  const gte = Math.floor((nowMs - lookBackMs) / 1000)
  const { data } = await stripe.transfers.list({ destination: account, created: { gte }, limit: 100 })
  const groups = data.flatMap(({ metadata }) => (metadata['payout'] === undefined ? [] : [metadata['payout']]))
  if (groups.length === 0) return undefined
  const own = await known(groups)
  const strange = data.find(({ metadata }) => metadata['payout'] !== undefined && !own.has(metadata['payout']))
  if (strange === undefined) return undefined
  const of = `${decimalAmount(strange.amount, strange.currency)} ${strange.currency.toUpperCase()}`
  const on = new Date(strange.created * 1000).toISOString().slice(0, 10)
  const reason = `Stripe has a transfer of ${of} to this publisher on ${on} (${strange.id}) that these books do not have: an older backup may have been restored.`
  return { status: 'unknown', reason, needsPerson: true }
}
