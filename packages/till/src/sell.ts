/** One request to one offer: pays, opens again, or asks for money; called by the till's handler for every offer path. */
import { isTuppenceError, TuppenceError } from '@tuppence/protocol'
import type { Challenge, SignableRequest } from '@tuppence/protocol'
import type { AcceptDeps } from './accept.ts'
import { challengeAnswer, contentAnswer, pageAnswer, problemAnswer, type Content } from './answer.ts'
import { issueChallenge, type ChallengeDeps, type Wanted } from './challenge.ts'
import { methodsOf, type Offer } from './offers.ts'
import { plainPage } from './page.ts'
import { digestOf, offeredIn, pay, type Offered } from './payment.ts'
import { isSigned, provenOwner } from './reader.ts'
import { readBody, tipAmount } from './tip.ts'

/** The publisher's part in a sale. */
export type Publisher = Readonly<{
  /** Renders what was bought, afresh each time; called only for who has paid. For a tip: the thanks. */
  content: (offer: Offer, request: Request, paid: Readonly<{ amount: number }>) => Promise<Content>
  /** Renders the page for a browser that opens the address by itself (teaser and button). Without it, a plain one. */
  page?: (
    offer: Offer,
    context: Readonly<{ request: Request; challenge: Challenge | undefined }>,
  ) => string | Promise<string>
  /** May refuse a reader (403), before coins are taken and before an owned article is opened again. */
  policy?: (
    offer: Offer,
    context: Readonly<{ request: Request; reader: string | undefined }>,
  ) => Promise<'allow' | 'refuse'>
}>

/** What a sale works with. `later`: work that the answer need not wait for. `settleSoon`: an outcome is unknown. */
export type SellDeps = AcceptDeps &
  ChallengeDeps &
  Readonly<{ publisher: Publisher; later: (work: () => Promise<void>) => void; settleSoon: () => void }>

/** A request to an offer; `target` is its path and query. */
export type Visit = Readonly<{ offer: Offer; request: Request; target: string }>

/** A visit whose body has been read and whose amount is known. */
type Sale = Visit & Readonly<{ wanted: Wanted; signable: SignableRequest }>

// What is bound into a challenge comes back in a credential of at most 4 KB.
const targetCharsMax = 512

/** Codes that say that something is wrong with the credential and nothing was taken: the answer is a fresh challenge. */
const askAgain = new Set([400, 401, 402])

/**
 * Answers one request.
 *
 * @throws Only what is nobody's fault but the till's.
 */
export async function sell(deps: SellDeps, visit: Visit): Promise<Response> {
  const { offer, request } = visit
  if (!methodsOf(offer).includes(request.method)) return wrongMethod(deps, visit)
  let sale: Sale
  let offered: Offered | undefined
  try {
    sale = await open(deps, visit)
  } catch (error) {
    return refuse(deps, offer, error)
  }
  try {
    offered = offeredIn(request.headers)
    if (offered) return await take(deps, sale, offered)
    if (offer.kind === 'article' && isSigned(request.headers)) return await reopen(deps, sale)
    return await ask(deps, sale, new TuppenceError('payment-required'))
  } catch (error) {
    return failure(deps, sale, { error, by: offered?.by ?? 'credential' })
  }
}

/** Reads what must be known before a price can be named. */
async function open(deps: SellDeps, visit: Visit): Promise<Sale> {
  const { offer, request, target } = visit
  if (target.length > targetCharsMax) throw new TuppenceError('url-refused', { details: { charsMax: targetCharsMax } })
  const url = deps.settings.origin + target
  const { method, headers } = request
  if (offer.kind === 'article')
    return { ...visit, signable: { method, url, headers }, wanted: { offer, target, amount: offer.price } }
  const body = await readBody(request)
  const digest = await digestOf(body, headers)
  return {
    ...visit,
    signable: { method, url, headers, body },
    wanted: { offer, target, amount: tipAmount(body, offer), digest },
  }
}

async function take(deps: SellDeps, sale: Sale, offered: Offered): Promise<Response> {
  const { offer, signable, wanted, request } = sale
  const { payment, repeat } = await pay(deps, {
    offered,
    wanted,
    request: signable,
    check: (reader) => permit(deps, { offer, request, reader: reader?.thumbprint }),
  })
  deps.log({ event: 'paid', offer: offer.id, amount: payment.amount, unit: payment.unit, repeat })
  const content = await render(deps, sale, payment.amount)
  if (payment.stage === 'deposited') deps.later(() => deps.journal.delivered(payment.reference, deps.nowMs()))
  return contentAnswer(deps.nowMs(), content, payment.receipt)
}

/** A reader comes back with the key that bought: no payment, no deposit; a signature that says nothing here buys. */
async function reopen(deps: SellDeps, sale: Sale): Promise<Response> {
  const { offer, request, signable } = sale
  const owned = await provenOwner(signable, { offerId: offer.id, journal: deps.journal, nowMs: deps.nowMs() })
  if (!owned) return ask(deps, sale, new TuppenceError('payment-required'))
  await permit(deps, { offer, request, reader: owned.reader.thumbprint })
  const content = await render(deps, sale, owned.amount)
  deps.log({ event: 'reopened', offer: offer.id })
  return contentAnswer(deps.nowMs(), content, owned.receipt)
}

async function permit(
  deps: SellDeps,
  context: Readonly<{ offer: Offer; request: Request; reader: string | undefined }>,
): Promise<void> {
  const { offer, request, reader } = context
  if ((await deps.publisher.policy?.(offer, { request, reader })) === 'refuse')
    throw new TuppenceError('policy-refused')
}

async function render(deps: SellDeps, { offer, request }: Visit, amount: number): Promise<Content> {
  try {
    return await deps.publisher.content(offer, request, { amount })
  } catch (cause) {
    deps.log({ event: 'failed', offer: offer.id, error: cause instanceof Error ? cause.message : 'unknown' })
    throw new TuppenceError('content-unavailable', { cause })
  }
}

async function ask(deps: SellDeps, sale: Sale, reason: TuppenceError): Promise<Response> {
  const { offer, request, wanted } = sale
  const issued = await issueChallenge(deps, wanted)
  deps.log({ event: 'challenged', offer: offer.id, amount: wanted.amount, unit: offer.unit })
  const wantsPage = reason.code === 'payment-required' && wantsHtml(request)
  return challengeAnswer(
    deps.nowMs(),
    issued,
    reason,
    wantsPage ? await pageOf(deps, sale, issued.challenge) : undefined,
  )
}

async function pageOf(deps: SellDeps, { offer, request }: Visit, challenge: Challenge | undefined): Promise<string> {
  const plain = plainPage(offer, offer.kind === 'article' ? offer.price : undefined)
  return (await deps.publisher.page?.(offer, { request, challenge })) ?? plain
}

function wantsHtml(request: Request): boolean {
  return /(?:^|,)\s*text\/html\s*(?:[;,]|$)/i.test(request.headers.get('accept') ?? '')
}

async function wrongMethod(deps: SellDeps, visit: Visit): Promise<Response> {
  const { offer, request } = visit
  if (offer.kind === 'tip' && request.method === 'GET' && wantsHtml(request))
    return pageAnswer(deps.nowMs(), await pageOf(deps, visit, undefined))
  const allow = [...methodsOf(offer), 'OPTIONS'].join(', ')
  return problemAnswer(deps.nowMs(), new TuppenceError('method-not-allowed'), { headers: { allow } })
}

/** Answers a request that can't have a price: too long, too large, not a tip. */
function refuse(deps: SellDeps, offer: Offer, error: unknown): Response {
  if (!isTuppenceError(error)) throw error
  deps.log({ event: 'refused', offer: offer.id, code: error.code })
  return problemAnswer(deps.nowMs(), error)
}

/** Answers a failure: 402 with a fresh challenge where nothing was taken, and never where something may have been. */
async function failure(
  deps: SellDeps,
  sale: Sale,
  failed: Readonly<{ error: unknown; by: Offered['by'] }>,
): Promise<Response> {
  const { error, by } = failed
  if (!isTuppenceError(error)) throw error
  const reason = error.details['reason']
  deps.log({ event: 'refused', offer: sale.offer.id, code: error.code, ...(typeof reason === 'string' && { reason }) })
  if (isTuppenceError(error, 'mint-unavailable', 'storage-unavailable')) deps.settleSoon()
  if (isTuppenceError(error, 'two-credentials', 'bad-request')) return problemAnswer(deps.nowMs(), error)
  const answer = problemAnswer(deps.nowMs(), error)
  if (!askAgain.has(answer.status)) return answer
  // NUT-24 wants 400 where a token does not do.
  if (by === 'x-cashu') return problemAnswer(deps.nowMs(), error, { status: 400 })
  return ask(deps, sale, error)
}
