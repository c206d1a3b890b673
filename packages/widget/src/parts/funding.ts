// Which way of adding money the mint offers: test money exists only where a mint was started for it.
import type { Wallet } from '@tuppence/core'
import { useEffect, useState } from 'preact/hooks'

/** `asked`: the mint did not answer, so a press finds out and says why. */
export type Funding = 'asking' | 'asked' | 'test' | 'none'

/** Asks the wallet's mint once, while the screen is there and money may be added. */
export function useFunding(wallet: Wallet, unit: string, wanted: 'wanted' | 'unwanted' = 'wanted'): Funding {
  const [funding, setFunding] = useState<Funding>('asking')
  useEffect(() => {
    if (wanted === 'unwanted') return
    wallet.fundingMethods().then(
      (methods) =>
        setFunding(methods.some((known) => known.method === 'test' && known.unit === unit) ? 'test' : 'none'),
      () => setFunding('asked'),
    )
  }, [wallet, unit, wanted])
  return funding
}

/** Whether a press may add money: not before the mint has been asked, and not where it takes none. */
export function mayAdd(funding: Funding): boolean {
  return funding === 'test' || funding === 'asked'
}
