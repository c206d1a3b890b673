// Which ways of adding money the mint offers in a unit, and between which amounts; asked while a screen needs to know.
import type { Wallet } from '@tuppence/core'
import type { FundingMethod } from '@tuppence/protocol'
import { useEffect, useState } from 'preact/hooks'

/** Ways that the wallet has a screen for. Test money exists only where a mint was started for it; nothing is real there. */
export const knownWays = ['card', 'voucher', 'test'] as const
export type Ways = Readonly<Partial<Record<(typeof knownWays)[number], FundingMethod>>>

/** `unreachable`: the mint did not answer. */
export type Funding = 'asking' | 'unreachable' | Ways

/** Asks the wallet's mint while the screen is there and money may be added; once more when the line is back, or by `again`. */
export function useFunding(
  wallet: Wallet,
  unit: string,
  wanted: 'wanted' | 'unwanted' = 'wanted',
): { readonly funding: Funding; readonly again: () => void } {
  const [funding, setFunding] = useState<Funding>('asking')
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (wanted === 'unwanted') return
    setFunding('asking')
    wallet.fundingMethods().then(
      (methods) => setFunding(waysIn(methods, unit)),
      () => setFunding('unreachable'),
    )
  }, [wallet, unit, wanted, turn])
  const again = () => setTurn(turn + 1)
  useEffect(() => {
    if (funding !== 'unreachable') return
    addEventListener('online', again)
    return () => removeEventListener('online', again)
  }, [funding, turn])
  return { funding, again }
}

function waysIn(methods: readonly FundingMethod[], unit: string): Ways {
  const known = methods.filter(({ method, unit: of }) => of === unit && knownWays.some((way) => way === method))
  return Object.fromEntries(known.map((way) => [way.method, way]))
}

/** Between which amounts some way takes them, minor units. Where none takes amounts, there is nothing between. */
export function boundsOf(funding: Funding): { readonly least: number; readonly most: number } {
  const ways = typeof funding === 'string' ? [] : [funding.card, funding.test].filter((way) => way !== undefined)
  return {
    least: Math.min(...ways.map(({ min_amount: least = 0 }) => least), Infinity),
    most: Math.max(...ways.map(({ max_amount: most = Infinity }) => most), 0),
  }
}

/** Whether a way takes this amount, minor units. */
export function takes(way: FundingMethod | undefined, amount: number): boolean {
  return way !== undefined && amount >= (way.min_amount ?? 0) && amount <= (way.max_amount ?? Infinity)
}
