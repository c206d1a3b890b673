// Payment requests (NUT-18 `creqA`, NUT-26 `creqB`): a till asks with them, wallets read them; NUT-24 carries them in a header.


/** A way to hand over the coins. `type` is `nostr`, `post` or later ones; `target` a nprofile or URL. */
export type Transport = { type: string; target: string; tags?: string[][] }

/** The lock that the payee asks for (NUT-10 kind, data and tags). */
export type RequestedLock = { kind: string; data: string; tags?: string[][] }

/** A payment request. `amount` is in minor units of `unit`; no `transports` means in-band. */
export type PaymentRequest = {
  id?: string
  amount?: number
  unit?: string
  singleUse?: boolean
  mints?: string[]
  description?: string
  transports?: Transport[]
  lock?: RequestedLock
}

/**
 * Writes a payment request.
 *
 * @returns `creqA...`, base64url without padding.
 * @throws {TuppenceError} `bad-payment-request` when an amount has no unit or a field cannot be written.
 * @see NUT-18 "Encoded Request"
 */
export function encodePaymentRequest(request: PaymentRequest): string {
  throw new Error('not built yet')
}

/**
 * Reads a payment request, `creqA` or `creqB`.
 *
 * @throws {TuppenceError} `bad-payment-request`.
 * @see NUT-18, NUT-26
 */
export function decodePaymentRequest(text: string): PaymentRequest {
  throw new Error('not built yet')
}
