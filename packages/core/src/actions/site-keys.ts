/** The reader's key for one till and realm: derived from the seed in a vault, lent with the allowance in a frame. */
import { base64UrlDecode, didKey, publicJwk, signingKey, siteKeySeed, thumbprint, TuppenceError } from '@tuppence/protocol'
import type { Context, SiteKey } from '../context.ts'

/** Whose key: by till and realm; a frame holds one for each page origin too. */
export type KeyOwner = { readonly tillOrigin: string; readonly realm: string; readonly site: string }

/**
 * Gives the key for a till, the same object each time.
 *
 * @throws {TuppenceError} `not-owned` in a frame that has no allowance for this site.
 */
export function siteKey(context: Context, owner: KeyOwner): Promise<SiteKey> {
  const { siteKeys } = context
  const name = JSON.stringify([owner.tillOrigin, owner.realm, context.seed ? '' : owner.site])
  const known = siteKeys.get(name)
  if (known) return known
  const key = context.seed ? derivedKey(context.seed, owner) : lentKey(context, owner)
  siteKeys.set(name, key)
  // A failure is not kept: the seed may be unlocked, or an allowance arrive, later.
  key.catch(() => siteKeys.delete(name))
  return key
}

async function derivedKey(seed: () => Promise<Uint8Array>, { tillOrigin, realm }: KeyOwner): Promise<SiteKey> {
  const { privateKey, publicKey, x, keyId } = await signingKey(await siteKeySeed(await seed(), tillOrigin, realm))
  return { privateKey, publicX: x, keyId, source: didKey(publicKey) }
}

async function lentKey({ db }: Context, { tillOrigin, realm, site }: KeyOwner): Promise<SiteKey> {
  const rows = await db.transact(['allowances'], 'read', (tx) => tx.list('allowances', { from: `${site} `, to: `${site}!` }))
  const lent = rows.find(({ value }) => value.tillOrigin === tillOrigin && value.realm === realm)?.value
  if (!lent) throw new TuppenceError('not-owned')
  const keyId = await thumbprint(publicJwk(lent.publicX))
  return { privateKey: lent.key, publicX: lent.publicX, keyId, source: didKey(base64UrlDecode(lent.publicX)) }
}
