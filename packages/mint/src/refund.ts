// A publisher gives coins back: its account is debited, the reader's outputs are signed, in one transaction; handlers.ts calls it.

import { TuppenceError, type Refund, type Refunded } from '@tuppence/protocol'
import { canonicalOutputs, requestHash } from './canonical.ts'
import { once, perform, type Deps } from './deps.ts'
import { checkOutputs, signatureOf, signOutputs } from './issue.ts'

/**
 * Refunds what a deposit credited, or part of it, once.
 *
 * @returns The answer's bytes as text; the same for the same request, whenever it comes.
 * @throws {TuppenceError} `deposit-unknown`, `refund-conflict`, `refund-too-large`, `account-short`, `unbalanced`,
 *   `units-differ`, and what is wrong with outputs; nothing has changed then.
 */
export async function refund(deps: Deps, request: Refund): Promise<string> {
  const { reference, account, unit, amount, outputs } = request
  const hash = requestHash('refund', [reference, account, unit, amount, canonicalOutputs(outputs)])
  return once(deps, hash, () => refundNow(deps, hash, request))
}

async function refundNow(deps: Deps, hash: string, request: Refund): Promise<string> {
  const { reference, account, unit, amount, outputs } = request
  const made = await checkOutputs(deps, outputs)
  if (made.unit !== unit) throw new TuppenceError('units-differ')
  if (made.amount !== amount)
    throw new TuppenceError('unbalanced', { details: { outputs: made.amount, needed: amount } })
  // Before anything is signed: a publisher must not have the mint work for refunds that it may not make.
  if (!(await deps.ledger.hasDeposit(account, reference))) throw new TuppenceError('deposit-unknown')
  const promises = await signOutputs(deps, outputs)
  const answer: Refunded = { reference, account, unit, amount, signatures: promises.map(signatureOf) }
  return perform(deps, {
    hash,
    kind: 'refund',
    unit,
    answer: JSON.stringify(answer),
    promises,
    refund: { account, reference, amount },
    entries: [{ account: `publisher:${account}`, amount: -amount }],
  })
}
