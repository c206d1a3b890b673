// Paid quotes turned into coins: one (NUT-04, NUT-20) or several at once (NUT-29); handlers.ts calls it.

import { TuppenceError, type BlindedMessage, type MintBatch, type RequestOf } from '@tuppence/protocol'
import { verifyQuote } from '@tuppence/protocol/crypto'
import { canonicalOutputs, requestHash } from './canonical.ts'
import { once, perform, type Deps } from './deps.ts'
import { answerOutputs, checkOutputs, readQuote, signOutputs } from './issue.ts'
import type { QuoteRow } from './ledger/port.ts'

/**
 * Turns a paid quote into coins, all of it or a part, which a paid quote stays good for however late it is claimed.
 *
 * The quote's signature (NUT-20) is checked first and is no part of the request's hash: signed anew, it is the same request.
 *
 * @returns The answer's bytes as text.
 * @throws {TuppenceError} `quote-signature-invalid`, `quote-unpaid`, `quote-issued`, `quote-amount-mismatch` ...
 */
export async function claimQuote(deps: Deps, method: string, request: RequestOf<'issue'>): Promise<string> {
  const { outputs, signature } = request
  const quote = await readQuote(deps, method, request.quote)
  checkSignature(quote, outputs, signature)
  const hash = requestHash('mint', [method, quote.id, canonicalOutputs(outputs)])
  return once(deps, hash, async () => {
    const made = await checkOutputs(deps, outputs)
    checkClaims([{ quote, amount: made.amount }], made)
    return issue(deps, { hash, outputs, claims: [{ quote, amount: made.amount }] })
  })
}

/**
 * Turns several paid quotes of one method and unit into coins, all or none.
 *
 * @returns The answer's bytes as text.
 * @throws {TuppenceError} As claimQuote; also `bad-request`, `units-mixed`.
 */
export async function claimQuotes(deps: Deps, method: string, request: MintBatch): Promise<string> {
  const { outputs, signatures, quote_amounts: amounts } = request
  const quotes = await readQuotes(deps, method, request.quotes)
  for (const [index, quote] of quotes.entries()) {
    const signature = signatures?.[index] ?? undefined
    if (quote.pubkey === undefined && signature !== undefined) throw new TuppenceError('quote-signature-invalid')
    checkSignature(quote, outputs, signature)
  }
  const hash = requestHash('mint-batch', [method, request.quotes, amounts ?? null, canonicalOutputs(outputs)])
  return once(deps, hash, async () => {
    if (new Set(quotes.map(({ unit }) => unit)).size !== 1) throw new TuppenceError('units-mixed')
    const claims = quotes.map((quote, index) => ({ quote, amount: amounts?.[index] ?? mintable(quote) }))
    checkClaims(claims, await checkOutputs(deps, outputs))
    return issue(deps, { hash, outputs, claims })
  })
}

/** Several quotes of a method, in the order asked; none if one is not there. @throws {TuppenceError} `quote-unknown`. */
export async function readQuotes(deps: Deps, method: string, ids: readonly string[]): Promise<QuoteRow[]> {
  return Promise.all(ids.map((id) => readQuote(deps, method, id)))
}

/** What of a quote becomes coins. */
interface Claim {
  readonly quote: QuoteRow
  readonly amount: number
}

function mintable({ amountPaid, amountIssued, amountRevoked }: QuoteRow): number {
  return amountPaid - amountIssued - amountRevoked
}

function checkSignature(quote: QuoteRow, outputs: readonly BlindedMessage[], signature: string | undefined): void {
  if (quote.pubkey === undefined) return
  if (!verifyQuote({ quote: quote.id, outputs: [...outputs] }, signature ?? '', quote.pubkey)) {
    throw new TuppenceError('quote-signature-invalid')
  }
}

function checkClaims(claims: readonly Claim[], made: { readonly unit: string; readonly amount: number }): void {
  for (const { quote, amount } of claims) {
    if (quote.amountPaid === 0) throw new TuppenceError('quote-unpaid')
    if (mintable(quote) === 0) throw new TuppenceError(quote.amountRevoked > 0 ? 'funding-reversed' : 'quote-issued')
    if (made.unit !== quote.unit) throw new TuppenceError('units-differ')
    if (amount > mintable(quote))
      throw new TuppenceError('quote-amount-mismatch', { details: { outputs: made.amount } })
  }
  const sum = claims.reduce((total, { amount }) => total + amount, 0)
  if (sum !== made.amount) throw new TuppenceError('quote-amount-mismatch', { details: { outputs: made.amount } })
}

async function issue(
  deps: Deps,
  { hash, outputs, claims }: { hash: string; outputs: readonly BlindedMessage[]; claims: readonly Claim[] },
): Promise<string> {
  const promises = await signOutputs(deps, outputs)
  return perform(deps, {
    hash,
    kind: 'mint',
    unit: (claims[0] as Claim).quote.unit,
    answer: answerOutputs(promises),
    promises,
    quotes: claims.map(({ quote, amount }) => ({ type: 'issue', id: quote.id, amount })),
    entries: [{ account: 'unminted', amount: -claims.reduce((total, { amount }) => total + amount, 0) }],
  })
}
