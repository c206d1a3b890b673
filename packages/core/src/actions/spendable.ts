/** Which coins may be spent: those that no open payment holds; pay asks inside its transaction, look outside. */
import { heldSecrets } from '../held-secrets.ts'
import type { HeldCoin } from '../coins.ts'
import type { Context } from '../context.ts'
import type { Row, Tx } from '../tables.ts'

/** Whose coins: of a unit; in a frame, those lent for the page's origin. */
export type Purse = { readonly unit: string; readonly site?: string | undefined }

/** Coins that are free, as of a transaction over `coins` and `payments`. */
export async function spendableIn(tx: Tx, purse: Purse): Promise<HeldCoin[]> {
  return freeOf(...(await Promise.all([tx.list('coins'), tx.list('payments')])), purse)
}

/** Of these coins, those of the purse that none of these payments holds. A vault's coins are of no site. */
export function freeOf(
  coins: readonly Row<'coins'>[],
  payments: readonly Row<'payments'>[],
  { unit, site }: Purse,
): HeldCoin[] {
  const held = heldSecrets(payments.map(({ value }) => value))
  return coins
    .map(({ value }) => value)
    .filter((coin) => coin.unit === unit && coin.site === site && !held.has(coin.secret))
}

/** Coins that are free now. In a vault `site` is left out of account. */
export function spendable({ db, seed }: Context, { unit, site }: Purse): Promise<HeldCoin[]> {
  return db.transact(['coins', 'payments'], 'read', (tx) => spendableIn(tx, purseOf(seed, { unit, site })))
}

/** The purse that pays: in allowance mode the site's own. */
export function purseOf(seed: unknown, { unit, site }: Purse): Purse {
  return seed ? { unit } : { unit, site }
}
