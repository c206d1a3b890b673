// Looks and pays in one gesture, for what has its price from the reader. The tip jar uses it.
import type { Offer } from '@tuppence/core'
import { TuppenceError } from '@tuppence/protocol'
import { inLine, pay, payAside, type Way } from './sale.ts'
import type { Sale, State } from './view.ts'

/**
 * Buys.
 *
 * @param shown - What the reader pressed: an offer of anything else is not paid.
 */
export function buy(
  { state }: Sale,
  way: Way,
  shown: { readonly amount: number; readonly unit: string },
): Promise<void> {
  return inLine(state, async () => {
    const looking = lookFor(state, shown)
    if (way !== 'pay') return payAside(state, way, looking)
    state.$view.set({ status: 'paying' })
    return pay(state, await looking)
  })
}

async function lookFor(state: State, shown: { readonly amount: number; readonly unit: string }): Promise<Offer> {
  const looked = (state.looked = await state.deps.look(state.abort.signal))
  if (looked.status !== 'priced') throw new TuppenceError('challenge-missing')
  const { amount, unit } = looked.offer
  if (amount !== shown.amount || unit !== shown.unit) throw new TuppenceError('challenge-changed')
  return looked.offer
}
