/** One request to one offer: pays, opens, or asks for money; called by the till's handler for every offer path. */
import { isTuppenceError, TuppenceError } from '@tuppence/protocol'
import type { Challenge, SignableRequest } from '@tuppence/protocol'
import { tooMany, type AcceptDeps } from './accept.ts'
import type { AddressNames, Rate } from './address.ts'
import { challengeAnswer, contentAnswer, pageAnswer, problemAnswer, type Content } from './answer.ts'
import { issueChallenge, type ChallengeDeps, type Wanted } from './challenge.ts'
import type { KnowsCrawler } from './crawlers.ts'
import type { JournaledPayment } from './journal/port.ts'
import { methodsOf, type Offer, type PassOffer } from './offers.ts'
import { plainPage } from './page.ts'
import { digestOf, offeredIn, pay, type Offered } from './payment.ts'
import type { RefundLimit } from './refund-limit.ts'
import { dueOf, priceAt, questionOf, standingOf } from './standing.ts'
import { readBody, tipAmount } from './tip.ts'

/** The publisher's part in a sale. */
export type Publisher = Readonly<{
  /** Renders what was bought, afresh each time; called only for who has paid. For a tip: the thanks. Never for a pass. */
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
  Readonly<{
    publisher: Publisher
    later: (work: () => Promise<void>) => void
    settleSoon: () => void
    rate: Rate
    refundLimit: RefundLimit
    /** Counts that a price was named. */
    tally: (offer: Offer, price: number) => void
    addressNames: AddressNames
    knowsCrawler: KnowsCrawler
  }>

/** A request to an offer; `target` is its path and query, `address` where it came from, if that says anything. */
export type Visit = Readonly<{ offer: Offer; request: Request; target: string; address: string | undefined }>

/** A visit whose body has been read and whose amount is known. */
export type Sale = Visit & Readonly<{ wanted: Wanted; signable: SignableRequest }>

// What is bound into a challenge comes back in a credential of at most 4 KB.
const targetCharsMax = 512

/** Codes that say that something is wrong with the credential and nothing was taken: the answer is a fresh challenge. */
const askAgain = new Set([400, 401, 402])

/** Reads what must be known before a price can be named. @throws {TuppenceError} Too long, too large, not a tip. */
export async function openSale(deps: SellDeps, visit: Visit): Promise<Sale> {
  const { offer, request, target } = visit
  if (target.length > targetCharsMax) throw new TuppenceError('url-refused', { details: { charsMax: targetCharsMax } })
  const url = deps.settings.origin + target
  const { method, headers } = request
  if (offer.kind !== 'tip')
    return {
      ...visit,
      signable: { method, url, headers },
      wanted: { offer, target, amount: priceAt(offer, deps.nowMs()) },
    }
  const body = await readBody(request)
  const digest = await digestOf(body, headers)
  return {
    ...visit,
    signable: { method, url, headers, body },
    wanted: { offer, target, amount: tipAmount(body, offer), digest },
  }
}

/** Sells to whoever brings money, in either form; asks everybody else for it. */
export async function sell(deps: SellDeps, sale: Sale): Promise<Response> {
  let offered: Offered | undefined
  let payer: string | undefined
  try {
    offered = offeredIn(sale.request.headers)
    if (offered) return await take(deps, sale, { offered, told: (reader) => (payer = reader) })
    return await ask(deps, sale, new TuppenceError('payment-required'))
  } catch (error) {
    return failure(deps, sale, { error, by: offered?.by ?? 'credential', reader: payer })
  }
}

async function take(
  deps: SellDeps,
  sale: Sale,
  bid: Readonly<{ offered: Offered; told: (reader: string | undefined) => void }>,
): Promise<Response> {
  const { offer, signable, wanted } = sale
  const { payment, repeat } = await pay(deps, {
    offered: bid.offered,
    wanted,
    request: signable,
    check: async (reader) => {
      bid.told(reader?.thumbprint)
      hold(deps, sale)
      await permit(deps, sale, reader?.thumbprint)
    },
  })
  deps.log({ event: 'paid', offer: offer.id, amount: payment.amount, unit: payment.unit, repeat })
  const content = await contentOf(deps, sale, { amount: payment.amount, untilMs: untilOf(payment) })
  if (payment.stage === 'deposited') deps.later(() => deps.journal.delivered(payment.reference, deps.nowMs()))
  const standing = await standingAfter(deps, sale, payment.reader?.thumbprint)
  return contentAnswer(deps.nowMs(), content, { receipt: payment.receipt, standing })
}

function untilOf({ depositedAtMs = 0, passMs }: JournaledPayment): number | undefined {
  return passMs === undefined ? undefined : depositedAtMs + passMs
}

async function standingAfter({ settings, journal, nowMs }: SellDeps, { offer }: Sale, thumbprint: string | undefined) {
  if (thumbprint === undefined) return undefined
  const state = await journal.state(questionOf(settings.terms, { thumbprint, offer, nowMs: nowMs() }))
  return standingOf(settings.terms, state, nowMs(), 'paid')
}

/** Makes one address wait that opens more than people read. @throws {TuppenceError} `too-many-requests` */
export function hold({ rate, nowMs }: SellDeps, { address }: Visit): void {
  const seconds = rate(address, nowMs())
  if (seconds > 0) throw tooMany(seconds)
}

/** Asks the publisher. @throws {TuppenceError} `policy-refused` */
export async function permit(
  { publisher }: SellDeps,
  { offer, request }: Visit,
  reader: string | undefined,
): Promise<void> {
  if ((await publisher.policy?.(offer, { request, reader })) === 'refuse') throw new TuppenceError('policy-refused')
}

/** What is handed over: the publisher's rendering; of a pass, until when it lasts. @throws {TuppenceError} `content-unavailable` */
export async function contentOf(
  deps: SellDeps,
  { offer, request }: Visit,
  paid: Readonly<{ amount: number; untilMs?: number | undefined }>,
): Promise<Content> {
  if (offer.kind === 'pass') return passContent(offer, paid.untilMs ?? 0)
  try {
    return await deps.publisher.content(offer, request, { amount: paid.amount })
  } catch (cause) {
    deps.log({ event: 'failed', offer: offer.id, error: cause instanceof Error ? cause.message : 'unknown' })
    throw new TuppenceError('content-unavailable', { cause })
  }
}

function passContent({ id, title }: PassOffer, untilMs: number): Content {
  const pass = { id, title, until: Math.floor(untilMs / 1_000) }
  return { contentType: 'application/json', body: JSON.stringify({ pass }) }
}

/**
 * Answers 402 with a fresh challenge.
 *
 * @param thumbprint - Of a reader who has proved to be asking: the price is then what the offer costs them.
 */
export async function ask(deps: SellDeps, sale: Sale, reason: TuppenceError, thumbprint?: string): Promise<Response> {
  const { offer, request } = sale
  const wanted = thumbprint === undefined ? sale.wanted : await wantedOf(deps, sale, thumbprint)
  const issued = await issueChallenge(deps, wanted)
  deps.log({ event: 'challenged', offer: offer.id, amount: wanted.amount, unit: offer.unit })
  // What a tip would be, whoever asks says: a count of that is a row for each figure that a stranger thinks of.
  const isPrice = wanted.reader === undefined && offer.kind !== 'tip'
  if (isPrice && reason.code === 'payment-required') deps.tally(offer, wanted.amount)
  const wantsPage = reason.code === 'payment-required' && wantsHtml(request)
  return challengeAnswer(
    deps.nowMs(),
    issued,
    reason,
    wantsPage ? await pageOf(deps, sale, issued.challenge) : undefined,
  )
}

async function wantedOf(deps: SellDeps, { offer, wanted }: Sale, thumbprint: string): Promise<Wanted> {
  if (offer.kind === 'tip') return wanted
  const { terms } = deps.settings
  const nowMs = deps.nowMs()
  const state = await deps.journal.state(questionOf(terms, { thumbprint, offer, nowMs }))
  const due = dueOf(terms, { offer, state, list: wanted.amount, nowMs })
  return due.status === 'ask' && due.price === 'personal'
    ? { ...wanted, amount: due.amount, reader: thumbprint }
    : wanted
}

/** The page for a browser that opens the address by itself. */
export async function pageOf(
  deps: SellDeps,
  { offer, request }: Visit,
  challenge: Challenge | undefined,
): Promise<string> {
  const plain = plainPage(offer, offer.kind === 'tip' ? undefined : priceAt(offer, deps.nowMs()))
  return (await deps.publisher.page?.(offer, { request, challenge })) ?? plain
}

function wantsHtml(request: Request): boolean {
  return /(?:^|,)\s*text\/html\s*(?:[;,]|$)/i.test(request.headers.get('accept') ?? '')
}

/** Answers a method that the offer does not have. */
export async function wrongMethod(deps: SellDeps, visit: Visit): Promise<Response> {
  const { offer, request } = visit
  if (offer.kind === 'tip' && request.method === 'GET' && wantsHtml(request))
    return pageAnswer(deps.nowMs(), await pageOf(deps, visit, undefined))
  const allow = [...methodsOf(offer), 'OPTIONS'].join(', ')
  return problemAnswer(deps.nowMs(), new TuppenceError('method-not-allowed'), { headers: { allow } })
}

/** Answers a request that gets no challenge, whatever is wrong with it. */
export function refuse(deps: SellDeps, offer: Offer, error: unknown): Response {
  if (!isTuppenceError(error)) throw error
  const reason = error.details['reason']
  deps.log({ event: 'refused', offer: offer.id, code: error.code, ...(typeof reason === 'string' && { reason }) })
  if (isTuppenceError(error, 'mint-unavailable', 'storage-unavailable')) deps.settleSoon()
  return problemAnswer(deps.nowMs(), error)
}

/** Answers a failure: 402 with a fresh challenge where nothing was taken, and never where something may have been. */
export async function failure(
  deps: SellDeps,
  sale: Sale,
  failed: Readonly<{ error: unknown; by?: Offered['by']; reader?: string | undefined }>,
): Promise<Response> {
  const { error, by, reader } = failed
  const answer = refuse(deps, sale.offer, error)
  if (!isTuppenceError(error) || isTuppenceError(error, 'two-credentials', 'bad-request')) return answer
  if (!askAgain.has(answer.status)) return answer
  // NUT-24 wants 400 where a token does not do.
  if (by === 'x-cashu') return problemAnswer(deps.nowMs(), error, { status: 400 })
  return ask(deps, sale, error, reader)
}
