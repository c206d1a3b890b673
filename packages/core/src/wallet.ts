/** Wires ports, actions and state into a wallet; called by the widget, agents and tests. */
import type { Wallet, WalletDeps } from './api.ts'

/**
 * Makes a wallet over a storage.
 *
 * @param deps - With `seed` a vault; without one a wallet that lives on an allowance.
 */
export function createWallet(deps: WalletDeps): Wallet {
  throw new Error(`not built yet: ${deps.mints.length}`)
}
