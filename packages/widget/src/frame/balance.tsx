// The frame as a balance pill, for the reader's eyes: the page can't read it. main loads it when the element asks for it.
import type { Wallet } from '@tuppence/core'
import { Mark } from '../parts/parts.tsx'
import { later, show } from './draw.ts'
import { Screen } from './parts.tsx'
import { $laterTexts, price } from './state.ts'

/** Draws the pill; nothing the element says changes it. */
export function startBalance(opening: Promise<Wallet>, site: string): () => void {
  const drawing = Promise.all([opening, later]).then(([wallet, { WalletLink }]) => {
    // Of money that was set aside in a window that was cut off, only the mint knows whose it is.
    if (wallet.mode === 'allowance') void wallet.recover().catch(() => {})
    return show(() => {
      const [unit, balance] = Object.entries(wallet.$balance.get())[0] ?? []
      return (
        <Screen state="balance" shape="strip">
          <WalletLink wallet={wallet} site={site}>
            <span class="pill">
              <Mark />
              {balance && unit ? price(balance.spendable, unit) : $laterTexts.get()?.wallet}
            </span>
          </WalletLink>
        </Screen>
      )
    }, wallet.$balance)
  })
  // Without storage there is no balance to show.
  drawing.catch(() => {})
  return () => {}
}
