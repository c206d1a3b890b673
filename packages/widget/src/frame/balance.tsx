// The frame as a balance pill, for the reader's eyes: the page can't read it. main loads it when the element asks for it.
import type { Wallet } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { render } from 'preact'
import { Mark } from '../parts/parts.tsx'
import { Screen } from './parts.tsx'
import { $texts, price } from './state.ts'

/** Draws the pill; nothing the element says changes it. */
export function startBalance(opening: Promise<Wallet>): () => void {
  void opening.then((wallet) => render(<Pill wallet={wallet} />, document.body))
  return () => {}
}

function Pill({ wallet }: { wallet: Wallet }) {
  const texts = useStore($texts)
  const [unit, balance] = Object.entries(useStore(wallet.$balance))[0] ?? []
  return (
    <Screen state="balance" strip>
      <a class="pill" href="/" target="_blank" rel="noopener">
        <Mark />
        {balance && unit ? price(balance.spendable, unit) : texts.wallet}
      </a>
    </Screen>
  )
}
