// Coins going out: top-up quotes, and signatures on outputs for top-ups and swaps; app.ts and redeem.ts call it.

import {
  sumAmounts,
  TuppenceError,
  type BlindedMessage,
  type BlindSignature,
  type ErrorCode,
  type RequestOf,
} from '@tuppence/protocol'
import { requestHash } from './canonical.ts'
import { isOver, takesMoney } from './closing/closing.ts'
import type { BlindSigned } from './curve/port.ts'
import { perform, type Deps } from './deps.ts'
import { creditReceived } from './funding/credit.ts'
import type { Funding } from './funding/port.ts'
import { eachByWork, type KeysetKeys } from './keys.ts'
import type { Promised, QuoteRow } from './ledger/port.ts'

/** A top-up quote on the wire (NUT-04, with the quote accounting of 2026). Times in Unix seconds. */
export interface QuoteAnswer {
  readonly quote: string
  readonly method: string
  readonly request: string
  readonly unit: string
  readonly amount: number
  readonly state: 'UNPAID' | 'PAID' | 'ISSUED'
  readonly expiry: number
  readonly pubkey: string | null
  readonly amount_paid: number
  readonly amount_issued: number
  readonly updated_at: number
  /** Why it will not be paid, or was taken back: an error code. */
  readonly reason?: ErrorCode
}

/**
 * Opens a top-up quote.
 *
 * @throws {TuppenceError} `funding-unsupported`, `minting-disabled` (the mint is winding down), `unit-unsupported`,
 *   `amount-out-of-range`, `quote-key-required` (no
 *   `pubkey` where the method needs one, or one that is no point), and what the method says.
 */
export async function openQuote(
  deps: Deps,
  method: string,
  request: RequestOf<'quote'>,
  address?: string,
): Promise<QuoteAnswer> {
  const { amount, unit, description, pubkey } = request
  const funding = fundingOf(deps, method)
  if (!takesMoney(deps, method)) throw new TuppenceError('minting-disabled')
  if (!funding.units.includes(unit)) throw new TuppenceError('unit-unsupported', { details: { unit } })
  if (amount < funding.minAmount || amount > funding.maxAmount) {
    throw new TuppenceError('amount-out-of-range', { details: { min: funding.minAmount, max: funding.maxAmount } })
  }
  const isKeyed = pubkey === undefined ? funding.needsKey !== true : deps.curve.isPoint(pubkey)
  if (!isKeyed) throw new TuppenceError('quote-key-required')
  const nowMs = deps.clock.nowMs()
  const id = uuidV7(nowMs, deps.random.bytes(10))
  const draft: Omit<QuoteRow, 'request'> = {
    id,
    method,
    unit,
    amount,
    ...(description === undefined ? {} : { description }),
    ...(pubkey === undefined ? {} : { pubkey }),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + deps.config.quoteLifetimeSeconds * 1000,
    updatedAtMs: nowMs,
    amountPaid: 0,
    amountIssued: 0,
    amountRevoked: 0,
  }
  const row: QuoteRow = { ...draft, request: await funding.request(draft, { deps, address }) }
  await perform(deps, {
    hash: requestHash('quote', [id]),
    kind: 'quote',
    unit,
    answer: '',
    quotes: [{ type: 'open', row }],
  })
  return quoteAnswer(row)
}

/** Reads a quote, after asking what has come in for it. @throws {TuppenceError} `funding-unsupported`, `quote-unknown`. */
export async function readQuote(deps: Deps, method: string, id: string): Promise<QuoteRow> {
  fundingOf(deps, method)
  const quote = await deps.ledger.quote(id)
  if (quote === undefined || quote.method !== method) throw new TuppenceError('quote-unknown')
  return creditReceived(deps, quote)
}

/** A quote as wallets see it, with the reason why it is not paid, where its method knows one. */
export async function quoteStanding(deps: Deps, row: QuoteRow): Promise<QuoteAnswer> {
  const reason = await deps.funding.get(row.method)?.reason?.(deps, row)
  return quoteAnswer(row, reason)
}

/** A quote as wallets see it. */
export function quoteAnswer(row: QuoteRow, reason?: ErrorCode): QuoteAnswer {
  return {
    quote: row.id,
    method: row.method,
    request: row.request,
    unit: row.unit,
    amount: row.amount,
    state: stateOf(row),
    expiry: Math.floor(row.expiresAtMs / 1000),
    pubkey: row.pubkey ?? null,
    // What was taken back was not paid.
    amount_paid: row.amountPaid - row.amountRevoked,
    amount_issued: row.amountIssued,
    updated_at: Math.floor(row.updatedAtMs / 1000),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** A quote that came in part is not paid yet, though what came may be minted; what was taken back never was. */
function stateOf({ amount, amountPaid, amountIssued, amountRevoked }: QuoteRow): QuoteAnswer['state'] {
  const paid = amountPaid - amountRevoked
  if (amountIssued > 0 && amountIssued === paid) return 'ISSUED'
  return paid > 0 && (paid >= amount || amountRevoked > 0) ? 'PAID' : 'UNPAID'
}

/** Checks count, duplicates, active keysets, denominations and unit of outputs. @throws {TuppenceError} */
export async function checkOutputs(
  deps: Deps,
  outputs: readonly BlindedMessage[],
): Promise<{ unit: string; amount: number }> {
  if (outputs.length === 0) throw new TuppenceError('bad-request', { details: { field: 'outputs' } })
  if (outputs.length > deps.config.limits.outputsMax) throw new TuppenceError('outputs-too-many')
  if (new Set(outputs.map((output) => output.B_)).size !== outputs.length) throw new TuppenceError('outputs-duplicate')
  const units = new Set<string>()
  for (const { id, amount, B_ } of outputs) {
    const keyset = await deps.keyring.find(id)
    checkSigns(deps, keyset)
    if (!keyset.keys.has(amount)) throw new TuppenceError('denomination-unknown', { details: { amount } })
    if (!keyset.curve.isPoint(B_)) throw new TuppenceError('bad-point')
    units.add(keyset.row.unit)
  }
  if (units.size !== 1) throw new TuppenceError('units-mixed')
  return { unit: [...units][0] as string, amount: sumAmounts(outputs) }
}

/** Checks that a keyset signs. @throws {TuppenceError} `keyset-expired`, `keyset-inactive`. */
export function checkSigns(deps: Deps, { row }: KeysetKeys): void {
  checkLives(deps, row)
  if (!row.active) throw new TuppenceError('keyset-inactive', { details: { keyset: row.id } })
}

/** Checks that a keyset's coins are still good (NUT-02). @throws {TuppenceError} `keyset-expired`. */
export function checkLives(deps: Pick<Deps, 'clock' | 'closing'>, row: KeysetKeys['row']): void {
  if (isOver(deps, row)) throw new TuppenceError('keyset-expired', { details: { keyset: row.id } })
}

/**
 * Signs outputs that were checked, each with its proof (NUT-12).
 *
 * The same output is always signed with the same bytes, so a race between two requests gives nothing away.
 *
 * @throws {TuppenceError} `outputs-signed` One of them was signed before.
 */
export async function signOutputs(deps: Deps, outputs: readonly BlindedMessage[]): Promise<Promised[]> {
  const before = await deps.ledger.promised(outputs.map((output) => output.B_))
  if (before.some((promised) => promised !== undefined)) throw new TuppenceError('outputs-signed')
  const keysets = new Map<string, KeysetKeys>()
  for (const { id } of outputs) if (!keysets.has(id)) keysets.set(id, await deps.keyring.find(id))
  const wanted = outputs.map(({ id, amount, B_ }) => {
    const keyset = keysets.get(id) as KeysetKeys
    const key = keyset.keys.get(amount)
    if (key === undefined) throw new TuppenceError('denomination-unknown', { details: { amount } })
    return { work: keyset.work, output: B_, key }
  })
  const signed = await eachByWork(wanted, (work, list) => work.sign(list.map(({ output, key }) => ({ output, key }))))
  return outputs.map(({ id, amount, B_ }, index): Promised => ({
    keyset: id,
    b: B_,
    amount,
    ...(signed[index] as BlindSigned),
  }))
}

/** A promise as wallets see it. */
export function signatureOf({ keyset, amount, c, e, s }: Promised): BlindSignature {
  return { amount, id: keyset, C_: c, dleq: { e, s } }
}

/** The answer that a request with outputs gets, as the bytes that are stored and sent. */
export function answerOutputs(promises: readonly Promised[]): string {
  return JSON.stringify({ signatures: promises.map(signatureOf) })
}

/** The funding method of a name. @throws {TuppenceError} `funding-unsupported`. */
export function fundingOf(deps: Deps, method: string): Funding {
  const funding = deps.funding.get(method)
  if (funding === undefined) throw new TuppenceError('funding-unsupported', { details: { method } })
  return funding
}

/** Id of a new quote: UUID version 7 with all 74 other bits random (RFC 9562 section 5.7, NUT-04). */
export function uuidV7(nowMs: number, random: Uint8Array): string {
  const hex = nowMs.toString(16).padStart(12, '0') + Buffer.from(random).toString('hex')
  const variant = (8 + (Number.parseInt(hex[16] as string, 16) % 4)).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
