/** Opens what is owned by a signed GET: no payment, no account, no cookie. On the pay path. */
import { limits, signRequest, TuppenceError } from '@tuppence/protocol'
import type { LookInput, Outcome } from '../api.ts'
import type { Context } from '../context.ts'
import type { TillAnswer } from '../ports.ts'
import { siteKey } from './site-keys.ts'
import type { Purchase } from '../tables.ts'
import { checkTarget, mayShow, purchaseOf } from './look.ts'
import { learnTime, tillNowMs } from './till-time.ts'

/**
 * Opens what was bought at a URL, for a page that may show it.
 *
 * @returns `undefined` when nothing was bought there, or this page may not show it; `declined` when the till no longer
 *   knows of it.
 * @throws {TuppenceError} `url-refused`, `site-refused`, `till-unavailable` ...; no money is involved.
 */
export async function reopen(context: Context, input: LookInput): Promise<Outcome | undefined> {
  const { url, site } = checkTarget(context, input)
  const purchase = await purchaseOf(context, url.href)
  if (!purchase || !mayShow(url.origin, purchase.sites, site)) return undefined
  let answer = await ask(context, { purchase, site }, input.signal)
  // The first request to a till may go by a wrong clock; its answer tells the time, and no money rides on a second.
  if (answer.status !== 'content' && isStale(answer)) answer = await ask(context, { purchase, site }, input.signal)
  if (answer.status === 'unknown') throw new TuppenceError(answer.code)
  if (answer.status !== 'content') return { status: 'declined', reason: answer.reason }
  const { contentType, body } = answer
  return { status: 'opened', contentType, body, receipt: purchase.receipt }
}

async function ask(
  context: Context,
  { purchase, site }: { purchase: Purchase; site: string },
  signal?: AbortSignal,
): Promise<TillAnswer> {
  const { url, tillOrigin, realm } = purchase
  const { privateKey, keyId } = await siteKey(context, { tillOrigin, realm, site })
  const createdMs = tillNowMs(context, tillOrigin)
  const expiresMs = createdMs + limits.signatureWindowSeconds * 1_000
  const request = { method: 'GET' as const, url }
  const headers = await signRequest(request, { key: privateKey, keyId, createdMs, expiresMs })
  const answer = await context.till({ ...request, headers, signal })
  learnTime(context, tillOrigin, answer)
  return answer
}

function isStale(answer: TillAnswer): boolean {
  return 'reason' in answer && answer.reason === 'signature-stale'
}
