// How much a click may do, in one place: what is paid unasked, what is set aside, what is offered as a top-up. Minor units.

/** Above this the popup asks again: a page can lie under a frame, not under a window. Less where nothing says who covers it. */
export const confirmAbove = { seen: 100, unseen: 50 } as const

/** What a site gets set aside the first time, if the reader has it; more when the price is more. */
export const allowanceDefault = 100

/** Top-ups that make sense: below $5 a card's fee eats too much of it. */
export const topUpAmounts = [500, 1000, 2000] as const
export const topUpDefault = 1000

/** What a tip jar shows when the page names nothing. */
export const tipPresets = [25, 100, 500] as const

/** Until a button has been seen this long it does nothing: time enough to see what one is about to press. */
export const armingMs = 500

/** How much of that time nothing may have covered it. Less, because browsers say so a tenth of a second late. */
export const clearMs = 300

/** A frame smaller than this, in CSS pixels, can't show what it sells. */
export const frameSizeMin = { width: 160, height: 44 } as const

/** How much to set aside for a site: the default, at least the price, at most the balance. */
export function allowanceFor(price: number, balance: number): number {
  return Math.max(price, Math.min(allowanceDefault, balance))
}

/** The smallest top-up that covers what is missing, the default where that does. */
export function topUpFor(missing: number): number {
  if (missing <= topUpDefault) return topUpDefault
  return topUpAmounts.find((amount) => amount >= missing) ?? Math.ceil(missing / 100) * 100
}
