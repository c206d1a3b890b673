// The ledger's writes on SQLite: a batch is one transaction, an operation one savepoint; sqlite.ts wraps them into the port.

import type { DatabaseSync } from 'node:sqlite'
import { reach } from '../failpoint.ts'
import { checkpointText, runningHash, type JournalRow, type RunningHash } from './journal.ts'
import { Refused } from './refused.ts'
import { applyMelt } from './sqlite-melt.ts'
import { applyQuote } from './sqlite-quote.ts'
import { blob, isPending, type Prepare } from './sqlite-read.ts'
import type { AccountRow, Balance, KeysetRow, Operation, Outcome } from './port.ts'

interface Keyset {
  readonly number: number
  readonly unit: string
  readonly active: number
}

/** Under which number this process writes, and how far it has: 0 until it starts an epoch, which only who serves does. */
interface Writer {
  number: number
  hash: RunningHash
  sequence: number
  signed: number
}

/** The synchronous writes over one connection. */
export function createWriter(db: DatabaseSync, prepare: Prepare) {
  const transact = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE')
    reach('batch-begun')
    try {
      const result = work()
      reach('before-commit')
      db.exec('COMMIT')
      reach('after-commit')
      return result
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
  const own: Writer = { number: 0, hash: runningHash(0), sequence: 0, signed: 0 }
  return {
    commit: (batch: readonly Operation[]): Outcome[] => {
      const written: JournalRow[] = []
      const outcomes = transact(() => {
        const known: Known = { keysets: new Map(), accounts: new Set(), balances: new Map() }
        const each = batch.map((operation) => applyInSavepoint(prepare, { operation, known, own, written }))
        writeBalances(prepare, known.balances)
        return each
      })
      // Only what is committed counts: a batch that was thrown back never was.
      for (const row of written) own.hash.add(row)
      own.sequence = written.at(-1)?.sequence ?? own.sequence
      return outcomes
    },
    checkpoint: (sign: (text: string) => Uint8Array): void => {
      if (own.number === 0 || own.sequence === own.signed) return
      const digest = own.hash.digest()
      const signature = sign(checkpointText(own.number, own.sequence, digest))
      transact(() =>
        prepare('INSERT INTO checkpoints VALUES (?, ?, ?, ?)').run(own.number, own.sequence, digest, signature),
      )
      own.signed = own.sequence
    },
    addKeyset: (row: KeysetRow): void =>
      transact(() => {
        if (row.active) prepare('UPDATE keysets SET active = 0 WHERE unit = ? AND active = 1').run(row.unit)
        prepare('INSERT INTO keysets VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
          row.number,
          row.id,
          row.unit,
          row.active ? 1 : 0,
          row.inputFeePpk,
          JSON.stringify(row.denominations),
          row.createdAtMs,
          row.finalExpiry ?? null,
        )
      }),
    putAccount: (row: AccountRow): void =>
      transact(() => {
        prepare(
          `INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
           SET name = excluded.name, public_key = excluded.public_key, key_id = excluded.key_id`,
        ).run(row.id, row.name, row.publicKey, row.keyId, row.createdAtMs)
      }),
    nextEpoch: (): number =>
      transact(() => {
        const row = prepare("UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value").get()
        own.number = (row as { value: number }).value
        own.hash = runningHash(own.number)
        return own.number
      }),
  }
}

/** What one transaction has read so far, so that it is read once; nobody else writes meanwhile. */
interface Known {
  readonly keysets: Map<string, Keyset | undefined>
  readonly accounts: Set<string>
  /** By unit and account, as the batch's operations have left them: written once, at its end. */
  readonly balances: Map<string, Balance>
}

interface Batch {
  readonly operation: Operation
  readonly known: Known
  readonly own: Writer
  readonly written: JournalRow[]
}

function applyInSavepoint(prepare: Prepare, batch: Batch): Outcome {
  const { operation, written } = batch
  prepare('SAVEPOINT operation').run()
  try {
    const sequence = applyOperation(prepare, batch)
    if (sequence === undefined) {
      const known = prepare('SELECT answer FROM operations WHERE hash = ?').get(blob(operation.hash))
      prepare('RELEASE operation').run()
      return { status: 'repeated', answer: (known as { answer: string }).answer }
    }
    reach('operation-applied')
    prepare('RELEASE operation').run()
    written.push({ ...operation, sequence })
    return { status: 'committed', answer: operation.answer }
  } catch (error) {
    prepare('ROLLBACK TO operation').run()
    prepare('RELEASE operation').run()
    if (error instanceof Refused) return { status: 'refused', code: error.code }
    throw error
  }
}

/** @returns Its place in the journal; `undefined`: it is there already. @throws {Refused} */
function applyOperation(prepare: Prepare, { operation, known, own }: Batch): number | undefined {
  const { unit } = operation
  const { keysets } = known
  const inserted = prepare(
    `INSERT INTO operations (hash, kind, unit, at_ms, answer, writer) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (hash) DO NOTHING`,
  ).run(blob(operation.hash), operation.kind, unit, operation.atMs, operation.answer, own.number)
  if (inserted.changes !== 1) return undefined
  const sequence = Number(inserted.lastInsertRowid)
  const keysetOf = (id: string): Keyset => {
    if (!keysets.has(id)) {
      keysets.set(
        id,
        prepare('SELECT number, unit, active FROM keysets WHERE id = ?').get(id) as unknown as Keyset | undefined,
      )
    }
    const keyset = keysets.get(id)
    if (keyset === undefined || keyset.unit !== unit) throw new Refused('keyset-unknown')
    return keyset
  }
  if (operation.deposit !== undefined) applyDeposit(prepare, known, operation.deposit, sequence)
  if (operation.refund !== undefined) applyRefund(prepare, operation.refund, unit, sequence)
  for (const change of operation.quotes ?? []) applyQuote(prepare, change, operation, sequence)

  const sums = new Map<string, number>()
  const add = (account: string, amount: number) => sums.set(account, (sums.get(account) ?? 0) + amount)
  for (const entry of operation.entries) add(entry.account, entry.amount)
  const { melt } = operation
  if (melt !== undefined) {
    const released = applyMelt(prepare, { ...operation, melt }, sequence, (id) => keysetOf(id).number)
    for (const coin of released) add(`outstanding:${coin.keyset}`, coin.amount)
  }
  for (const coin of operation.spends) {
    const { changes } = prepare('INSERT INTO spent VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING').run(
      keysetOf(coin.keyset).number,
      blob(coin.y),
      coin.amount,
      sequence,
      coin.witness ?? null,
    )
    if (changes !== 1) throw new Refused(takenBy(prepare, keysetOf(coin.keyset).number, coin.y))
    add(`outstanding:${coin.keyset}`, -coin.amount)
  }
  for (const output of operation.promises) {
    const keyset = keysetOf(output.keyset)
    if (keyset.active !== 1) throw new Refused('keyset-inactive')
    const { changes } = prepare('INSERT INTO promises VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING').run(
      blob(output.b),
      keyset.number,
      output.amount,
      blob(output.c),
      blob(output.e),
      blob(output.s),
      sequence,
    )
    if (changes !== 1) throw new Refused('outputs-signed')
    add(`outstanding:${output.keyset}`, output.amount)
  }
  post(prepare, known, { sequence, unit, sums })
  return sequence
}

/** What has a coin that this operation may not have. */
function takenBy(prepare: Prepare, keyset: number, y: string): 'coins-spent' | 'coins-pending' {
  const row = prepare('SELECT operation FROM spent WHERE keyset = ? AND y = ?').get(keyset, blob(y))
  return row !== undefined && isPending(prepare, row['operation'] as number) ? 'coins-pending' : 'coins-spent'
}

interface Posting {
  readonly sequence: number
  readonly unit: string
  readonly sums: ReadonlyMap<string, number>
}

/** Books an operation's entries: the last thing that may refuse it. */
function post(prepare: Prepare, { balances }: Known, { sequence, unit, sums }: Posting): void {
  let total = 0
  const changed: [key: string, Balance][] = []
  for (const [account, amount] of sums) {
    total += amount
    if (amount === 0) continue
    prepare('INSERT INTO entries VALUES (?, ?, ?, ?)').run(sequence, account, unit, amount)
    const key = `${unit} ${account}`
    const balance = (balances.get(key) ?? readBalance(prepare, account, unit)).balance + amount
    if (!Number.isSafeInteger(balance)) throw new Error('ledger: a balance is beyond what is counted exactly')
    if (balance < 0 && account.startsWith('outstanding:')) throw new Refused('over-redeemed')
    if (balance < 0 && amount < 0 && /^(?:publisher|paying-out):/.test(account)) throw new Refused('account-short')
    changed.push([key, { account, unit, balance }])
  }
  if (total !== 0) throw new Error(`ledger: an operation's entries sum to ${total}, not zero`)
  for (const [key, row] of changed) balances.set(key, row)
}

function readBalance(prepare: Prepare, account: string, unit: string): Balance {
  const row = prepare('SELECT balance FROM balances WHERE account = ? AND unit = ?').get(account, unit)
  return { account, unit, balance: (row as { balance: number } | undefined)?.balance ?? 0 }
}

function writeBalances(prepare: Prepare, balances: Known['balances']): void {
  for (const { account, unit, balance } of balances.values())
    prepare(
      'INSERT INTO balances VALUES (?, ?, ?) ON CONFLICT (account, unit) DO UPDATE SET balance = excluded.balance',
    ).run(account, unit, balance)
}

function applyDeposit(
  prepare: Prepare,
  { accounts }: Known,
  deposit: NonNullable<Operation['deposit']>,
  sequence: number,
): void {
  if (!accounts.has(deposit.account)) {
    if (prepare('SELECT 1 FROM accounts WHERE id = ?').get(deposit.account) === undefined)
      throw new Refused('account-unknown')
    accounts.add(deposit.account)
  }
  const { changes } = prepare('INSERT INTO deposits VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING').run(
    deposit.account,
    blob(deposit.reference),
    deposit.amount,
    blob(deposit.offer),
    sequence,
  )
  if (changes !== 1) throw new Refused('deposit-conflict')
}

function applyRefund(prepare: Prepare, refund: NonNullable<Operation['refund']>, unit: string, sequence: number): void {
  const deposited = prepare(
    `SELECT d.amount, o.unit FROM deposits d JOIN operations o ON o.sequence = d.operation
     WHERE d.account = ? AND d.reference = ?`,
  ).get(refund.account, blob(refund.reference)) as { amount: number; unit: string } | undefined
  if (deposited === undefined) throw new Refused('deposit-unknown')
  if (deposited.unit !== unit) throw new Refused('units-differ')
  if (refund.amount > deposited.amount) throw new Refused('refund-too-large')
  const { changes } = prepare('INSERT INTO refunds VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING').run(
    refund.account,
    blob(refund.reference),
    refund.amount,
    sequence,
  )
  if (changes !== 1) throw new Refused('refund-conflict')
}
