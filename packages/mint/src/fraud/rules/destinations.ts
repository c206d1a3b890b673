// Destinations: several accounts that one pocket is behind; assess.ts asks.

import type { PayoutFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

/** @see Rule */
export const destinations: Rule<PayoutFacts, 'destinations'> = {
  name: 'destinations',
  says: 'Another account is paid to the same destination.',
  check: ({ sameDestination }, { accountsMax }) =>
    sameDestination + 1 <= accountsMax
      ? undefined
      : {
          action: 'review',
          reason: `${sameDestination + 1} accounts are paid to this destination; up to ${accountsMax} is expected.`,
          figures: { accounts: sameDestination + 1, accountsMax },
        },
}
