/**
 * Coins and open payments sealed where they lie: a storage over another one, with the wallet's rows encrypted under a key
 * that cannot be exported. Loaded by openIdb.
 *
 * A transaction of IndexedDB ends while WebCrypto is awaited. So a key stream is made beforehand, and sealing inside is an
 * xor; a row that was not read before is opened outside, and the transaction begins again.
 */
import { TuppenceError, utf8, utf8Decode } from '@tuppence/protocol'
import { systemRandom } from '../adapters/system.ts'
import type { Range } from '../ports.ts'
import type { Db, Row, StoreName, Tables, Tx } from '../tables.ts'

/** What holds coins or what they are handed over in: tokens, credentials, requests. */
type SealedStore = 'coins' | 'payments'

/** A row as it lies there. `block`: where its text begins in the key stream of `nonce`, in blocks of 16 bytes. */
type SealedRow = {
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly block: number
  readonly text: Uint8Array<ArrayBuffer>
}

/** A key stream that was made and not used up: AES-256-CTR (NIST SP 800-38A) of zeros. No part of it is used twice. */
type Pad = { readonly nonce: Uint8Array<ArrayBuffer>; readonly bytes: Uint8Array; used: number }

const settingsKey = 'coins-key'
const nonceBytes = 12
const blockBytes = 16
const padBytes = 65_536

/** Opened texts that are kept in memory. */
const openedMax = 5_000

/**
 * A coin is found by the beginning of its secret: 96 of its 256 bits, which spend nothing.
 *
 * @see NUT-13 "Secret derivation": 64 hex digits.
 */
const coinKeyChars = 24

/** Thrown out of a transaction to be done outside and tried again; no action sees it. */
class NotYet extends Error {
  readonly rows: readonly SealedRow[]
  readonly padBytes: number
  constructor({ rows = [], padBytes: wanted = 0 }: { rows?: readonly SealedRow[]; padBytes?: number }) {
    super('not yet')
    this.rows = rows
    this.padBytes = wanted
  }
}

/**
 * Lays a seal over a storage. Rows that lie there unsealed are read as they are, and sealed when this is first used.
 *
 * What it protects: who copies the database's files has no coins, as with the seed. What it does not: code that runs at the
 * wallet's own origin can open every row.
 *
 * @throws {TuppenceError} `storage-corrupt`: a row was sealed with a key that is gone.
 */
export function sealedDb(inner: Db): Db {
  const opened = new Map<string, string>()
  let pad: Pad = { nonce: new Uint8Array(nonceBytes), bytes: new Uint8Array(0), used: 0 }
  let ready: Promise<CryptoKey> | undefined
  const prepare = async ({ rows, padBytes: wanted }: NotYet): Promise<void> => {
    const key = await keyReady()
    if (wanted > 0) pad = await makePad(key, Math.max(padBytes, wanted))
    if (opened.size > openedMax) opened.clear()
    const texts = await Promise.all(rows.map((row) => open(key, row)))
    rows.forEach((row, at) => opened.set(nameOf(row), texts[at] ?? ''))
  }
  let filling: Promise<void> | undefined
  const fill = () => (filling ??= prepare(new NotYet({ padBytes })).finally(() => (filling = undefined)))
  const isShort = (least: number) => pad.bytes.length - pad.used < least
  const run: Run = async (names, mode, body) => {
    if (mode === 'write' && isShort(padBytes / 4)) await fill()
    for (;;) {
      try {
        const result = await inner.transact(names, mode, (tx) => body(sealing(tx, { opened, pad: () => pad }), tx))
        // Ahead of the next click, which is not to wait for it.
        if (isShort(padBytes / 2)) void fill().catch(() => {})
        return result
      } catch (error) {
        if (!(error instanceof NotYet)) throw error
        await prepare(error)
      }
    }
  }
  const keyReady = (): Promise<CryptoKey> => {
    ready ??= keyOf(inner).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    return ready
  }
  let migrated: Promise<void> | undefined
  const migrate = (): Promise<void> => {
    migrated ??= sealWhatLies(inner, run).catch((error: unknown) => {
      migrated = undefined
      throw error
    })
    return migrated
  }
  return {
    ...inner,
    transact: async (names, mode, body) => {
      if (!names.some(isSealed)) return inner.transact(names, mode, body)
      await migrate()
      return run(names, mode, body)
    },
  }
}

function isSealed(name: StoreName): name is SealedStore {
  return name === 'coins' || name === 'payments'
}

function keyIn(name: StoreName, key: string): string {
  return name === 'coins' ? key.slice(0, coinKeyChars) : key
}

const nameOf = ({ nonce, block }: SealedRow) => `${nonce.join()}/${block}`

type Seals = { readonly opened: Map<string, string>; readonly pad: () => Pad }

/** A transaction that seals what is put and opens what is read. */
function sealing(tx: Tx, { opened, pad }: Seals): Tx {
  const read = (row: unknown): unknown => {
    if (!isSealedRow(row)) return row
    const text = opened.get(nameOf(row))
    if (text === undefined) throw new NotYet({ rows: [row] })
    return JSON.parse(text)
  }
  return {
    get: async <S extends StoreName>(name: S, key: string) => {
      if (!isSealed(name)) return tx.get(name, key)
      return read(await tx.get(name, keyIn(name, key))) as Tables[S] | undefined
    },
    put: async (name, key, value) => {
      if (!isSealed(name)) return tx.put(name, key, value)
      const text = JSON.stringify(value)
      const row = seal(pad(), text)
      // Who reads it next needs no key for it.
      opened.set(nameOf(row), text)
      return tx.put(name, keyIn(name, key), row as never)
    },
    delete: (name, key) => tx.delete(name, keyIn(name, key)),
    list: async <S extends StoreName>(name: S, range: Range = {}) => {
      if (!isSealed(name)) return tx.list(name, range)
      const { from, to } = range
      const bounds = {
        ...range,
        ...(from !== undefined && { from: keyIn(name, from) }),
        ...(to !== undefined && { to: keyIn(name, to) }),
      }
      const rows = await tx.list(name, bounds)
      const unknown = rows.map(({ value }): unknown => value).filter(isSealedRow)
      const closed = unknown.filter((row) => !opened.has(nameOf(row)))
      if (closed.length > 0) throw new NotYet({ rows: closed })
      return rows.map(({ key, value }) => {
        const own = read(value) as Tables[SealedStore]
        return { key: name === 'coins' && 'secret' in own ? own.secret : key, value: own }
      }) as Row<S>[]
    },
  }
}

function isSealedRow(row: unknown): row is SealedRow {
  return typeof row === 'object' && row !== null && 'nonce' in row && 'block' in row && 'text' in row
}

function seal(pad: Pad, json: string): SealedRow {
  const text = utf8(json)
  const begin = pad.used
  const end = begin + text.length
  if (end > pad.bytes.length) throw new NotYet({ padBytes: 2 * text.length })
  // The next one begins with a block of its own.
  pad.used = Math.ceil(end / blockBytes) * blockBytes
  const { nonce, bytes } = pad
  return { nonce, block: begin / blockBytes, text: text.map((byte, at) => byte ^ (bytes[begin + at] ?? 0)) }
}

async function open(key: CryptoKey, { nonce, block, text }: SealedRow): Promise<string> {
  const plain = await crypto.subtle.decrypt(counterAt(nonce, block), key, text)
  try {
    const opened = utf8Decode(new Uint8Array(plain))
    // CTR says nothing of a wrong key; a row of ours is an object.
    if (opened.startsWith('{')) return opened
  } catch {
    // Nor is it text then.
  }
  throw new TuppenceError('storage-corrupt')
}

async function makePad(key: CryptoKey, bytes: number): Promise<Pad> {
  const nonce = systemRandom.bytes(nonceBytes)
  return {
    nonce,
    bytes: new Uint8Array(await crypto.subtle.encrypt(counterAt(nonce, 0), key, new Uint8Array(bytes))),
    used: 0,
  }
}

function counterAt(nonce: Uint8Array, block: number): AesCtrParams {
  const counter = new Uint8Array(blockBytes)
  counter.set(nonce)
  new DataView(counter.buffer).setUint32(nonceBytes, block)
  return { name: 'AES-CTR', counter, length: 8 * (blockBytes - nonceBytes) }
}

/** The storage's key, made on first use. Two tabs that start at once get the same one. */
async function keyOf(inner: Db): Promise<CryptoKey> {
  const read = () => inner.transact(['settings'], 'read', (tx) => tx.get('settings', settingsKey))
  const there = await read()
  if (there) return there as CryptoKey
  const made = await crypto.subtle.generateKey({ name: 'AES-CTR', length: 256 }, false, ['encrypt', 'decrypt'])
  return inner.transact(['settings'], 'write', async (tx) => {
    const first = await tx.get('settings', settingsKey)
    if (first) return first as CryptoKey
    await tx.put('settings', settingsKey, made)
    return made
  })
}

/** Runs a body on the opened rows; `raw` are the rows as they lie. */
type Run = <T>(names: readonly StoreName[], mode: 'read' | 'write', body: (tx: Tx, raw: Tx) => Promise<T>) => Promise<T>

/** Seals what an earlier version left open, in one transaction; looks without writing where there is nothing. */
async function sealWhatLies(inner: Db, run: Run): Promise<void> {
  const isOpen = ({ value }: { readonly value: unknown }) => !isSealedRow(value)
  const lies = await inner.transact(['coins', 'payments'], 'read', async (tx) =>
    [...(await tx.list('coins')), ...(await tx.list('payments'))].some(isOpen),
  )
  if (!lies) return
  await run(['coins', 'payments'], 'write', async (tx, raw) => {
    // Those lie under their whole secret.
    for (const { key, value } of (await raw.list('coins')).filter(isOpen)) {
      await raw.delete('coins', key)
      await tx.put('coins', value.secret, value)
    }
    for (const { key, value } of (await raw.list('payments')).filter(isOpen)) await tx.put('payments', key, value)
  })
}
