/** What the reader lets the wallet pay by itself: pure; pay asks it inside the transaction that reserves coins. */

/**
 * The reader's rules, in minor units of `unit`; other units are never paid unasked. All zero: nothing is paid by itself.
 *
 * - `autoMax`: most that one item may cost; `sites` has other figures for some page origins.
 * - `perDay`, `perSiteDay`: most in a UTC day, in all and at one page origin. Only what was paid by itself counts.
 * - `offSites`: page origins where nothing is paid by itself.
 */
export type Rules = {
  readonly unit: string
  readonly autoMax: number
  readonly perDay: number
  readonly perSiteDay: number
  readonly offSites: readonly string[]
  readonly sites: Readonly<Record<string, { readonly autoMax: number }>>
}

/** Nothing by itself. */
export const noRules: Rules = { unit: 'usd', autoMax: 0, perDay: 0, perSiteDay: 0, offSites: [], sites: {} }

/** The most that one item may cost at a page origin to be paid by itself. 0: nothing is. */
export function autoMaxAt({ autoMax, offSites, sites }: Rules, site: string): number {
  return offSites.includes(site) ? 0 : ((Object.hasOwn(sites, site) ? sites[site]?.autoMax : undefined) ?? autoMax)
}
