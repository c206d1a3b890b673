// Money out (NUT-05, NUT-08): coins are spent first, then the method pays, then its outcome is booked; handlers.ts calls it.

import { isTuppenceError, splitAmount, TuppenceError, type BlindSignature, type RequestOf } from '@tuppence/protocol'
import { canonicalInputs, requestHash } from './canonical.ts'
import { perform, type Deps } from './deps.ts'
import { reach } from './failpoint.ts'
import type { Payout, PayoutResult } from './funding/port.ts'
import { checkSigns, fundingOf, signatureOf, signOutputs, uuidV7 } from './issue.ts'
import type { MeltRow, NewMelt, Promised } from './ledger/port.ts'
import { checkInputs, checkLocks, feeEntries, verifyInputs } from './redeem.ts'

type Blank = Pick<NonNullable<RequestOf<'melt'>['outputs']>[number], 'id' | 'B_'>

/** A melt quote on the wire. `expiry` in Unix seconds. */
export interface MeltAnswer {
  readonly quote: string
  readonly method: string
  readonly request: string
  readonly amount: number
  readonly unit: string
  readonly fee_reserve: number
  readonly state: MeltRow['state']
  readonly expiry: number
  /** What the method gives as proof of payment: a preimage. */
  readonly payment_preimage?: string
  readonly change?: readonly BlindSignature[]
}

/**
 * Opens a melt quote.
 *
 * @throws {TuppenceError} `funding-unsupported`, `unit-unsupported`, `amount-out-of-range`, and what the method says of the
 *   request.
 */
export async function openMelt(deps: Deps, method: string, asked: RequestOf<'meltQuote'>): Promise<MeltRow> {
  const funding = fundingOf(deps, method)
  const { unit, request, amount: wanted, options } = asked
  if (!funding.units.includes(unit)) throw new TuppenceError('unit-unsupported', { details: { unit } })
  const { amount, feeReserve, payee } = await payoutOf(deps, method).quote({
    request,
    unit,
    amount: wanted,
    amountMsat: options?.amountless?.amount_msat,
    deps,
  })
  const min = funding.payout?.minAmount ?? funding.minAmount
  const max = funding.maxAmount
  if (amount < min || amount > max) throw new TuppenceError('amount-out-of-range', { details: { min, max } })
  const nowMs = deps.clock.nowMs()
  const row: NewMelt = {
    id: uuidV7(nowMs, deps.random.bytes(10)),
    method,
    unit,
    amount,
    feeReserve,
    request,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + deps.config.quoteLifetimeSeconds * 1000,
    ...(payee === undefined ? {} : { payee }),
  }
  const hash = requestHash('melt-quote', [row.id])
  await perform(deps, { hash, kind: 'melt-quote', unit, answer: '', melt: { type: 'open', row } })
  return { ...row, state: 'UNPAID', attempt: 0, amountIn: 0, inputFee: 0 }
}

/** A melt quote as wallets see it. */
export function meltAnswer(row: MeltRow, change: readonly Promised[] = [], proof?: string): MeltAnswer {
  return {
    quote: row.id,
    method: row.method,
    request: row.request,
    amount: row.amount,
    unit: row.unit,
    fee_reserve: row.feeReserve,
    state: row.state,
    expiry: Math.floor(row.expiresAtMs / 1000),
    ...(proof === undefined ? {} : { payment_preimage: proof }),
    ...(change.length === 0 ? {} : { change: change.map(signatureOf) }),
  }
}

/** The state of a melt quote; a pending one is asked after. @throws {TuppenceError} `funding-unsupported`, `quote-unknown`. */
export async function meltState(deps: Deps, method: string, id: string): Promise<string> {
  const row = await readMelt(deps, method, id)
  // One that is being paid right now is PENDING, and whoever asks need not wait for it.
  const isAsked = row.state === 'PENDING' && !concluding.has(nameOfAttempt(row))
  return answerOf(isAsked ? await conclude(deps, row, 'outcome') : row)
}

/**
 * Spends coins into a payment to outside.
 *
 * Coins are spent, durably, before anything is paid. They come back only when the method says for certain that it paid
 * nothing; as long as that is not known the quote is PENDING, through restarts too.
 *
 * With `prefer_async` the answer comes as soon as the coins are spent, and the quote says later what became of it.
 *
 * @returns The answer as text: the same bytes for the same request once the quote is PAID.
 * @throws {TuppenceError} `quote-pending`, `quote-settled`, `quote-expired`, `unbalanced`, `funding-failed` (nothing was
 *   paid, the coins are good again) ...
 */
export async function melt(deps: Deps, method: string, request: RequestOf<'melt'>): Promise<string> {
  const { inputs, outputs = [] } = request
  const row = await readMelt(deps, method, request.quote)
  const blanks: Blank[] = outputs.map(({ id, B_ }) => ({ id, B_ }))
  const content = requestHash('melt', [method, row.id, canonicalInputs(inputs), blanks.map(({ id, B_ }) => [id, B_])])
  if (row.state !== 'UNPAID') {
    if (row.content !== content) throw new TuppenceError(row.state === 'PAID' ? 'quote-settled' : 'quote-pending')
    return answerOf(row.state === 'PENDING' ? await conclude(deps, row, 'outcome') : row)
  }
  if (row.expiresAtMs <= deps.clock.nowMs()) throw new TuppenceError('quote-expired')
  const coins = await checkInputs(deps, inputs)
  if (coins.unit !== row.unit) throw new TuppenceError('units-differ')
  const amountIn = coins.amount - coins.fee
  try {
    await checkBlanks(deps, row, blanks, amountIn)
  } catch (error) {
    // Of coins that are gone anyway it would lead astray to hear that they are too few.
    if (isTuppenceError(error, 'unbalanced')) await verifyInputs(deps, inputs, coins)
    throw error
  }
  const spends = await verifyInputs(deps, inputs, coins)
  checkLocks(deps, inputs, outputs, row.id)
  const attempt = row.attempt + 1
  const started = {
    type: 'start',
    id: row.id,
    attempt,
    content,
    outputs: JSON.stringify(blanks),
    amountIn,
    inputFee: coins.fee,
  } as const
  // Registered before the coins are spent, so that nobody who sees the quote PENDING asks before this has begun to pay.
  const starting = perform(deps, {
    hash: requestHash('melt-start', [row.id, attempt, content]),
    kind: 'melt',
    unit: row.unit,
    answer: '',
    spends,
    melt: started,
    entries: [{ account: `melting:${method}`, amount: amountIn }, ...feeEntries(coins.fee)],
  })
  const pending: MeltRow = { ...row, ...started, state: 'PENDING' }
  const concluding = conclude(deps, pending, 'pay', starting)
  if (request.prefer_async === true) {
    // Whoever asked has gone on by the time that this fails; if it could not begin, they are told below.
    concluding.catch((error: unknown) => deps.log('warn', 'melt-unconcluded', { method, reason: nameOf(error) }))
    await starting
    return answerOf(pending)
  }
  const done = await concluding
  if (done.state === 'UNPAID') throw new TuppenceError('funding-failed')
  return answerOf(done)
}

/** Asks after every melt that is pending: after a restart, and now and then. A method that is gone leaves its melts be. */
export async function resumeMelts(deps: Deps): Promise<void> {
  for (const row of await deps.ledger.pendingMelts()) {
    if (deps.funding.get(row.method)?.payout !== undefined) await conclude(deps, row, 'outcome')
  }
}

/** Attempts that this process is concluding. */
const concluding = new Map<string, Promise<MeltRow>>()

function nameOfAttempt({ id, attempt }: Pick<MeltRow, 'id' | 'attempt'>): string {
  return `${id} ${attempt}`
}

/**
 * Has the method pay, or asks it, and books what it says.
 *
 * Once at a time for each attempt: asking after a payment that another request is only about to begin would hear that
 * there is none.
 *
 * @returns The quote as it is then.
 */
function conclude(
  deps: Deps,
  row: MeltRow,
  how: 'pay' | 'outcome',
  starting: Promise<unknown> = Promise.resolve(),
): Promise<MeltRow> {
  if (row.state !== 'PENDING') return Promise.resolve(row)
  const name = nameOfAttempt(row)
  const known = concluding.get(name)
  // Two requests may start the same attempt at once: the ledger lets one, and the other is told what became of its own.
  if (known !== undefined) return starting.then(() => known)
  const now = starting.then(() => concludeNow(deps, row, how)).finally(() => concluding.delete(name))
  concluding.set(name, now)
  return now
}

async function concludeNow(deps: Deps, row: MeltRow, how: 'pay' | 'outcome'): Promise<MeltRow> {
  reach('melt-started')
  const payout = payoutOf(deps, row.method)
  let result: PayoutResult
  try {
    result = await payout[how](row, deps)
  } catch (error) {
    deps.log('warn', 'payout-unknown', { method: row.method, reason: nameOf(error) })
    result = { status: 'unknown' }
  }
  reach('melt-paid')
  if (result.status === 'paid') await settle(deps, row, result)
  if (result.status === 'failed') await fail(deps, row)
  return readMelt(deps, row.method, row.id)
}

/** Books a payment that was made, and signs what is left over onto the blank outputs (NUT-08). */
async function settle(
  deps: Deps,
  row: MeltRow,
  { feePaid, proof }: Extract<PayoutResult, { status: 'paid' }>,
): Promise<void> {
  const paid = row.amount + Math.min(feePaid, row.feeReserve)
  const left = row.amountIn - paid
  const blanks = JSON.parse(row.outputs ?? '[]') as Blank[]
  const settledWith = async (promises: readonly Promised[]) => {
    const given = promises.reduce((sum, { amount }) => sum + amount, 0)
    const rest = left - given
    await perform(deps, {
      hash: requestHash('melt-paid', [row.id, row.attempt]),
      kind: 'melt-paid',
      unit: row.unit,
      answer: JSON.stringify(meltAnswer({ ...row, state: 'PAID' }, promises, proof)),
      promises,
      melt: { type: 'settle', id: row.id, attempt: row.attempt },
      entries: [
        { account: `melting:${row.method}`, amount: -row.amountIn },
        { account: `paid-out:${row.method}`, amount: paid },
        ...(rest === 0 ? [] : [{ account: blanks.length === 0 ? 'fees' : 'unclaimed', amount: rest }]),
      ],
    })
  }
  try {
    await settledWith(await signChange(deps, blanks, left))
  } catch (error) {
    // An output that was signed elsewhere since, or a keyset that was retired: the payment was made all the same.
    if (!isTuppenceError(error, 'outputs-signed', 'keyset-inactive')) throw error
    deps.log('error', 'change-unclaimed', { unit: row.unit, amount: left, code: error.code })
    await settledWith([])
  }
}

/** Books that nothing was paid: the coins of the attempt are good again. */
async function fail(deps: Deps, row: MeltRow): Promise<void> {
  await perform(deps, {
    hash: requestHash('melt-failed', [row.id, row.attempt]),
    kind: 'melt-failed',
    unit: row.unit,
    answer: '',
    melt: { type: 'fail', id: row.id, attempt: row.attempt },
    entries: [
      { account: `melting:${row.method}`, amount: -row.amountIn },
      ...(row.inputFee === 0 ? [] : [{ account: 'fees', amount: -row.inputFee }]),
    ],
  })
}

/**
 * Checks that inputs pay for the quote, and that more than it can cost comes only with blank outputs for change. Whoever sends
 * too few of them gets the largest parts of the change, and the rest is booked as unclaimed.
 */
async function checkBlanks(deps: Deps, row: MeltRow, blanks: readonly Blank[], amountIn: number): Promise<void> {
  if (blanks.length > deps.config.limits.outputsMax) throw new TuppenceError('outputs-too-many')
  if (new Set(blanks.map(({ B_ }) => B_)).size !== blanks.length) throw new TuppenceError('outputs-duplicate')
  const units = new Set<string>()
  for (const { id, B_ } of blanks) {
    const keyset = await deps.keyring.find(id)
    checkSigns(deps, keyset)
    units.add(keyset.row.unit)
    if (!keyset.curve.isPoint(B_)) throw new TuppenceError('bad-point')
  }
  if (units.size > 1) throw new TuppenceError('units-mixed')
  if (units.size === 1 && !units.has(row.unit)) throw new TuppenceError('units-differ')
  const before = await deps.ledger.promised(blanks.map(({ B_ }) => B_))
  if (before.some((promised) => promised !== undefined)) throw new TuppenceError('outputs-signed')
  const needed = row.amount + row.feeReserve
  if (amountIn < needed || (blanks.length === 0 && amountIn > needed)) {
    throw new TuppenceError('unbalanced', { details: { inputs: amountIn, needed } })
  }
}

/** Signs an amount onto the first blank outputs, a denomination each, ascending; the largest of them where all have no place. */
async function signChange(deps: Deps, blanks: readonly Blank[], amount: number): Promise<Promised[]> {
  if (blanks.length === 0 || amount === 0) return []
  const { row } = await deps.keyring.find((blanks[0] as Blank).id)
  const parts = (splitAmount(amount, row.denominations) ?? []).slice(-blanks.length)
  return signOutputs(
    deps,
    parts.map((part, index) => ({ ...(blanks[index] as Blank), amount: part })),
  )
}

function nameOf(error: unknown): string {
  return isTuppenceError(error) ? error.code : error instanceof Error ? error.name : 'unknown'
}

function answerOf(row: MeltRow): string {
  return row.answer ?? JSON.stringify(meltAnswer(row))
}

async function readMelt(deps: Deps, method: string, id: string): Promise<MeltRow> {
  fundingOf(deps, method)
  const row = await deps.ledger.melt(id)
  if (row === undefined || row.method !== method) throw new TuppenceError('quote-unknown')
  return row
}

function payoutOf(deps: Deps, method: string): Payout {
  const { payout } = fundingOf(deps, method)
  if (payout === undefined) throw new TuppenceError('funding-unsupported', { details: { method } })
  return payout
}
