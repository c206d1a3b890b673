/** The reader's key for one till and realm, made while the price is looked at and kept for the click. On the pay path. */
import type { Context, SiteKey } from '../context.ts'

/** Whose key: by till and realm; a frame holds one for each page origin too. `guest`: the one that a frame made for itself. */
export type KeyOwner = {
  readonly tillOrigin: string
  readonly realm: string
  readonly site: string
  readonly guest?: boolean | undefined
}

/**
 * Gives the key for a till, the same object each time.
 *
 * @throws {TuppenceError} `not-owned` in a frame that has no allowance for this site.
 */
export function siteKey(context: Context, owner: KeyOwner): Promise<SiteKey> {
  const { siteKeys } = context
  const name = JSON.stringify([owner.tillOrigin, owner.realm, context.seed ? '' : [owner.site, owner.guest]])
  const known = siteKeys.get(name)
  if (known) return known
  const key = import('./make-site-key.ts').then(({ makeSiteKey }) => makeSiteKey(context, owner))
  siteKeys.set(name, key)
  // A failure is not kept: the seed may be unlocked, or an allowance arrive, later.
  key.catch(() => siteKeys.delete(name))
  return key
}
