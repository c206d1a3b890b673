/** What a reader has besides paying; `@tuppence/core/reader`, given to `createWallet` and loaded by it when first needed. */
import { personal, unlock } from './actions/asking.ts'
import { recoverRefund } from './actions/refund.ts'
import { settleReport } from './actions/settle-report.ts'
import { charge, lendRules } from './actions/spending.ts'
import { learn } from './actions/standing.ts'
import { withTerms } from './actions/terms.ts'
import { recoverVoucher } from './actions/voucher.ts'
import { recoverWithdrawal } from './actions/withdraw.ts'
import type { Context } from './context.ts'
import type { Reader, RecoveredByReader } from './reader-port.ts'

export { claim, redeem } from './actions/claim.ts'
export { refund } from './actions/refund.ts'
export { setRules } from './actions/spending.ts'
export { withdraw, withdrawMethods } from './actions/withdraw.ts'

/**
 * For `createWallet` alone.
 *
 * @example createWallet({ db, seed, mints, reader: () => import('@tuppence/core/reader') })
 */
export function reader(context: Context): Reader {
  return {
    withTerms: (look, terms) => withTerms(context, look, terms),
    personal: (look, signal) => personal(context, look, signal),
    unlock: (look, options) => unlock(context, look, options),
    learn: (stander, text) => learn(context, stander, text),
    charge: (tx, offer, options) => charge(context, tx, { offer, options }),
    lendRules: (tx, site) => lendRules(context, tx, site),
    recover: (payment) => recover(context, payment),
    settleReport: (report) => settleReport(context, report),
  }
}

function recover(context: Context, payment: RecoveredByReader): Promise<unknown> {
  switch (payment.kind) {
    case 'refund':
      return recoverRefund(context, payment)
    case 'withdraw':
      return recoverWithdrawal(context, payment)
    case 'top-up':
      return recoverVoucher(context, payment)
  }
}
