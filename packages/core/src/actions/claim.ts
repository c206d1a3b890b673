/** The trip of a page that keeps windows apart: a code made at the wallet's own page, with which a frame fetches once. */
import {
  claimAnswerSchema,
  claimScheme,
  parseJsonAs,
  siteHeader,
  TuppenceError,
  type ErrorCode,
} from '@tuppence/protocol'
import type { Claim, Content, LookInput, RedeemInput } from '../api.ts'
import type { Context } from '../context.ts'
import type { TillAnswer } from '../ports.ts'
import { askTill } from './ask-till.ts'
import { checkTarget, mayShow, purchaseOf } from './look.ts'

/**
 * Asks the till for a code, by the key that owns what is at the URL.
 *
 * @throws {TuppenceError} `not-owned`; `site-refused`: the till did not name this page; `claim-refused`; `till-unavailable` ...
 */
export async function claim(context: Context, input: LookInput): Promise<Claim> {
  const { url, site } = checkTarget(context, input)
  const purchase = await purchaseOf(context, url.href)
  if (!purchase) throw new TuppenceError('not-owned')
  if (!mayShow(url.origin, purchase.sites, site)) throw new TuppenceError('site-refused')
  const body = JSON.stringify({ claim: { site } })
  const answer = await askTill(context, { ...purchase, site }, { url: url.href, body, signal: input.signal })
  return parseJsonAs(claimAnswerSchema, contentOf(answer).body, 'till-response-invalid').claim
}

/**
 * Fetches what a code is for. Not signed: the frame that asks has no key.
 *
 * @throws {TuppenceError} `claim-refused`; `till-unavailable` ...
 */
export async function redeem(context: Context, input: RedeemInput): Promise<Content> {
  const { url, site } = checkTarget(context, input)
  const { code, signal } = input
  if (!/^[\w-]{1,64}$/.test(code)) throw new TuppenceError('claim-refused')
  const headers = { authorization: `${claimScheme} ${code}`, [siteHeader]: site }
  const answer = await context.till({ method: 'GET', url: url.href, headers, signal })
  const { contentType, body, receipt } = contentOf(answer)
  return { contentType, body, ...(receipt && { receipt }) }
}

function contentOf(answer: TillAnswer): Extract<TillAnswer, { readonly status: 'content' }> {
  if (answer.status === 'content') return answer
  if (answer.status === 'unknown') throw new TuppenceError(answer.code)
  const known: readonly ErrorCode[] = ['not-owned', 'site-refused', 'offer-unknown']
  const { reason } = answer
  throw new TuppenceError(known.find((code) => code === reason) ?? 'claim-refused', { details: { reason } })
}
