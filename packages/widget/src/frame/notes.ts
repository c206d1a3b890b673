// Why a price is shown again, in words. Part of what the frame loads later.
import type { LaterTexts } from '../locale/index.ts'
import type { Note } from './view.ts'

/** What to say beside a price that is shown again. */
export function noteText(texts: LaterTexts | undefined, note: Note, amount: string): string | undefined {
  switch (note) {
    case 'price-changed':
      return texts?.priceChanged(amount)
    case 'declined':
      return texts?.declined
    case 'popup-blocked':
      return texts?.popupBlocked
    case 'none-free':
      return texts?.noneFree(amount)
    case 'day-spent':
      return texts?.daySpent
    case 'stopped':
      return texts?.notPaid
    case 'too-little':
      return undefined
  }
}
