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
