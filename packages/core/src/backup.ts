/** What the seed alone does not bring back (purchases, receipts, rules), encrypted under a key of the seed; `@tuppence/core/backup`. */
import {
  base64UrlDecode,
  base64UrlEncode,
  bytesToHex,
  isTuppenceError,
  limits,
  TuppenceError,
  utf8,
  utf8Decode,
  type Bytes,
} from '@tuppence/protocol'
import { readBlob, writeBlob, type BlobStore } from './clients/blobs.ts'
import { noRules, type Rules } from './rules.ts'
import { blobKey, keyFor, seal, unseal } from './sealing.ts'
import type { Db, HistoryEntry, Purchase } from './tables.ts'

export type { BlobStore } from './clients/blobs.ts'

/** The vault whose purchases and rules are backed up. */
export type BackedUp = { readonly db: Db; readonly seed: () => Promise<Uint8Array> }

/** What a backup brought that was not here before. Call the wallet's `start` afterwards, so that it shows them. */
export type Imported = { readonly purchases: number; readonly history: number }

/** What is backed up. No coins: those follow from the seed, and a copy would be spent twice. `pages`: only in the first one. */
type Backup = {
  readonly v: 1
  readonly purchases: readonly Purchase[]
  readonly history: readonly HistoryEntry[]
  readonly rules?: Rules | undefined
  readonly pages?: number | undefined
}

const textPrefix = 'tuppence-backup-1.'
const purpose = 'backup'
/** Bytes of a sealed page: what fits a blob when written as base64url. */
const pageBytesMax = Math.floor((limits.blobCharsMax * 3) / 4)
const pagesMax = 32
const attemptsMax = 5

/** A backup as text, to be kept as a file. Only the same seed opens it. */
export async function exportBackup(vault: BackedUp): Promise<string> {
  return textPrefix + base64UrlEncode(await pack(vault, await gather(vault)))
}

/** Adds what a text of `exportBackup` has and this wallet has not. @throws {TuppenceError} `backup-invalid` */
export async function importBackup(vault: BackedUp, text: string): Promise<Imported> {
  const plain = text.trim()
  if (!plain.startsWith(textPrefix)) throw new TuppenceError('backup-invalid')
  let sealed: Bytes
  try {
    sealed = base64UrlDecode(plain.slice(textPrefix.length))
  } catch {
    throw new TuppenceError('backup-invalid')
  }
  return add(vault, await unpack(vault, sealed))
}

/**
 * Stores the backup at the mint, together with what is there already: what another device has stored is added here first.
 *
 * @throws {TuppenceError} `blob-conflict` when other devices were first too often; `backup-too-large`, `storage-full`,
 *   `mint-unavailable` ...
 */
export async function pushBackup(vault: BackedUp, store: BlobStore): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stored = await readPages(vault, store)
    for (const { backup } of stored) if (backup) await add(vault, backup)
    try {
      return await writePages(vault, store, { pages: await paged(vault, await gather(vault)), stored })
    } catch (error) {
      if (!isTuppenceError(error, 'blob-conflict') || attempt === attemptsMax) throw error
    }
  }
}

/** Adds what is stored at the mint. `undefined`: nothing is. @throws {TuppenceError} `backup-invalid`, `mint-unavailable` ... */
export async function pullBackup(vault: BackedUp, store: BlobStore): Promise<Imported | undefined> {
  const stored = await readPages(vault, store)
  const sum = { purchases: 0, history: 0 }
  for (const { backup } of stored) {
    const added = backup ? await add(vault, backup) : { purchases: 0, history: 0 }
    sum.purchases += added.purchases
    sum.history += added.history
  }
  return stored[0]?.backup ? sum : undefined
}

type StoredPage = { readonly version: number; readonly backup?: Backup }

/** All pages that the first one counts. */
async function readPages(vault: BackedUp, store: BlobStore): Promise<StoredPage[]> {
  const pages: StoredPage[] = []
  for (let at = 0; at < Math.min(pages[0]?.backup?.pages ?? 1, pagesMax); at++) {
    const blob = await readBlob(store, bytesToHex((await pageKey(vault, at)).publicKey))
    pages.push(blob ? { version: blob.version, backup: await unpack(vault, blob.data) } : { version: 0 })
  }
  return pages
}

type Pages = { readonly pages: readonly Bytes[]; readonly stored: readonly StoredPage[] }

/** The first page last: with its version one device wins, and the other begins again. */
async function writePages(vault: BackedUp, store: BlobStore, { pages, stored }: Pages): Promise<void> {
  for (let at = pages.length - 1; at >= 0; at--) {
    const key = await pageKey(vault, at)
    // A page beyond those that were read may be left from a longer backup.
    const version = stored[at]?.version ?? (await readBlob(store, bytesToHex(key.publicKey)))?.version ?? 0
    await writeBlob(store, key, { version: version + 1, data: pages[at] as Bytes })
  }
}

async function pageKey({ seed }: BackedUp, at: number) {
  return blobKey(await seed(), `${purpose}-blob/${at}`)
}

/** As many pages as it needs, halved until each fits. @throws {TuppenceError} `backup-too-large` */
async function paged(vault: BackedUp, backup: Backup): Promise<Bytes[]> {
  for (let count = 1; count <= pagesMax; count *= 2) {
    const parts = Array.from({ length: count }, (_, at) => partOf(backup, at, count))
    const pages = await Promise.all(parts.map((part) => pack(vault, part)))
    if (pages.every(({ length }) => length <= pageBytesMax)) return pages
  }
  throw new TuppenceError('backup-too-large')
}

function partOf({ v, purchases, history, rules }: Backup, at: number, count: number): Backup {
  const part = <T>(all: readonly T[]) =>
    all.slice(Math.floor((all.length * at) / count), Math.floor((all.length * (at + 1)) / count))
  return { v, purchases: part(purchases), history: part(history), ...(at === 0 && { rules, pages: count }) }
}

/** What happened to money and what was bought. Change and loans are this storage's own business. */
async function gather({ db }: BackedUp): Promise<Backup> {
  return db.transact(['purchases', 'history', 'settings'], 'read', async (tx) => {
    const purchases = (await tx.list('purchases')).map(({ value }) => value)
    const history = (await tx.list('history')).map(({ value }) => value)
    return {
      v: 1,
      purchases: purchases.toSorted((a, b) => a.atMs - b.atMs),
      history: history.filter(({ kind, end }) => kind !== 'swap' && kind !== 'lend' && end !== 'undone'),
      rules: (await tx.get('settings', 'rules')) as Rules | undefined,
    }
  })
}

/** Takes over what is missing, in one write. What was given back on either side is owned on neither. */
async function add({ db }: BackedUp, { purchases, history, rules }: Backup): Promise<Imported> {
  return db.transact(['purchases', 'history', 'settings'], 'write', async (tx) => {
    const added = { purchases: 0, history: 0 }
    for (const entry of history) {
      if (await tx.get('history', entry.id)) continue
      await tx.put('history', entry.id, entry)
      added.history++
    }
    // Asked for and refused is not given back.
    const refunds = (await tx.list('history')).filter(({ value }) => value.kind === 'refund' && value.end === 'done')
    const back = new Set(refunds.map(({ value }) => value.of))
    for (const purchase of purchases) {
      if (back.has(purchase.paymentId) || (await tx.get('purchases', purchase.url))) continue
      await tx.put('purchases', purchase.url, purchase)
      added.purchases++
    }
    for (const { key, value } of await tx.list('purchases'))
      if (back.has(value.paymentId)) await tx.delete('purchases', key)
    if (rules && !(await tx.get('settings', 'rules'))) await tx.put('settings', 'rules', { ...noRules, ...rules })
    return added
  })
}

async function pack({ seed }: BackedUp, backup: Backup): Promise<Bytes> {
  const packed = await through(new CompressionStream('deflate-raw'), utf8(JSON.stringify(backup)))
  return seal(await keyFor(await seed(), purpose), purpose, packed)
}

/** What opens under the seed was written by this reader, so that its shape need not be doubted; a later version may be. */
async function unpack({ seed }: BackedUp, sealed: Uint8Array): Promise<Backup> {
  const packed = await unseal(await keyFor(await seed(), purpose), purpose, sealed)
  try {
    const backup = JSON.parse(utf8Decode(await through(new DecompressionStream('deflate-raw'), packed))) as Backup
    if (backup.v !== 1) throw new Error('another version')
    return backup
  } catch {
    throw new TuppenceError('backup-invalid')
  }
}

async function through(stream: GenericTransformStream, bytes: Bytes): Promise<Bytes> {
  const whole = new Blob([bytes]).stream().pipeThrough(stream as ReadableWritablePair<Bytes, Bytes>)
  return new Uint8Array(await new Response(whole).arrayBuffer())
}
