// The history as files: JSON with whole receipts and the keys to check them by, CSV for a spreadsheet. history.tsx offers them.
import type { Db, HistoryEntry, PinnedMint } from '@tuppence/core'
import { decimalAmount } from '@tuppence/protocol'

/** A file to be saved. */
export type SavedFile = { readonly name: string; readonly type: string; readonly text: string }

/** All that ended, newest first. */
export async function wholeHistory(db: Db): Promise<readonly HistoryEntry[]> {
  const rows = await db.transact(['history'], 'read', (tx) => tx.list('history', { order: 'descending' }))
  return rows.map(({ value }) => value)
}

/** The keys with which receipts are checked, by mint, as this wallet pinned them. */
export async function receiptKeys(db: Db): Promise<Readonly<Record<string, PinnedMint['receiptKeys']>>> {
  const mints = await db.transact(['mints'], 'read', (tx) => tx.list('mints'))
  return Object.fromEntries(mints.map(({ value }) => [value.url, value.receiptKeys]))
}

/** Entries as JSON that somebody else can check: each receipt as the till gave it, and the mints' keys. */
export function asJson(entries: readonly HistoryEntry[], keys: Awaited<ReturnType<typeof receiptKeys>>): SavedFile {
  const text = JSON.stringify({ format: 'tuppence-history', version: 1, entries, receiptKeys: keys }, null, 2)
  return { name: 'tuppence-history.json', type: 'application/json', text: `${text}\n` }
}

const columns = ['time', 'kind', 'end', 'amount', 'unit', 'title', 'site', 'url', 'mint', 'reference'] as const

/** Entries as CSV (RFC 4180), amounts as decimal text. */
export function asCsv(entries: readonly HistoryEntry[]): SavedFile {
  const rows = entries.map((entry): Record<(typeof columns)[number], string | undefined> => ({
    time: new Date(entry.atMs).toISOString(),
    kind: entry.kind,
    end: entry.end,
    amount: decimalAmount(entry.amount, entry.unit),
    unit: entry.unit,
    title: entry.title,
    site: entry.site,
    url: entry.url,
    mint: entry.mint,
    reference: entry.receipt?.reference,
  }))
  const lines = [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name] ?? '')).join(','))]
  return { name: 'tuppence-history.csv', type: 'text/csv;charset=utf-8', text: `${lines.join('\r\n')}\r\n` }
}

/** Titles are a publisher's: a spreadsheet must not take one for a formula. */
function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

/** Has the browser save a file. */
export function saveFile({ name, type, text }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  Object.assign(link, { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
