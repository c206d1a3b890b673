// The kinds of things that people decide on, in the order in which the operator's first page shows them: a line for each.

import { cardDesk } from './cards.ts'
import type { Desk } from './desk.ts'
import { freezeDesk } from './freezes.ts'
import { payoutDesk } from './payouts.ts'
import { transferDesk } from './transfers.ts'

/** All of them. */
export const desks: readonly Desk[] = [freezeDesk, payoutDesk, transferDesk, cardDesk]
