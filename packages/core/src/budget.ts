/** What may be spent unasked: pure, and for now one rule, the cap on a single item; pay asks it. */

/** Most that one gesture pays without a second confirmation, in minor units. */
export const itemMaxDefault = 2_000

/** What a gesture may spend. `approved`: the amount that a person confirmed for this very item. */
export type Budget = { readonly itemMax: number; readonly approved?: number | undefined }

/** Says whether an amount may be paid. An approval counts for exactly the amount that was shown. */
export function isWithin({ itemMax, approved }: Budget, amount: number): boolean {
  return amount <= itemMax || amount === approved
}
