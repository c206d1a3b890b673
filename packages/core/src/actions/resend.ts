/** Sends a payment that was cut off again, which is no gesture; loaded by look and recover when there is one. */
import { isTuppenceError } from '@tuppence/protocol'
import type { Outcome } from '../api.ts'
import type { Context } from '../context.ts'
import type { TillPayment } from '../payment.ts'
import { sendToTill } from './till-payment.ts'

/**
 * The same bytes again; and once more where the till found our clock wrong, since its answer told the time.
 *
 * @throws {TuppenceError} As `sendToTill`.
 */
export async function resend(context: Context, payment: TillPayment): Promise<Outcome> {
  try {
    return await sendToTill(context, payment)
  } catch (error) {
    if (!isTuppenceError(error, 'signature-stale')) throw error
    return sendToTill(context, payment)
  }
}
