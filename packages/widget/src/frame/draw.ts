// Draws the frame's one screen and draws it again when something that it shows has changed. Entry of everything on screen.
import { atom, type ReadableAtom } from 'nanostores'
import { render, type VNode } from 'preact'
import { $laterTexts, $words } from './state.ts'

import type * as laterModule from './later.tsx'

/** What is loaded while the reader looks at the price. */
export type Later = typeof laterModule

export const $later = atom<Later | undefined>(undefined)

/** Whether that could not be had. */
export const $lost = atom(false)

/** Everything but the price, the press and the payment, on its way as soon as the frame is. */
export const later: Promise<Later> = import('./later.tsx').then((module) => {
  $later.set(module)
  return module
})
later.catch(() => $lost.set(true))

let stops: (() => void)[] = []

/**
 * Shows a screen from now on.
 *
 * @param screen - Made anew whenever one of the stores, or the language, changes.
 */
export function show(screen: () => VNode, ...stores: ReadableAtom<unknown>[]): void {
  for (const stop of stops) stop()
  const again = () => render(screen(), document.body)
  stops = [$words, $laterTexts, $later, $lost, ...stores].map((store) => store.listen(again))
  again()
}
