/** Sends a journaled payment to its till; called by pay for a gesture, by recover again. On the pay path. */
import { limits, signRequest, TuppenceError } from '@tuppence/protocol'
import type { Outcome, UnlockOptions } from '../api.ts'
import type { Context } from '../context.ts'
import type { TillPayment } from '../payment.ts'
import type { TillRequest } from '../ports.ts'
import { joined } from './join.ts'
import { learnTime, tillNowMs } from './till-time.ts'
import { siteKey } from './site-keys.ts'

/** What comes after the answer is no business of the click's; `warm` has it loaded by then. */
const settling = () => import('./settle.ts')

/** Loads what will be needed after the answer, while the reader is still reading the price. */
export function warm({ reader }: Context): void {
  void Promise.all([settling(), reader?.()]).catch(() => {})
}

/**
 * Sends the credential, once. A second call while the first is on its way joins it.
 *
 * @returns `paid`; `declined` when the till said no (the mint is then asked whether the coins are still good).
 * @throws {TuppenceError} `after-recover`: the outcome is unknown and the payment stays open.
 */
export function sendToTill(
  context: Context,
  payment: TillPayment,
  onContent?: UnlockOptions['onContent'],
): Promise<Outcome> {
  return joined(context, payment.id, () => send(context, payment, onContent))
}

async function send(context: Context, payment: TillPayment, onContent: UnlockOptions['onContent']): Promise<Outcome> {
  const createdMs = tillNowMs(context, payment.offer.tillOrigin)
  const answer = await context.till(await tillRequest(context, payment, createdMs))
  learnTime(context, payment.offer.tillOrigin, answer)
  if (answer.status === 'unknown') throw new TuppenceError(answer.code, { details: { paymentId: payment.id } })
  if (answer.status === 'content') {
    const { contentType, body, receipt } = answer
    onContent?.({ contentType, body, ...(receipt && { receipt }) })
  }
  const { settle } = await settling()
  return settle(context, payment, { ...answer, createdMs })
}

/** The journaled bytes with a fresh signature around them: it lives for a minute, a payment may have to wait longer. */
async function tillRequest(context: Context, payment: TillPayment, createdMs: number): Promise<TillRequest> {
  const { offer, authorization, body, kind, id } = payment
  const { privateKey, keyId } = await siteKey(context, offer)
  const method = kind === 'tip' ? ('POST' as const) : ('GET' as const)
  const headers = { authorization, ...(kind === 'tip' && { 'idempotency-key': id }) }
  const request = { method, url: offer.url, headers, ...(body !== undefined && { body }) }
  const expiresMs = createdMs + limits.signatureWindowSeconds * 1_000
  const signature = await signRequest(request, { key: privateKey, keyId, createdMs, expiresMs })
  return { ...request, headers: { ...headers, ...signature } }
}
