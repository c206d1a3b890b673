/** Opens what is owned by a signed GET: no payment, no account, no cookie. On the pay path. */
import { TuppenceError } from '@tuppence/protocol'
import type { Purchase } from '../tables.ts'
import type { LookInput, Outcome } from '../api.ts'
import type { Context } from '../context.ts'
import { askTill } from './ask-till.ts'
import { checkTarget, mayShow, purchaseOf } from './look.ts'

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
  const answer = await askTill(context, { ...purchase, site }, { url: purchase.url, signal: input.signal })
  if (answer.status === 'unknown') throw new TuppenceError(answer.code)
  if (answer.status !== 'content') {
    if (answer.status === 'challenge') await letGo(context, purchase)
    return { status: 'declined', reason: answer.reason }
  }
  const { contentType, body } = answer
  const { learnt } = await import('./settle.ts')
  const standing = await learnt(context, { ...purchase, site }, answer.standing)
  return { status: 'opened', contentType, body, receipt: purchase.receipt, standing }
}

/** What the till no longer opens, and nobody paid for, has a price again. What was paid for stays ours: no second debit (W7). */
async function letGo(context: Context, { url, via }: Purchase): Promise<void> {
  if (!via || via === 'paid') return
  await context.db.transact(['purchases'], 'write', (tx) => tx.delete('purchases', url))
  await context.changed('all')
}
