// A publisher's month as its bookkeeper wants it, out of the ledger alone: what came, what went back, what was paid out, and that it
// adds up; handlers.ts answers with it, the operator's listener too.

import { TuppenceError, unitExponent, type Statement, type StatementLine } from '@tuppence/protocol'
import type { Deps } from '../../deps.ts'
import type { AccountRow, Movement } from '../../ledger/port.ts'
import type { Booked } from '../book.ts'

/** Most lines of a statement that shows each; one of a busier month is asked for by day. */
export const linesMax = 100_000

/** What is asked for. `month`: `2026-11`, UTC. */
export interface StatementQuery {
  readonly month: string
  readonly unit: string
  readonly detail: 'all' | 'day'
}

/** Reads a query. @throws {TuppenceError} `bad-request` The month is none, or not begun; `unit-unsupported`. */
export function readStatementQuery(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  query: URLSearchParams,
): StatementQuery {
  const now = new Date(clock.nowMs()).toISOString()
  const month = query.get('month') ?? now.slice(0, 7)
  const unit = query.get('unit') ?? config.units[0] ?? ''
  const detail = query.get('detail') ?? 'all'
  const isMonth = /^20\d\d-(?:0[1-9]|1[0-2])$/.test(month) && month <= now.slice(0, 7)
  if (!isMonth) throw new TuppenceError('bad-request', { details: { field: 'month' } })
  if (detail !== 'all' && detail !== 'day') throw new TuppenceError('bad-request', { details: { field: 'detail' } })
  if (!config.units.includes(unit)) throw new TuppenceError('unit-unsupported', { details: { unit } })
  return { month, unit, detail }
}

/**
 * Makes a statement.
 *
 * @throws {TuppenceError} `bad-request` More lines than fit (ask by day); `storage-corrupt` It does not add up to what the ledger
 *   says is owed: something other than deposits, refunds and payouts has moved the account.
 */
export async function makeStatement(deps: Deps, account: AccountRow, query: StatementQuery): Promise<Statement> {
  const { month, unit, detail } = query
  const { config, clock, ledger, url } = deps
  const fromMs = Date.parse(`${month}-01T00:00:00Z`)
  const toMs = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1)
  const nowMs = clock.nowMs()
  const within: Movement[] = []
  let opening = 0
  let later = 0
  const owed = await ledger.movements(account.id, unit, (slice) => {
    for (const movement of slice) {
      if (movement.atMs < fromMs) opening += movement.amount
      else if (movement.atMs < toMs) within.push(movement)
      else later += movement.amount
    }
    if (detail === 'all' && within.length > linesMax)
      throw new TuppenceError('bad-request', { details: { field: 'detail' }, message: 'too many lines: ask by day' })
  })
  const inOrder = within.toSorted((a, b) => a.atMs - b.atMs || a.sequence - b.sequence)
  const { name, basisPoints, operatorNumber } = config.payout.tax
  // A line has what it adds to the tax of all before it: of articles at 5 cents, each rounded by itself, it would be far too much.
  let taxed = 0
  const plain = (detail === 'day' ? byDay(inOrder) : inOrder.flatMap(linesOf)).map((line) => {
    if (!isTaxed(line.kind)) return { ...line, tax: 0 }
    const before = taxIn(taxed, basisPoints)
    taxed += line.amount
    return { ...line, tax: taxIn(taxed, basisPoints) - before }
  })
  let balance = opening
  const lines: StatementLine[] = plain.map((line) => ({ ...line, balance: (balance += line.amount) }))
  if (balance + later !== owed) throw new TuppenceError('storage-corrupt', { message: 'a statement does not add up' })
  const sum = (...kinds: StatementLine['kind'][]) =>
    lines.reduce((total, line) => total + (kinds.includes(line.kind) ? line.amount : 0), 0)
  return {
    account: { id: account.id, name: account.name },
    mint: { name: config.name, url },
    unit,
    exponent: unitExponent(unit),
    month,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    made: new Date(nowMs).toISOString(),
    isOver: nowMs >= toMs,
    tax: { name, basisPoints, operatorNumber, isIncluded: true },
    opening,
    closing: balance,
    totals: {
      deposits: sum('deposit'),
      refunds: sum('refund'),
      payouts: sum('payout', 'payout-returned'),
      commission: sum('commission', 'commission-returned'),
      tax: lines.reduce((total, { tax }) => total + tax, 0),
      lines: lines.length,
    },
    lines,
  }
}

type Plain = Omit<StatementLine, 'balance' | 'tax'>

/** What a movement is to a bookkeeper: a payout that has a commission is two lines. */
function linesOf({ kind, atMs, amount, reference, answer }: Movement): Plain[] {
  const at = new Date(atMs).toISOString()
  if (kind === 'deposit' || kind === 'refund') return [{ at, kind, reference: reference ?? '', count: 1, amount }]
  const { payout, commission, net } = JSON.parse(answer ?? '{}') as Partial<Booked>
  const line = { at, reference: payout ?? '', count: 1 }
  if (kind === 'payout-paid') return [{ ...line, kind: 'payout-arrived', amount: 0 }]
  const isBack = kind === 'payout-failed'
  const fee = isBack ? (commission ?? 0) : 0 - (commission ?? 0)
  const sent: Plain = { ...line, kind: isBack ? 'payout-returned' : 'payout', amount: amount - fee }
  return fee === 0 || net === undefined
    ? [sent]
    : [sent, { ...line, kind: isBack ? 'commission-returned' : 'commission', amount: fee }]
}

/** Deposits and refunds of a day in a line each, where the day's last one was. */
function byDay(movements: readonly Movement[]): Plain[] {
  const lines = new Map<string, Plain & { order: number }>()
  for (const [order, movement] of movements.entries()) {
    for (const line of linesOf(movement)) {
      const isMany = line.kind === 'deposit' || line.kind === 'refund'
      const day = line.at.slice(0, 10)
      const key = isMany ? `${line.kind} ${day}` : `${line.kind} ${order}`
      const known = lines.get(key)
      const sum = { count: (known?.count ?? 0) + line.count, amount: (known?.amount ?? 0) + line.amount }
      lines.set(key, { ...line, ...(isMany ? { reference: day } : {}), ...sum, order })
    }
  }
  return [...lines.values()].toSorted((a, b) => a.order - b.order).map(({ order: _order, ...line }) => line)
}

function isTaxed(kind: StatementLine['kind']): boolean {
  return kind === 'deposit' || kind === 'refund'
}

/** The tax that an amount contains, to the nearest minor unit, halves away from zero. */
export function taxIn(amount: number, basisPoints: number): number {
  const whole = BigInt(Math.abs(amount)) * BigInt(basisPoints)
  const by = 10_000n + BigInt(basisPoints)
  const tax = Number((whole * 2n + by) / (by * 2n))
  return amount < 0 ? 0 - tax : tax
}
