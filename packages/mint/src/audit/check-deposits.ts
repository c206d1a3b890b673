// Compares what publishers were credited and gave back with rows and answers; audit.ts calls these once everything is read.

import { each, type Books, type Money } from './books.ts'
import type { Journal } from './journal.ts'

/** Deposits, their credits and their answers say the same (S6). @returns Amounts by account and reference. */
export async function checkDeposits(
  { source, find }: Books,
  { credited, payingOut }: Money,
  { depositAnswers }: Journal,
): Promise<ReadonlyMap<string, number>> {
  const seen = new Set<number>()
  const deposits = new Map<string, number>()
  await each(source, 'SELECT account, reference, amount, offer, operation FROM deposits', (row) => {
    const [account, bytes, amount, offer, sequence] = row
    const operation = Number(sequence)
    seen.add(operation)
    const reference = Buffer.from(bytes as Uint8Array).toString('hex')
    deposits.set(`${account as string} ${reference}`, Number(amount))
    const credit = credited.get(operation)
    const answer = depositAnswers.get(operation) ?? {}
    const same =
      credit?.account === account &&
      credit?.amount === Number(amount) &&
      answer.account === account &&
      answer.amount === Number(amount) &&
      answer.reference === reference &&
      answer.offer === Buffer.from(offer as Uint8Array).toString('hex')
    if (!same) find('S6', `deposit of operation ${operation}`, 'row, credit and receipt do not say the same')
  })
  for (const operation of [...credited.keys(), ...depositAnswers.keys()]) {
    if (!seen.has(operation) && !payingOut.has(operation))
      find('S6', `operation ${operation}`, 'credited a publisher without a deposit')
  }
  return deposits
}

/** Refunds, their debits and their answers say the same, and none is more than its deposit (S4, S7). */
export async function checkRefunds(
  { source, find, units }: Books,
  { money, journal, deposits }: { money: Money; journal: Journal; deposits: ReadonlyMap<string, number> },
): Promise<void> {
  const seen = new Set<number>()
  await each(source, 'SELECT account, reference, amount, operation FROM refunds', (row) => {
    const [account, bytes, amount, sequence] = row
    const operation = Number(sequence)
    const reference = Buffer.from(bytes as Uint8Array).toString('hex')
    seen.add(operation)
    const debit = money.debited.get(operation)
    const answer = journal.refundAnswers.get(operation) ?? {}
    const same =
      debit?.account === account &&
      debit?.amount === Number(amount) &&
      answer.account === account &&
      answer.amount === Number(amount) &&
      answer.reference === reference &&
      answer.unit === units.get(operation)
    if (!same) find('S4', `refund of operation ${operation}`, 'row, debit and answer do not say the same')
    if (Number(amount) > (deposits.get(`${account as string} ${reference}`) ?? 0)) {
      find('S7', `refund of operation ${operation}`, 'is more than was deposited')
    }
  })
  for (const operation of [...money.debited.keys(), ...journal.refundAnswers.keys()]) {
    if (!seen.has(operation) && !money.payingOut.has(operation))
      find('S7', `operation ${operation}`, 'took from a publisher without a refund')
  }
}
