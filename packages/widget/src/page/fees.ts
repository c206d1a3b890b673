// What a card's fee makes of a top-up: why the amounts start at five dollars. Minor units throughout.

/** What is usual where cards are taken: so much each time, and so many thousandths of the amount. */
export const cardFee = { fixed: 30, permille: 29 } as const

/** The fee on a top-up, rounded up. */
export function feeOn(amount: number): number {
  return cardFee.fixed + Math.ceil((amount * cardFee.permille) / 1000)
}

/** The fee's share in thousandths, rounded. */
export function feePermille(amount: number): number {
  return Math.round((1000 * cardFee.fixed + cardFee.permille * amount) / amount)
}
