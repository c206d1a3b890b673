/** Asks a tip jar what an amount costs there; loaded when there is a jar. */
import { contentDigest, TuppenceError } from '@tuppence/protocol'
import type { Look, TipInput } from '../api.ts'
import type { Context } from '../context.ts'
import { challengesOf, checkTarget, offerFrom, priced } from './look.ts'
import { learnTime } from './till-time.ts'

/**
 * Asks a tip jar for the challenge of one amount.
 *
 * @throws {TuppenceError} As `look`; `amount-out-of-range` when the jar does not take it; `challenge-changed` when it asks
 *   for something else.
 */
export async function lookTip(context: Context, input: TipInput): Promise<Look> {
  const { url, site } = checkTarget(context, input)
  const body = JSON.stringify({ amount: input.amount })
  const answer = await context.till({ method: 'POST', url: url.href, body, signal: input.signal })
  learnTime(context, url.origin, answer)
  const offer = await offerFrom(context, challengesOf(answer), { url, site })
  const { digest } = offer.challenge
  const fits = offer.amount === input.amount && (input.unit ?? offer.unit) === offer.unit
  if (!fits || digest !== (await contentDigest(body))) throw new TuppenceError('challenge-changed')
  return priced(context, { ...offer, kind: 'tip', body })
}
