// The elements as an npm package: importing this does nothing by itself (`@tuppence/embed/define` registers).
import { TuppenceBalance } from './balance.ts'
import { settings } from './element.ts'
import { TuppenceTip } from './tip.ts'
import { TuppenceUnlock } from './unlock.ts'

export { TuppenceBalance, TuppenceTip, TuppenceUnlock }
export type { CancelDetail, ElementErrorCode, ElementState, ErrorDetail, StateDetail, SuccessDetail } from './events.ts'

declare global {
  interface HTMLElementTagNameMap {
    'tuppence-unlock': TuppenceUnlock
    'tuppence-tip': TuppenceTip
    'tuppence-balance': TuppenceBalance
  }
}

/**
 * Registers the elements; a second call only moves the wallet. Does nothing where there is no DOM.
 *
 * @param wallet - The wallet's origin, `https://wallet.example`; anything after the origin is dropped.
 */
export function defineElements(wallet: string): void {
  if (!globalThis.customElements) return
  settings.wallet = new URL(wallet).origin
  // Back from a trip to the wallet. Nothing that runs after this finds the code in the address, nor does a reload.
  const claim = new URLSearchParams(location.hash.slice(1))
  if (claim.has('tuppence-claim')) {
    settings.claim = claim
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  for (const [name, element] of Object.entries({
    'tuppence-unlock': TuppenceUnlock,
    'tuppence-tip': TuppenceTip,
    'tuppence-balance': TuppenceBalance,
  })) {
    if (!customElements.get(name)) customElements.define(name, element)
  }
}
