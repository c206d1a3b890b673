/** A key that a frame makes for itself, before it was lent anything: for a free article, with no popup and nothing loaded. */
import { assert } from '@tuppence/protocol'
import type { Context } from '../context.ts'
import type { Stander } from '../reader-port.ts'
import type { HeldAllowance } from '../tables.ts'
import { guestPrefix } from './make-site-key.ts'
import type { KeyOwner } from './site-keys.ts'

/**
 * Makes it, once for each page origin, till and realm. It is random, belongs to no seed and can't be exported: what it opens
 * opens in this frame alone.
 */
export async function makeGuest(context: Context, { tillOrigin, realm, site }: Stander): Promise<KeyOwner> {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  assert('privateKey' in pair, 'Ed25519 makes pairs')
  const { x = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const held: HeldAllowance = {
    id: 'guest',
    site,
    tillOrigin,
    realm,
    key: pair.privateKey,
    publicX: x,
    refundOutputs: [],
  }
  const name = `${guestPrefix}${site} ${tillOrigin} ${realm}`
  await context.db.transact(['allowances'], 'write', async (tx) => {
    // Another frame of the page may have been first.
    if (!(await tx.get('allowances', name))) await tx.put('allowances', name, held)
  })
  return { tillOrigin, realm, site, guest: true }
}
