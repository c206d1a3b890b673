/** Claims: a short-lived code by which one page, elsewhere, shows an article once that the reader owns. */
import { claimScheme, periodOf, randomId, siteHeader, TuppenceError } from '@tuppence/protocol'
import type { ClaimAnswer } from '@tuppence/protocol'
import type { Journal, Reader } from './journal/port.ts'
import { sha256Hex } from './native.ts'
import type { ArticleOffer } from './offers.ts'

const lifetimeMs = 60_000
const codeBytes = 16

/** What claims work with. */
export type ClaimDeps = Readonly<{
  journal: Pick<Journal, 'state' | 'claim' | 'redeem' | 'entitlement'>
  nowMs: () => number
  random: (bytes: number) => Uint8Array
}>

/**
 * Makes a code for an article that the reader owns; an older one for it is void.
 *
 * @param wanted.site - Exact origin of the page; one of the offer's sites.
 * @throws {TuppenceError} `claim-refused` (details.reason: `site`, `not-owned`).
 */
export async function makeClaim(
  deps: ClaimDeps,
  wanted: Readonly<{ offer: ArticleOffer; reader: Reader; site: string }>,
): Promise<ClaimAnswer> {
  const { journal, nowMs, random } = deps
  const { offer, reader, site } = wanted
  const { thumbprint } = reader
  if (!offer.sites.includes(site)) throw refused('site')
  const question = { thumbprint, offerId: offer.id, nowMs: nowMs(), day: periodOf(nowMs(), 'day') }
  if (!(await journal.state(question)).owned) throw refused('not-owned')
  const code = randomId(random(codeBytes))
  const expiresAtMs = nowMs() + lifetimeMs
  await journal.claim({ hash: sha256Hex(code), thumbprint, offerId: offer.id, site, expiresAtMs })
  return { claim: { code, expires: Math.floor(expiresAtMs / 1_000) } }
}

/** The code of a request, where its `Authorization` is a claim. */
export function claimIn(headers: Headers): string | undefined {
  const [scheme = '', code, ...rest] = (headers.get('authorization') ?? '').trim().split(/ +/)
  if (scheme.toLowerCase() !== claimScheme.toLowerCase()) return undefined
  return code !== undefined && rest.length === 0 ? code : ''
}

/**
 * Uses a code up. Whoever sends it first has used it, also where it is then refused.
 *
 * @returns The thumbprint of the reader who owns the article.
 * @throws {TuppenceError} `claim-refused`
 */
export async function redeemClaim(
  { journal, nowMs }: ClaimDeps,
  request: Readonly<{ offer: ArticleOffer; code: string; headers: Headers }>,
): Promise<string> {
  const { offer, code, headers } = request
  const claim = await journal.redeem(sha256Hex(code))
  const isGood =
    claim !== undefined &&
    claim.offerId === offer.id &&
    claim.expiresAtMs > nowMs() &&
    claim.site === headers.get(siteHeader) &&
    offer.sites.includes(claim.site)
  if (!isGood || !(await journal.entitlement(claim.thumbprint, offer.id))) throw refused('code')
  return claim.thumbprint
}

// Errors

function refused(reason: 'site' | 'not-owned' | 'code'): TuppenceError {
  return new TuppenceError('claim-refused', { details: { reason } })
}
