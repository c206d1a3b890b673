// Compares what the tables add up to; audit.ts calls these once everything is read.

import { all, each, type Books, type Money } from './books.ts'
import type { Journal } from './journal.ts'
import type { AuditMeans } from './port.ts'

/** Each operation balances, and its coins do what its entries say (S4). */
export function checkOperations({ find, kinds, coins, coinsWeighted }: Books, money: Money): void {
  const length = Math.max(coins.length, money.all.length)
  for (let sequence = 0; sequence < length; sequence++) {
    if (money.all.at(sequence) !== 0)
      find('S4', `operation ${sequence}`, `its entries sum to ${money.all.at(sequence)}`)
    if (
      coins.at(sequence) !== money.outstanding.at(sequence) ||
      coinsWeighted.at(sequence) !== money.outstandingWeighted.at(sequence)
    ) {
      find('S4', `operation ${sequence}`, 'its coins are not what its entries say')
    }
    const moves = coins.at(sequence) !== 0 || money.outstanding.at(sequence) !== 0
    if (moves && !kinds.has(sequence)) find('S11', `operation ${sequence}`, 'has rows but is not in the journal')
  }
}

const never = {
  negative: [
    'outstanding:',
    'publisher:',
    'unminted',
    'fees',
    'melting:',
    'paying-out:',
    'paid-out:',
    'unclaimed',
    'vouchers',
  ],
  /** What a processor keeps is a cost. */
  except: ['fees:processor'],
}

/** Running balances are the sums of the entries, accounts sum to zero, and none is on the wrong side (S1, S7). */
export async function checkSums(
  { source, find, keysets }: Books,
  { sums }: Money,
  perKeyset: ReadonlyMap<number, number>,
) {
  const totals = new Map<string, number>()
  for (const [key, sum] of sums) {
    const [account = '', unit = ''] = key.split(' ')
    totals.set(unit, (totals.get(unit) ?? 0) + sum)
    const isLiability = never.negative.some((start) => account.startsWith(start)) && !never.except.includes(account)
    if (sum < 0 && isLiability) find('S1', account, `is at ${sum}`)
    if (sum > 0 && account.startsWith('paid-in:')) find('S7', account, `is at ${sum}`)
  }
  for (const [unit, total] of totals) if (total !== 0) find('S1', unit, `all accounts sum to ${total}`)
  const told = new Map<string, number>()
  for (const [account, unit, balance] of await all(
    source,
    'SELECT account, unit, sum(balance) FROM balances GROUP BY account, unit',
  )) {
    told.set(`${account as string} ${unit as string}`, Number(balance))
  }
  for (const key of new Set([...told.keys(), ...sums.keys()])) {
    if ((told.get(key) ?? 0) !== (sums.get(key) ?? 0)) {
      find('S1', key, `its balance says ${told.get(key) ?? 0}, its entries ${sums.get(key) ?? 0}`)
    }
  }
  for (const [number, { id, unit }] of keysets) {
    const outstanding = perKeyset.get(number) ?? 0
    if (outstanding < 0) find('S1', `keyset ${number}`, `more was redeemed than promised, by ${-outstanding}`)
    if ((sums.get(`outstanding:${id} ${unit}`) ?? 0) !== outstanding) {
      find('S1', `keyset ${number}`, 'promised less spent is not what its account says')
    }
  }
}

/** Quotes were paid what payments say, and what is not minted yet is what quotes say (S7). */
export async function checkQuotes({ source, find, kinds }: Books, { paidIn, redeemed, sums }: Money): Promise<void> {
  const paid = new Map<string, number>()
  const counted = new Set<number>()
  await each(source, 'SELECT quote, amount, operation FROM payments', ([quote, amount, operation]) => {
    paid.set(String(quote), (paid.get(String(quote)) ?? 0) + Number(amount))
    counted.add(Number(operation))
    const from = ['voucher', 'voucher-void'].includes(kinds.get(Number(operation)) ?? '') ? redeemed : paidIn
    if (from.get(Number(operation)) !== Number(amount)) {
      find('S7', `payment of operation ${Number(operation)}`, 'is not what was booked as paid in')
    }
  })
  for (const operation of paidIn.keys()) {
    // Money for vouchers is owed to whoever redeems them.
    const isSale = ['voucher-sold', 'voucher-void'].includes(kinds.get(operation) ?? '')
    const isBooked = isSale ? redeemed.get(operation) === -(paidIn.get(operation) ?? 0) : counted.has(operation)
    if (!isBooked) find('S7', `operation ${operation}`, 'booked money without a payment')
  }
  const unminted = new Map<string, number>()
  await each(
    source,
    'SELECT id, unit, amount_paid, amount_issued, amount_revoked FROM quotes',
    ([id, unit, amountPaid, amountIssued, amountRevoked]) => {
      if (Number(amountPaid) !== (paid.get(String(id)) ?? 0))
        find('S7', 'a quote', 'says another sum than its payments')
      if (Number(amountIssued) > Number(amountPaid)) find('S7', 'a quote', 'issued more than was paid')
      const left = Number(amountPaid) - Number(amountIssued) - Number(amountRevoked)
      if (left < 0 || Number(amountRevoked) < 0) find('S7', 'a quote', 'issued or took back more than was paid')
      unminted.set(String(unit), (unminted.get(String(unit)) ?? 0) + left)
    },
  )
  for (const [unit, left] of unminted) {
    if ((sums.get(`unminted ${unit}`) ?? 0) !== left) find('S7', unit, 'what is unminted is not what quotes say')
  }
}

/** What is on its way out is what pending melts say, and a paid melt's answer is in the journal (S8). */
export async function checkMelts({ source, find }: Books, { sums }: Money, { meltAnswers }: Journal): Promise<void> {
  const melting = new Map<string, number>()
  await each(
    source,
    'SELECT method, unit, state, amount_in, answer FROM melts',
    ([method, unit, state, amount, answer]) => {
      const key = `melting:${method as string} ${unit as string}`
      melting.set(key, (melting.get(key) ?? 0) + (state === 'PENDING' ? Number(amount) : 0))
      if (answer !== null && !meltAnswers.has(String(answer)))
        find('S5', 'a melt', 'has an answer that was never given')
    },
  )
  for (const [key, sum] of sums) {
    if (key.startsWith('melting:') && sum !== (melting.get(key) ?? 0))
      find('S8', key, `is at ${sum}, melts say otherwise`)
  }
}

/** The ledger is as far as it was (S9). */
export async function checkPosition({ source, find, counts }: Books, { mark }: AuditMeans): Promise<void> {
  const [[epoch, writer] = []] = await all(
    source,
    "SELECT (SELECT value FROM meta WHERE name = 'epoch'), (SELECT coalesce(max(writer), 0) FROM operations)",
  )
  if (Number(epoch) < Number(writer))
    find('S9', 'epoch', `is ${Number(epoch)}, but writer ${Number(writer)} has written`)
  if (mark === undefined) return
  if (Number(epoch) < mark.epoch || (source.gapless && counts.operations < mark.sequence)) {
    find('S9', 'epoch', `the ledger is behind its mark ${mark.epoch}/${mark.sequence}`)
  }
}
