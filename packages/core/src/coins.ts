/** Choosing, counting and planning coins: pure, powers of two; the actions call it inside their transactions. */
import type { Coin } from '@tuppence/protocol'

/** A coin in the wallet. Whether it is spendable, reserved or lent follows from the open payments that name it. */
export type HeldCoin = Coin & {
  readonly mint: string
  readonly unit: string
  /** Lent for this site's exact origin; absent in a vault. */
  readonly site?: string
}
