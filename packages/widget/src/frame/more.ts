// Loads what goes beyond a price when it is first needed: free articles, passes, rules, giving back.
import type { Offer } from '@tuppence/core'
import type { FunctionComponent } from 'preact'
import type { LaterTexts } from '../locale/index.ts'
import type { Aside, Delivered, Perk, SaleProps, State, View } from './view.ts'

/** What screens of it are given. */
export type PerkProps = SaleProps & { readonly texts: LaterTexts }

/** All of it: perk-screens.tsx. */
export type Perks = {
  readonly showPerk: Aside['showPerk']
  readonly openPass: (sale: State, offer: Offer) => Promise<void>
  readonly PerkScreen: FunctionComponent<PerkProps & { readonly perk: Perk; readonly Usual: Usual }>
  readonly More: FunctionComponent<PerkProps & { readonly view: Delivered }>
  readonly Actions: FunctionComponent<PerkProps & { readonly view: Delivered }>
}

/** Screens that a pass' sale has in common with an article's. */
export type Usual = FunctionComponent<PerkProps & { readonly view: View }>

/** There once it was needed. */
export let perks: Perks | undefined

/** Loads it. A file that could not be had is asked for again the next time. */
export async function loadPerks(): Promise<Perks> {
  return (perks ??= await import('./perk-screens.tsx'))
}

/** @see Aside */
export const showPerk: Aside['showPerk'] = async (...asked) => (await loadPerks()).showPerk(...asked)
