/** Reads the payment request (NUT-18) in a challenge of somebody else's till; loaded by look when it meets one. */
import { chargeAmount, decodePaymentRequest, TuppenceError, type ChargeRequest } from '@tuppence/protocol'

/**
 * The mints whose coins a challenge takes, without trailing slashes. `undefined`: any.
 *
 * @throws {TuppenceError} `bad-payment-request`; `malformed-challenge` when it asks for another sum or unit than the
 *   challenge, or for locked coins.
 */
export function requestedMints(request: ChargeRequest): string[] | undefined {
  const amount = chargeAmount(request)
  const asked = decodePaymentRequest(request.methodDetails.paymentRequest)
  const agrees = (asked.amount ?? amount) === amount && (asked.unit ?? request.currency) === request.currency
  if (!agrees || asked.lock) throw new TuppenceError('malformed-challenge')
  return asked.mints?.map((mint) => mint.replace(/\/+$/, ''))
}
