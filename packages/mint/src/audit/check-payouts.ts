// Compares what left publishers' accounts with what the journal says of payouts; audit.ts calls it once everything is read.

import { requestHash } from '../canonical.ts'
import type { Books, Money } from './books.ts'
import type { Journal, PayoutInJournal } from './journal.ts'

/**
 * Each payout took from its publisher what it says, ended once at most and by the same figures, and what is on its way is what has not
 * ended (S1, S4, S7).
 */
export function checkPayouts({ find, units }: Pick<Books, 'find' | 'units'>, money: Money, { payouts }: Journal): void {
  const open = new Map<string, PayoutInJournal['answer']>()
  for (const [operation, found] of [...payouts].toSorted(([a], [b]) => a - b)) {
    const { answer, kind, hash } = found
    const id = answer.payout ?? ''
    const where = `payout of operation ${operation}`
    const isBegun = kind === 'payout'
    if (hash !== requestHash(isBegun ? 'payout' : 'payout-outcome', [id]))
      find('S5', where, 'is not the request that its answer names')
    if (!saysWhatItDid(operation, found, money) || answer.unit !== units.get(operation))
      find('S4', where, 'entries and answer do not say the same')
    const begun = open.get(id)
    if (isBegun) {
      open.set(id, answer)
      continue
    }
    const isSame = begun?.account === answer.account && begun?.amount === answer.amount && begun?.net === answer.net
    if (begun === undefined) find('S8', where, 'ended a payout that was not on its way')
    else if (!isSame || begun.method !== answer.method)
      find('S8', where, 'is of other figures than the payout that it ends')
    open.delete(id)
  }
  for (const operation of money.payingOut.keys()) {
    if (!payouts.has(operation)) find('S7', `operation ${operation}`, 'moved a payout without being one')
  }
  const onTheirWay = new Map<string, number>()
  for (const { account = '', unit = '', net = 0 } of open.values()) {
    const key = `paying-out:${account} ${unit}`
    onTheirWay.set(key, (onTheirWay.get(key) ?? 0) + net)
  }
  const accounts = [...money.sums.keys()].filter((key) => key.startsWith('paying-out:'))
  for (const key of new Set([...accounts, ...onTheirWay.keys()])) {
    const sum = money.sums.get(key) ?? 0
    if (sum !== (onTheirWay.get(key) ?? 0)) find('S8', key, `is at ${sum}, payouts say otherwise`)
  }
}

/** Whether the entries of an operation are what its answer says. */
function saysWhatItDid(operation: number, { kind, answer }: PayoutInJournal, money: Money): boolean {
  const { account, amount = Number.NaN, commission = Number.NaN, net = Number.NaN } = answer
  if (!(amount > 0 && net > 0 && commission >= 0) || amount !== net + commission) return false
  const out = money.payingOut.get(operation)
  const debit = money.debited.get(operation)
  const credit = money.credited.get(operation)
  const is = {
    account: out?.account,
    out: out?.amount,
    debit: debit?.account === account ? debit?.amount : undefined,
    credit: credit?.account === account ? credit?.amount : undefined,
    paid: money.paidOut.get(operation),
    commission: money.commission.get(operation) ?? 0,
  }
  const none = { debit: undefined, credit: undefined, paid: undefined }
  const wanted = {
    payout: { ...none, account, out: net, debit: amount, commission },
    'payout-paid': { ...none, account, out: -net, paid: net, commission: 0 },
    'payout-failed': { ...none, account, out: -net, credit: amount, commission: 0 - commission },
  }[kind as 'payout' | 'payout-paid' | 'payout-failed']
  return Object.entries(wanted).every(([name, value]) => is[name as keyof typeof is] === value)
}
