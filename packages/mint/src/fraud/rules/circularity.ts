// Circularity: who is paid has put the money in; assess.ts asks.

import type { PayoutFacts } from '../facts.ts'
import { money, type Rule } from '../rule.ts'

/** @see Rule */
export const circularity: Rule<PayoutFacts, 'circularity'> = {
  name: 'circularity',
  says: 'The account is paid to an instrument that has topped up: blocked.',
  check: ({ unit, topUpsByDestination: { count, amount } }) =>
    count === 0
      ? undefined
      : {
          action: 'block',
          reason: `The payout's destination has topped up ${count} times (${money(amount, unit)}) itself.`,
          figures: { count, amount },
        },
}
