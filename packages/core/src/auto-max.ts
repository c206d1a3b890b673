/** What the reader's rules say of one site: pure, and apart from `rules`, which every wallet loads at once. */
import type { Rules } from './rules.ts'

/** The most that one item may cost at a page origin to be paid by itself. 0: nothing is. */
export function autoMaxAt({ autoMax, offSites, sites }: Rules, site: string): number {
  return offSites.includes(site) ? 0 : ((Object.hasOwn(sites, site) ? sites[site]?.autoMax : undefined) ?? autoMax)
}
