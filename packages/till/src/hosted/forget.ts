/** Forgetting a publisher of a hosted till: what books need goes into a file, the rest is erased; hosted.ts and api.ts call it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TuppenceError } from '@tuppence/protocol'
import type { Sale } from '../journal/port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import { folderOf, known, type PublisherDeps } from './publishers.ts'

/** What it works with. `shut`: closes a publisher's till, where it is open. */
export type ForgetDeps = PublisherDeps & Readonly<{ shut: (id: string) => Promise<void> }>

/** What was kept, and where; what was erased. */
export type Forgotten = Readonly<{
  id: string
  account: string
  kept: Readonly<{ file: string; days: number; sales: number; why: string }>
  erased: readonly string[]
}>

const why = 'what was sold by day, offer and price, as bookkeeping and tax law ask for: no reader, no text, no key'

/**
 * Erases a publisher: offers and their texts, terms, where it is paid to, its secret and keys, and every reader's key and receipt.
 *
 * What was sold stays as sums in `kept/<id>-<time>.json` of the data folder. What readers bought can no longer be opened here. The
 * account at the mint is another matter: `tuppence-mint forget-publisher`, after it was paid out.
 *
 * @throws {TuppenceError} `not-found`; `deposit-conflict` There are payments or refunds without an outcome: coins would be lost.
 */
export async function forgetPublisher(deps: ForgetDeps, id: string): Promise<Forgotten> {
  const row = known(deps, id)
  const { account, createdAtMs } = row
  await settledSales(deps, id)
  // From here on there is no such till. A payment that came in this very moment puts it back, though without its offers.
  deps.store.forget(id)
  const sales = await settledSales(deps, id).catch((error: unknown) => {
    deps.store.add(row)
    throw error
  })
  const file = keep(deps, { id, account, createdAtMs, sales })
  rmSync(folderOf(deps, id), { recursive: true, force: true })
  return {
    id,
    account,
    kept: {
      file,
      days: new Set(sales.map(({ dayMs }) => dayMs)).size,
      sales: sales.reduce((sum, { count }) => sum + count, 0),
      why,
    },
    erased: [
      'offers with their texts, terms and name',
      'where it is paid to',
      'its secret, and the key of its account',
      'keys and receipts of its readers, and what they bought',
      'events, views and price experiments',
    ],
  }
}

/** What was sold, by the journal of a till that is closed for it. */
async function settledSales(deps: ForgetDeps, id: string): Promise<readonly Sale[]> {
  await deps.shut(id)
  mkdirSync(folderOf(deps, id), { recursive: true })
  const journal = openSqliteJournal(join(folderOf(deps, id), 'till.db'))
  try {
    const open = (await journal.unsettled(1)).length + (await journal.unsettledRefunds(1)).length
    if (open > 0) throw new TuppenceError('deposit-conflict', { details: { reason: 'payments without an outcome' } })
    return await journal.sales({ startMs: 0, endMs: Number.MAX_SAFE_INTEGER })
  } finally {
    await journal.close()
  }
}

function keep(
  { dataDir, nowMs, unit }: ForgetDeps,
  { id, sales, ...rest }: Readonly<{ id: string; account: string; createdAtMs: number; sales: readonly Sale[] }>,
): string {
  const folder = join(dataDir, 'kept')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${id}-${nowMs()}.json`)
  const sold = sales.filter(({ count, refunded }) => count > 0 || refunded > 0)
  const rows = sold.map(({ asked: _asked, ...sale }) => sale)
  writeFileSync(file, `${JSON.stringify({ id, ...rest, unit, forgottenAtMs: nowMs(), sales: rows }, null, 1)}\n`, {
    mode: 0o600,
    flush: true,
  })
  return file
}
