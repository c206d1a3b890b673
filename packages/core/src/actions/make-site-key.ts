/** Makes the reader's key for a till: derived from the seed in a vault, lent with the allowance in a frame. */
import {
  base64UrlDecode,
  didKey,
  publicJwk,
  signingKey,
  siteKeySeed,
  thumbprint,
  TuppenceError,
} from '@tuppence/protocol'
import type { Context, SiteKey } from '../context.ts'
import type { KeyOwner } from './site-keys.ts'

/** Before the site, in the name of an allowance that is a key and nothing else. */
export const guestPrefix = 'guest '

/** @throws {TuppenceError} `not-owned` in a frame that has no allowance for this site. */
export function makeSiteKey(context: Context, owner: KeyOwner): Promise<SiteKey> {
  return context.seed ? derivedKey(context.seed, owner) : lentKey(context, owner)
}

async function derivedKey(seed: () => Promise<Uint8Array>, { tillOrigin, realm }: KeyOwner): Promise<SiteKey> {
  const { privateKey, publicKey, x, keyId } = await signingKey(await siteKeySeed(await seed(), tillOrigin, realm))
  return { privateKey, publicX: x, keyId, source: didKey(publicKey) }
}

async function lentKey({ db }: Context, { tillOrigin, realm, site, guest }: KeyOwner): Promise<SiteKey> {
  const at = guest ? guestPrefix + site : site
  const rows = await db.transact(['allowances'], 'read', (tx) =>
    tx.list('allowances', { from: `${at} `, to: `${at}!` }),
  )
  const lent = rows.find(({ value }) => value.tillOrigin === tillOrigin && value.realm === realm)?.value
  if (!lent) throw new TuppenceError('not-owned')
  const keyId = await thumbprint(publicJwk(lent.publicX))
  return { privateKey: lent.key, publicX: lent.publicX, keyId, source: didKey(base64UrlDecode(lent.publicX)) }
}
