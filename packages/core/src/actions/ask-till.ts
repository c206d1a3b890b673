/** Asks a till by the reader's key; called by whatever is not paying: opening what is owned, free articles, refunds, claims. */
import { limits, signRequest } from '@tuppence/protocol'
import type { Context } from '../context.ts'
import type { TillAnswer, TillRequest } from '../ports.ts'
import { siteKey, type KeyOwner } from './site-keys.ts'
import { learnTime, tillNowMs } from './till-time.ts'

/** What to ask, without a signature. A request with a body is a POST. */
export type Question = Pick<TillRequest, 'url' | 'headers' | 'body' | 'signal'>

/**
 * Signs and asks; once more where the till found our clock wrong, since its answer told the time and no money rides on it.
 *
 * @throws {TuppenceError} `not-owned` in a frame that has no key for this till.
 */
export async function askTill(context: Context, owner: KeyOwner, question: Question): Promise<TillAnswer> {
  const answer = await ask(context, owner, question)
  return 'reason' in answer && answer.reason === 'signature-stale' ? ask(context, owner, question) : answer
}

async function ask(
  context: Context,
  owner: KeyOwner,
  { url, headers = {}, body, signal }: Question,
): Promise<TillAnswer> {
  const { privateKey, keyId } = await siteKey(context, owner)
  const createdMs = tillNowMs(context, owner.tillOrigin)
  const expiresMs = createdMs + limits.signatureWindowSeconds * 1_000
  const method = body === undefined ? ('GET' as const) : ('POST' as const)
  const request = { method, url, headers, ...(body !== undefined && { body }) }
  const signature = await signRequest(request, { key: privateKey, keyId, createdMs, expiresMs })
  const answer = await context.till({ ...request, headers: { ...headers, ...signature }, signal })
  learnTime(context, owner.tillOrigin, answer)
  return answer
}
