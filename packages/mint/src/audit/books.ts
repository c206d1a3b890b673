// Reads the ledger's tables once each and adds them up by operation and account; audit.ts calls these before the checks.

import type { AuditMeans, AuditRow, AuditSource } from './port.ts'
import { createTally, fingerprint, type Tally } from './tally.ts'

/** A keyset as the audit needs it. */
export interface AuditedKeyset {
  readonly id: string
  readonly unit: string
  readonly denominations: ReadonlySet<number>
}

/** What is added up on the way, and where findings go. */
export interface Books {
  readonly source: AuditSource
  readonly find: (rule: string, where: string, what: string) => void
  readonly keysets: Map<number, AuditedKeyset>
  /** What coins do to outstanding, by operation: plain, and weighted by the number of the keyset. */
  readonly coins: Tally
  readonly coinsWeighted: Tally
  /** Fingerprints of what was signed, by operation. */
  readonly signed: Tally
  readonly units: Map<number, string>
  readonly kinds: Map<number, string>
  readonly counts: { operations: number; spent: number; promises: number; unsigned: number }
}

/** Visits every row of a query. */
export async function each(source: AuditSource, sql: string, visit: (row: AuditRow) => void): Promise<void> {
  for await (const chunk of source.rows(sql)) for (const row of chunk) visit(row)
}

/** All rows of a query that has few. */
export async function all(source: AuditSource, sql: string): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  await each(source, sql, (row) => rows.push(row))
  return rows
}

/** Reads the keysets, and proves each by its id. */
export async function readKeysets({ source, find, keysets }: Books, means: AuditMeans): Promise<void> {
  const active = new Map<string, number>()
  const sql = 'SELECT number, id, unit, active, input_fee_ppk, denominations, final_expiry FROM keysets ORDER BY number'
  for (const [number, id, unit, isActive, fee, text, expiry] of await all(source, sql)) {
    const denominations = JSON.parse(String(text)) as number[]
    const row = {
      number: Number(number),
      unit: String(unit),
      inputFeePpk: Number(fee),
      denominations,
      ...(expiry === null || expiry === undefined ? {} : { finalExpiry: Number(expiry) }),
    }
    keysets.set(row.number, { id: String(id), unit: row.unit, denominations: new Set(denominations) })
    if (Number(isActive) === 1) active.set(row.unit, Math.max(row.number, active.get(row.unit) ?? 0))
    if ((await means.keysetId(row)) !== id) find('S2', `keyset ${row.number}`, 'its id does not follow from its keys')
  }
  for (const [number, { unit }] of keysets) {
    if (number > (active.get(unit) ?? Number.POSITIVE_INFINITY))
      find('S3', `keyset ${number}`, 'is newer than the active one')
  }
}

/** Adds up coins by operation. @returns Promised less spent, by keyset number. */
export async function readCoins({ source, find, keysets, coins, coinsWeighted, signed, counts }: Books) {
  const outstanding = new Map<number, number>()
  const book = (table: string, number: number, operation: number, amount: number, sign: 1 | -1) => {
    const keyset = keysets.get(number)
    if (keyset === undefined || !keyset.denominations.has(amount)) {
      find('S4', `${table} of operation ${operation}`, `no keyset ${number} with a key for ${amount}`)
    }
    coins.add(operation, sign * amount)
    coinsWeighted.add(operation, sign * amount * number)
    outstanding.set(number, (outstanding.get(number) ?? 0) + sign * amount)
  }
  await each(source, 'SELECT keyset, operation, amount FROM spent', ([keyset, operation, amount]) => {
    counts.spent++
    book('spent', Number(keyset), Number(operation), Number(amount), -1)
  })
  await each(source, 'SELECT keyset, operation, released_by, amount FROM released', (row) => {
    const [keyset, operation, by, amount] = row.map(Number) as [number, number, number, number]
    book('released', keyset, operation, amount, -1)
    book('released', keyset, by, amount, 1)
  })
  await each(
    source,
    'SELECT keyset, operation, amount, c, e, s FROM promises',
    ([keyset, operation, amount, c, e, s]) => {
      counts.promises++
      book('promises', Number(keyset), Number(operation), Number(amount), 1)
      const sum = fingerprint(c as Uint8Array, 1) + fingerprint(e as Uint8Array, 0) + fingerprint(s as Uint8Array, 0)
      signed.add(Number(operation), sum)
    },
  )
  return outstanding
}

/** What the entries say. */
export interface Money {
  /** Of all entries, of those on outstanding, and of those weighted by keyset, by operation. */
  readonly all: Tally
  readonly outstanding: Tally
  readonly outstandingWeighted: Tally
  /** What publishers were credited, and what was paid in, by operation; and to whom, by fingerprint of the name. */
  readonly credited: Map<number, { readonly account: string; readonly amount: number }>
  /** What publishers gave back, by operation. */
  readonly debited: Map<number, { readonly account: string; readonly amount: number }>
  readonly paidIn: Map<number, number>
  /** What vouchers were redeemed for (or, negative, sold for), by operation. */
  readonly redeemed: Map<number, number>
  /** What is on its way to publishers, or (negative) no longer is, by operation; and what else such operations move. */
  readonly payingOut: Map<number, { readonly account: string; readonly amount: number }>
  readonly paidOut: Map<number, number>
  readonly commission: Map<number, number>
  /** Sums by account and unit. */
  readonly sums: Map<string, number>
}

/** Adds up the entries. */
export async function readEntries({ source, keysets }: Books): Promise<Money> {
  const money: Money = {
    all: createTally(),
    outstanding: createTally(),
    outstandingWeighted: createTally(),
    credited: new Map(),
    debited: new Map(),
    paidIn: new Map(),
    redeemed: new Map(),
    payingOut: new Map(),
    paidOut: new Map(),
    commission: new Map(),
    sums: new Map(),
  }
  const numbers = new Map([...keysets].map(([number, { id }]) => [id, number]))
  await each(source, 'SELECT operation, account, unit, amount FROM entries', ([sequence, name, unit, value]) => {
    const operation = Number(sequence)
    const account = String(name)
    const amount = Number(value)
    money.all.add(operation, amount)
    const key = `${account} ${unit as string}`
    money.sums.set(key, (money.sums.get(key) ?? 0) + amount)
    if (account.startsWith('outstanding:')) {
      money.outstanding.add(operation, amount)
      money.outstandingWeighted.add(operation, amount * (numbers.get(account.slice(12)) ?? 0))
    } else if (account.startsWith('publisher:')) {
      const moved = amount < 0 ? money.debited : money.credited
      moved.set(operation, { account: account.slice(10), amount: Math.abs(amount) })
    } else if (account.startsWith('paid-in:')) money.paidIn.set(operation, -amount)
    else if (account.startsWith('paying-out:')) money.payingOut.set(operation, { account: account.slice(11), amount })
    else if (account.startsWith('paid-out:')) money.paidOut.set(operation, amount)
    else if (account === 'fees:platform') money.commission.set(operation, amount)
    else if (account === 'vouchers') money.redeemed.set(operation, -amount)
  })
  return money
}
