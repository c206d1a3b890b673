// A Lightning node without a network: its invoices are real text and are paid by nobody after a moment; for tests, and for
// other people's test suites. It pays every invoice, unless the invoice's description says otherwise.

import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '../../ports.ts'
import { readInvoice, writeInvoice } from './bolt11.ts'
import type { Lightning, LightningPayment, LightningResult } from './port.ts'

/** What a description may ask for, as other mints' test backends have it: JSON with these names. */
interface Script {
  readonly pay_invoice_state?: string
  readonly check_payment_state?: string
  readonly pay_err?: boolean
  readonly check_err?: boolean
}

const feeMsat = 1000
const reserveShare = 0.02
const reserveLeastMsat = 2000

/**
 * Makes the node.
 *
 * @param secret - 32 bytes that its key and preimages follow from.
 * @param delayMs - How long its invoices wait to be paid, and its payments take.
 */
export function fakeLightning({
  secret,
  clock,
  delayMs,
}: {
  secret: Uint8Array
  clock: Clock
  delayMs: number
}): Lightning {
  const derive = (purpose: string) => createHmac('sha256', secret).update(purpose).digest()
  const nodeKey = derive('node key')
  const madeAtMs = new Map<string, number>()
  const payments = new Map<string, LightningResult>()
  let count = 0
  return {
    invoice: async ({ msat, description, expirySeconds }) => {
      const nowMs = clock.nowMs()
      const preimage = derive(`preimage ${nowMs} ${count++}`)
      const paymentHash = createHash('sha256').update(preimage).digest()
      madeAtMs.set(paymentHash.toString('hex'), nowMs)
      const timestamp = Math.floor(nowMs / 1000)
      const paymentSecret = derive(`payment secret ${paymentHash.toString('hex')}`)
      return writeInvoice({ msat, description, expirySeconds, timestamp, paymentHash, paymentSecret, nodeKey })
    },
    received: async (text) => {
      const { msat = 0, paymentHash, timestamp } = readInvoice(text)
      const made = madeAtMs.get(paymentHash) ?? timestamp * 1000
      return clock.nowMs() - made < delayMs ? undefined : { msat }
    },
    feeReserve: async ({ msat }) => ({ msat: Math.max(reserveLeastMsat, Math.ceil(msat * reserveShare)) }),
    pay: async (payment) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      const script = scriptOf(payment)
      const result = finish(payment, { state: script.pay_invoice_state, isError: script.pay_err === true }, derive)
      payments.set(payment.label, result)
      return result
    },
    outcome: async (payment) => {
      const script = scriptOf(payment)
      if (script.check_payment_state !== undefined || script.check_err === true) {
        const found = finish(payment, { state: script.check_payment_state, isError: script.check_err === true }, derive)
        return found.status === 'paid' ? { ...found, feeMsat: 0 } : found
      }
      // What it does not remember it has not paid: there is nobody who could have been.
      return payments.get(payment.label) ?? { status: 'failed' }
    },
  }
}

function scriptOf({ invoice }: LightningPayment): Script {
  try {
    const script: unknown = JSON.parse(readInvoice(invoice).description ?? '')
    return typeof script === 'object' && script !== null ? script : {}
  } catch {
    return {}
  }
}

function finish(
  { invoice, feeMaxMsat }: LightningPayment,
  { state = 'Paid', isError }: { state: string | undefined; isError: boolean },
  derive: (purpose: string) => Buffer,
): LightningResult {
  if (isError) throw new Error('the test node was told to fail')
  const name = state.toLowerCase()
  if (name === 'paid') {
    const preimage = derive(`paid ${readInvoice(invoice).paymentHash}`).toString('hex')
    return { status: 'paid', feeMsat: Math.min(feeMsat, feeMaxMsat), preimage }
  }
  return { status: name === 'failed' || name === 'unpaid' ? 'failed' : 'unknown' }
}
