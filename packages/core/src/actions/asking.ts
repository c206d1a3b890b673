/** Gestures that are not simply paying: a free article, what a pass or cap covers, a personal price, and nobody pressing. */
import { askHeader, formatStanding, TuppenceError, verifyReceipt } from '@tuppence/protocol'
import type { Look, Offer, Outcome, UnlockOptions } from '../api.ts'
import type { Context } from '../context.ts'
import type { TillAnswer } from '../ports.ts'
import type { Covered, Priced } from '../reader-port.ts'
import { autoMaxAt } from '../auto-max.ts'
import type { Purchase } from '../tables.ts'
import { askTill } from './ask-till.ts'
import { makeGuest } from './guest.ts'
import { newId } from './ids.ts'
import { challengesOf, checkTarget, offerFrom, priced, sitesOf } from './look.ts'
import { pay } from './pay.ts'
import { pinnedMint } from './pinned.ts'
import { namesOffer, readReceipt } from './settle.ts'
import { siteKey, type KeyOwner } from './site-keys.ts'
import { rulesOf } from './spending.ts'
import { forget, keyHolder, learn } from './standing.ts'

/**
 * Does what a gesture asks for, or what the rules do by themselves. What is paid is never more than was shown.
 *
 * @throws {TuppenceError} As `pay`; `till-unavailable` and the like with nothing paid.
 */
export async function unlock(context: Context, look: Priced | Covered, options: UnlockOptions = {}): Promise<Outcome> {
  const { offer } = look
  if (options.auto && !(await isAutomatic(context, offer)))
    return { status: 'over-budget', by: 'rule', max: 0, unit: offer.unit }
  if (look.status === 'covered') return openCovered(context, offer, options)
  // What was given back is not bought again by itself.
  if (options.auto && (await wasGivenBack(context, offer)))
    return { status: 'over-budget', by: 'rule', max: 0, unit: offer.unit }
  if (options.grant || (options.auto && look.free)) {
    const granted = await takeFree(context, offer, options)
    if (options.grant || granted.status !== 'declined') return granted
  }
  const asked = look.personal === undefined ? look : await personal(context, look, options.signal)
  if (asked.status === 'free') return { status: 'opened', contentType: asked.contentType, body: asked.body }
  const shown = look.personal ?? offer.amount
  if (asked.status !== 'priced' || asked.offer.amount > shown || asked.offer.unit !== offer.unit)
    return { status: 'declined', reason: 'challenge-changed' }
  // Who confirmed what was shown has confirmed less.
  const approved = options.approved === shown ? { approved: asked.offer.amount } : {}
  const outcome = await pay(context, asked.offer, { ...options, ...approved })
  const isDoubtful = outcome.status === 'insufficient' || outcome.status === 'declined'
  return isDoubtful ? reconsidered(context, look, { ...options, outcome }) : outcome
}

/**
 * A till takes no more than a key owes it. Where the wallet did not know that something is covered (another device paid,
 * or a storage is new), it is opened now; where it costs less, the next look says so.
 */
async function reconsidered(
  context: Context,
  look: Priced,
  { outcome, onContent, signal }: UnlockOptions & { readonly outcome: Outcome },
): Promise<Outcome> {
  const isRefused = outcome.status === 'declined'
  if (!look.offer.terms || (isRefused && outcome.reason !== 'invalid-challenge')) return outcome
  const asked = await personal(context, look, signal)
  if (asked.status !== 'free') return isRefused ? { status: 'declined', reason: 'challenge-changed' } : outcome
  const { contentType, body } = asked
  onContent?.({ contentType, body })
  return { status: 'opened', contentType, body }
}

/** Whether the rules pay anything here at all: only then is a till asked without a gesture. */
async function isAutomatic(context: Context, { site, kind, unit }: Offer): Promise<boolean> {
  const rules = await rulesOf(context)
  return kind === 'article' && rules.unit === unit && rules.perDay > 0 && autoMaxAt(rules, site) > 0
}

async function wasGivenBack({ db }: Context, { url }: Offer): Promise<boolean> {
  const ended = await db.transact(['history'], 'read', (tx) => tx.list('history'))
  return ended.some(({ value }) => value.kind === 'refund' && value.url === url && value.end === 'done')
}

/**
 * Asks for the price by the reader's key. What turns out to be this reader's already comes as `free`.
 *
 * @throws {TuppenceError} As `look`.
 */
export async function personal(context: Context, look: Look, signal?: AbortSignal): Promise<Look> {
  if (look.status !== 'priced') return look
  const { offer } = look
  const owner = await keyHolder(context, offer)
  if (!owner) return look
  const answer = await askTill(context, owner, { url: offer.url, signal })
  if (answer.status === 'content') {
    await own(context, { offer, owner, answer })
    return { status: 'free', contentType: answer.contentType, body: answer.body }
  }
  const target = checkTarget(context, offer)
  const { keyId } = await siteKey(context, owner)
  const challenges = challengesOf(answer).filter(({ opaque }) => (opaque?.['reader'] ?? keyId) === keyId)
  if (challenges.length === 0) throw new TuppenceError('challenge-missing')
  const asked = await offerFrom(context, challenges, target)
  const { cap } = offer.terms ?? {}
  if (cap) {
    const { until: _, ...rest } = offer.standing ?? {}
    // A price below the list's says exactly what is left to the cap; the list's, that there is as much.
    const spent = cap.amount - asked.amount
    const known = asked.amount < offer.amount ? spent : Math.min(spent, offer.standing?.spent ?? 0)
    await learn(context, offer, formatStanding({ ...rest, spent: Math.max(0, known) }))
  }
  const { personal: __, ...mine } = (await priced(context, asked)) as Priced
  return mine
}

/** Asks for a free article. A frame that was lent no key makes one for itself. */
async function takeFree(context: Context, offer: Offer, { onContent, signal }: UnlockOptions): Promise<Outcome> {
  const owner = (await keyHolder(context, offer)) ?? (await makeGuest(context, offer))
  const { publicX } = await siteKey(context, owner)
  // A till that is new to the reader can't know the key.
  const headers = { [askHeader]: `grant;key="${publicX}"` }
  const answer = await askTill(context, owner, { url: offer.url, headers, signal })
  return opened(context, { offer, owner, answer, onContent })
}

/** Opens what is covered. Where the till sees it otherwise, what it said before is forgotten. */
async function openCovered(context: Context, offer: Offer, { onContent, signal }: UnlockOptions): Promise<Outcome> {
  const owner = await keyHolder(context, offer)
  if (!owner) throw new TuppenceError('not-owned')
  const answer = await askTill(context, owner, { url: offer.url, signal })
  if (answer.status === 'challenge') await forget(context, offer)
  return opened(context, { offer, owner, answer, onContent })
}

type Answered = { readonly offer: Offer; readonly owner: KeyOwner; readonly answer: TillAnswer }

async function opened(
  context: Context,
  { onContent, ...asked }: Answered & Pick<UnlockOptions, 'onContent'>,
): Promise<Outcome> {
  const { answer } = asked
  if (answer.status === 'unknown') throw new TuppenceError(answer.code)
  if (answer.status !== 'content') return { status: 'declined', reason: answer.reason }
  const { contentType, body, receipt } = answer
  onContent?.({ contentType, body, ...(receipt && { receipt }) })
  const { standing, purchase } = await own(context, asked as Answered & { answer: Content })
  return {
    status: standing.via === 'grant' ? 'granted' : 'opened',
    contentType,
    body,
    standing,
    receipt: purchase.receipt,
  }
}

type Content = Extract<TillAnswer, { readonly status: 'content' }>

/** What a till opens for this key, it opens again: kept as a purchase that cost nothing here, unless there is one. */
async function own(context: Context, { offer, owner, answer }: Answered & { readonly answer: Content }) {
  const { url, tillOrigin, realm, title, unit, challenge } = offer
  const standing = await learn(context, offer, answer.standing ?? '')
  const { via = 'grant' } = standing
  const found: Purchase = {
    url,
    tillOrigin,
    realm,
    unit,
    sites: sitesOf(challenge),
    atMs: context.clock.nowMs(),
    paymentId: newId(context),
    via,
    ...(title !== undefined && { title }),
    ...(owner.guest && { guest: true }),
    ...(await proven(context, { offer, answer })),
  }
  const purchase = await context.db.transact(['purchases'], 'write', async (tx) => {
    const there = await tx.get('purchases', url)
    if (!there) await tx.put('purchases', url, found)
    return there ?? found
  })
  await context.changed(purchase)
  return { standing, purchase }
}

/** The receipt that came along, where it is the mint's word for this very offer: it was paid, on another device or before a restore. */
async function proven(
  context: Context,
  { offer, answer }: Pick<Answered, 'offer'> & { readonly answer: Content },
): Promise<Pick<Purchase, 'amount' | 'receipt' | 'receiptVerified'>> {
  const receipt = readReceipt(answer.receipt)
  const { receipt: signed, salt } = receipt ?? {}
  const none = { amount: 0, receiptVerified: false }
  if (!receipt || !signed || salt === undefined || signed.unit !== offer.unit) return none
  const pinned = await pinnedMint(context, signed.mint)
  const isOurs = (await namesOffer(signed.offer, salt, offer.url)) && pinned !== undefined
  if (!isOurs || !(await verifyReceipt(signed, pinned.receiptKeys))) return none
  return { amount: signed.amount, receipt, receiptVerified: true }
}
