/** Asks again for the challenge of an offer that ran out while the reader was reading; loaded by pay when that is so. */
import type { Offer } from '../api.ts'
import type { Context } from '../context.ts'
import { lookTip } from './look-tip.ts'
import { look } from './look.ts'

/** The offer with a fresh challenge. `undefined`: it is no longer what was shown, and what was shown is what is paid (W8). */
export async function freshOffer(context: Context, offer: Offer, signal?: AbortSignal): Promise<Offer | undefined> {
  const { url, site, amount, unit, realm, body } = offer
  const personal = offer.challenge.opaque?.['reader'] !== undefined
  const input = { url, site, signal, personal }
  const again = body === undefined ? await look(context, input) : await lookTip(context, { ...input, amount, unit })
  if (again.status !== 'priced') return undefined
  const { offer: now } = again
  return now.amount === amount && now.unit === unit && now.realm === realm ? now : undefined
}
