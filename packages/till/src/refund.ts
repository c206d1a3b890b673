/** Gives an article's price back: journal, mint, journal; called for a signed POST to the article, and by recovery. */
import { isTuppenceError, parseJsonAs, periodOf, refundAnswerSchema, TuppenceError } from '@tuppence/protocol'
import type { KeysetInfo, Refund as MintRefund, RefundAnswer, RefundBody, RefundRefusal } from '@tuppence/protocol'
import type { AcceptDeps, AnsweredRefund } from './accept.ts'
import { isTold, refundedEvent } from './events.ts'
import type { Reader, Refund, RefundState } from './journal/port.ts'
import type { ArticleOffer } from './offers.ts'

/** What a reader asks to have back. */
export type RefundRequest = Readonly<{ offer: ArticleOffer; reader: Reader; refund: RefundBody['refund'] }>

/**
 * Gives back what was paid for an article, as coins that only the reader can finish; the same request again gets the same
 * answer.
 *
 * @throws {TuppenceError} `refund-refused` (details.reason, see RefundRefusal); `bad-request`: the outputs are not worth what
 *   was paid, or of no keyset of the mint; `mint-unavailable`: the outcome is unknown, and the same request finds out.
 */
export async function giveBack(deps: AcceptDeps, request: RefundRequest): Promise<RefundAnswer> {
  const { settings, journal } = deps
  const { offer, reader, refund } = request
  const { reference, outputs } = refund
  const amount = outputs.reduce((sum, output) => sum + output.amount, 0)
  const { account } = settings
  const text: MintRefund = { reference, account, unit: offer.unit, amount, outputs }
  const nowMs = deps.nowMs()
  const per = settings.terms.refund?.allowance.per ?? 'week'
  const areOfMint = await ofMint(deps, outputs)
  const begun = await journal.refund(
    {
      reference,
      thumbprint: reader.thumbprint,
      offerId: offer.id,
      amount,
      unit: offer.unit,
      request: JSON.stringify(text),
      startedAtMs: nowMs,
    },
    {
      allowance: periodOf(nowMs, per),
      admit: (state) => refusalOf(deps, { offer, state, amount, nowMs }) ?? (areOfMint() ? undefined : 'outputs'),
    },
  )
  if (begun.status === 'unknown') throw refused(await reasonOfNone(deps, request))
  if (begun.status === 'refused') {
    if (begun.refusal === 'outputs') throw new TuppenceError('bad-request', { details: { field: 'outputs' } })
    throw refused(begun.refusal)
  }
  if (begun.status === 'known' && !isSame(begun.refund, request, JSON.stringify(text))) throw refused('twice')
  return parseJsonAs(refundAnswerSchema, (await settleRefund(deps, begun.refund)).answer, 'storage-corrupt')
}

/**
 * Whether the mint has the keysets that outputs name: of one that it does not know it never says no for good, and the refund
 * would stay open. Told late, as a refund that is known needs no mint.
 */
async function ofMint({ facts }: AcceptDeps, outputs: RefundBody['refund']['outputs']): Promise<() => boolean> {
  const areIn = (known: readonly KeysetInfo[]): boolean =>
    outputs.every(({ id }) => known.some((keyset) => keyset.id === id))
  try {
    const isKnown = areIn(await facts.keysets(areIn))
    return () => isKnown
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function isSame(known: Refund, { offer, reader }: RefundRequest, text: string): boolean {
  return known.request === text && known.thumbprint === reader.thumbprint && known.offerId === offer.id
}

function refusalOf(
  { settings }: AcceptDeps,
  about: Readonly<{ offer: ArticleOffer; state: RefundState; amount: number; nowMs: number }>,
): RefundRefusal | 'outputs' | undefined {
  const { offer, state, amount, nowMs } = about
  const { refund } = settings.terms
  if (!refund || offer.refund === false) return 'not-offered'
  const sinceMs = nowMs - (state.payment.depositedAtMs ?? state.payment.receivedAtMs)
  if (sinceMs > refund.windowSeconds * 1_000) return 'window'
  if (state.used) return 'used'
  if (state.count >= refund.allowance.count) return 'allowance'
  return amount === state.payment.amount ? undefined : 'outputs'
}

/** Why there is nothing to give back: the reader has the article without a payment, or the payment is not theirs. */
async function reasonOfNone({ journal }: AcceptDeps, { offer, reader }: RefundRequest): Promise<RefundRefusal> {
  const owned = await journal.entitlement(reader.thumbprint, offer.id)
  return owned && owned.via !== 'paid' ? 'not-paid' : 'foreign'
}

/**
 * Brings a refund to its answer: asks the mint, as often as it is called and never twice at once; the mint signs once.
 *
 * @throws {TuppenceError} `refund-refused` (the article is the reader's again), `mint-unavailable` (outcome unknown).
 */
export async function settleRefund(deps: AcceptDeps, refund: Refund): Promise<AnsweredRefund> {
  if (isAnswered(refund)) return refund
  const { refunding } = deps
  const { reference } = refund
  for (let running = refunding.get(reference); running; running = refunding.get(reference)) {
    // What was decided is in the journal by then; what is unknown to one is unknown to all who waited.
    await running.catch((error: unknown) => {
      if (isTuppenceError(error, 'mint-unavailable')) throw error
    })
  }
  const asking = ask(deps, refund).finally(() => refunding.delete(reference))
  refunding.set(reference, asking)
  return asking
}

async function ask(deps: AcceptDeps, { reference, request }: Refund): Promise<AnsweredRefund> {
  const { journal, mint, nowMs } = deps
  // Read again: what the caller holds may have been answered or refused in between, and begun anew for other coins.
  const refund = await journal.findRefund(reference)
  if (refund?.request !== request) throw refused('mint')
  if (isAnswered(refund)) return refund
  const { offerId, amount, unit } = refund
  try {
    const { signatures, ...said } = await mint.refund(request)
    // What is not the mint's word on exactly this is no answer.
    if (said.reference !== reference || said.amount !== amount || said.unit !== unit)
      throw new TuppenceError('mint-unavailable', { details: { reason: 'refund-differs' } })
    const kept = await journal.refunded(reference, {
      answer: JSON.stringify({ refunded: { amount, signatures } } satisfies RefundAnswer),
      atMs: nowMs(),
      ...(isTold(deps.settings) && { event: refundedEvent(refund) }),
    })
    deps.notify()
    deps.log({ event: 'refund', offer: offerId, amount, unit, outcome: 'credited' })
    return kept as AnsweredRefund
  } catch (error) {
    if (!isTuppenceError(error, 'refund-refused', 'mint-unavailable')) throw error
    const outcome = error.code === 'refund-refused' ? 'refused' : 'unknown'
    if (outcome === 'refused') await journal.refundRefused(reference)
    const { reason, code } = error.details
    deps.log({
      event: 'refund',
      offer: offerId,
      amount,
      unit,
      outcome,
      code: error.code,
      reason: String(code ?? reason),
    })
    throw error
  }
}

function isAnswered(refund: Refund): refund is AnsweredRefund {
  return refund.answer !== undefined
}

// Errors

function refused(reason: RefundRefusal): TuppenceError {
  return new TuppenceError('refund-refused', { details: { reason } })
}
