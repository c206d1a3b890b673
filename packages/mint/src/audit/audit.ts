// Recomputes every balance from the rows and says what does not agree (S1 to S11); command.ts runs it, tests plant faults.

import { readCoins, readEntries, readKeysets, type Books } from './books.ts'
import { checkDeposits, checkRefunds } from './check-deposits.ts'
import { checkPayouts } from './check-payouts.ts'
import { checkMelts, checkOperations, checkPosition, checkQuotes, checkSums } from './checks.ts'
import { readJournal } from './journal.ts'
import type { AuditMeans, AuditReport, AuditSource, Finding } from './port.ts'
import { createTally } from './tally.ts'

const findingsMax = 100

/** Audits a ledger. Reads each table once, in streams; memory grows with operations (some 100 bytes each), not with coins. */
export async function audit(source: AuditSource, means: AuditMeans): Promise<AuditReport> {
  const startedMs = performance.now()
  const findings: Finding[] = []
  let findingsTotal = 0
  const books: Books = {
    source,
    find: (rule, where, what) => {
      if (findingsTotal++ < findingsMax) findings.push({ rule, where, what })
    },
    keysets: new Map(),
    coins: createTally(),
    coinsWeighted: createTally(),
    signed: createTally(),
    units: new Map(),
    kinds: new Map(),
    counts: { operations: 0, spent: 0, promises: 0, unsigned: 0 },
  }
  await readKeysets(books, means)
  const perKeyset = await readCoins(books)
  const money = await readEntries(books)
  const journal = await readJournal(books, means)
  checkOperations(books, money)
  await checkSums(books, money, perKeyset)
  await checkQuotes(books, money)
  const deposits = await checkDeposits(books, money, journal)
  await checkRefunds(books, { money, journal, deposits })
  await checkMelts(books, money, journal)
  checkPayouts(books, money, journal)
  await checkPosition(books, means)
  return { findings, findingsTotal, ...books.counts, seconds: (performance.now() - startedMs) / 1000 }
}
