/** What it costs to spend coins (NUT-02): pure; whatever counts coins calls it. */

/** As much of a coin as its fee depends on. */
export type Priced = { readonly amount: number; readonly feePpk?: number | undefined }

/** What a mint takes for spending these coins together, in minor units: thousandths a coin, rounded up once. */
export function feeOf(coins: Iterable<Pick<Priced, 'feePpk'>>): number {
  let ppk = 0
  for (const { feePpk = 0 } of coins) ppk += feePpk
  return Math.ceil(ppk / 1_000)
}

/** What a coin brings in thousandths, after its fee. */
export const thousandths = ({ amount, feePpk = 0 }: Priced) => 1_000 * amount - feePpk

/** What coins are worth when all that cost less than they bring are spent together, minor units. */
export function netWorth(coins: readonly Priced[]): number {
  const sum = coins.map(thousandths).reduce((total, worth) => total + Math.max(0, worth), 0)
  return Math.floor(sum / 1_000)
}
