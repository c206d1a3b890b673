// The table of the fraud rules; assess.ts asks them in this order, the docs and the operator's page list them.

import type { PayoutFacts, PayoutRuleName, TopUpFacts, TopUpRuleName } from './facts.ts'
import type { Rule } from './rule.ts'
import { amounts } from './rules/amounts.ts'
import { audience } from './rules/audience.ts'
import { cardTesting } from './rules/card-testing.ts'
import { circularity } from './rules/circularity.ts'
import { destinations } from './rules/destinations.ts'
import { freshMoney } from './rules/fresh-money.ts'
import { payoutSize } from './rules/payout-size.ts'
import { refunds } from './rules/refunds.ts'
import { reports } from './rules/reports.ts'
import { together } from './rules/together.ts'
import { young } from './rules/young.ts'
import { velocity } from './rules/velocity.ts'

/** Rules about money in. */
export const topUpRules: { readonly [N in TopUpRuleName]: Rule<TopUpFacts, N> } = {
  'card-testing': cardTesting,
  velocity,
}

/** Rules about money out. */
export const payoutRules: { readonly [N in PayoutRuleName]: Rule<PayoutFacts, N> } = {
  circularity,
  'payout-size': payoutSize,
  'fresh-money': freshMoney,
  amounts,
  audience,
  refunds,
  young,
  destinations,
  reports,
  together,
}
