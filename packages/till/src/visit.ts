/** Where a request to an offer goes: money to sell.ts; a reader's signature, a claim, a crawler's name are seen to here. */
import {
  claimBodySchema,
  isTuppenceError,
  parseJsonAs,
  refundBodySchema,
  TuppenceError,
  utf8Decode,
} from '@tuppence/protocol'
import { tooMany } from './accept.ts'
import { contentAnswer, crawlerAnswer, jsonAnswer } from './answer.ts'
import { claimIn, makeClaim, redeemClaim } from './claim.ts'
import { grantedEvent, isTold } from './events.ts'
import type { Entitlement, Opened, Reader, ReaderState } from './journal/port.ts'
import { sha256Hex } from './native.ts'
import { methodsOf, type ArticleOffer } from './offers.ts'
import { offeredIn } from './payment.ts'
import { askIn, isSigned, provenReader } from './reader.ts'
import { giveBack } from './refund.ts'
import {
  ask,
  contentOf,
  failure,
  hold,
  openSale,
  permit,
  refuse,
  sell,
  wrongMethod,
  type Sale,
  type SellDeps,
  type Visit,
} from './sell.ts'
import { dueOf, grantRefusalOf, questionOf, standingOf, type Due, type GrantRefusal } from './standing.ts'
import { readBody } from './tip.ts'

const dayMs = 86_400_000

/**
 * Answers one request to an offer.
 *
 * @throws Only what is nobody's fault but the till's.
 */
export async function answerVisit(deps: SellDeps, visit: Visit): Promise<Response> {
  const { offer, request } = visit
  if (!methodsOf(offer).includes(request.method)) return wrongMethod(deps, visit)
  if (offer.kind === 'article' && request.method === 'POST') return post(deps, { ...visit, offer })
  let sale: Sale
  try {
    sale = await openSale(deps, visit)
  } catch (error) {
    return refuse(deps, offer, error)
  }
  const { headers } = request
  const code = claimIn(headers)
  if (code !== undefined && offer.kind === 'article') return redeem(deps, { ...visit, offer }, code)
  if (offer.kind === 'tip' || bringsMoney(headers)) return sell(deps, sale)
  if (isSigned(headers)) return open(deps, sale)
  if (await isCrawler(deps, visit)) return crawl(deps, visit)
  return sell(deps, sale)
}

/** Also where what it brings can't be read: then selling says so. */
function bringsMoney(headers: Headers): boolean {
  try {
    return offeredIn(headers) !== undefined
  } catch {
    return true
  }
}

/** A signed request without money: gives what the key owns, what a pass or cap covers, or a free article. */
async function open(deps: SellDeps, sale: Sale): Promise<Response> {
  const { request, signable } = sale
  const asked = askIn(request.headers)
  let reader: Reader | undefined
  try {
    reader = await provenReader(signable, { journal: deps.journal, nowMs: deps.nowMs(), offered: asked.key })
    if (!reader) return await ask(deps, sale, new TuppenceError('payment-required'))
    await permit(deps, sale, reader.thumbprint)
    // HEAD looks, and takes nothing.
    const wants = request.method === 'GET' ? asked.wants : undefined
    return await openFor(deps, { ...sale, reader, wants })
  } catch (error) {
    return failure(deps, sale, { error, reader: reader?.thumbprint })
  }
}

type Opening = Sale & Readonly<{ reader: Reader; wants: 'grant' | undefined }>

async function openFor(deps: SellDeps, opening: Opening): Promise<Response> {
  const { offer, reader, wants, wanted } = opening
  if (offer.kind === 'tip') throw new TuppenceError('internal')
  const { terms } = deps.settings
  const nowMs = deps.nowMs()
  const state = await deps.journal.state(questionOf(terms, { thumbprint: reader.thumbprint, offer, nowMs }))
  const due = dueOf(terms, { offer, state, list: wanted.amount, nowMs })
  if (due.status === 'owned') {
    deps.log({ event: 'reopened', offer: offer.id })
    return deliver(deps, opening, due.entitlement)
  }
  if (due.status === 'wait') throw new TuppenceError('payment-in-progress')
  if (due.status === 'covered') {
    const entitlement = await become(deps, opening, { via: due.by, reference: due.reference }, (now) =>
      stillCovered(dueOf(terms, { offer, state: now, list: wanted.amount, nowMs }), now, terms.limits.perKeyDay),
    )
    deps.log({ event: 'covered', offer: offer.id, by: due.by })
    return deliver(deps, opening, entitlement)
  }
  if (wants !== 'grant') return ask(deps, opening, new TuppenceError('payment-required'), reader.thumbprint)
  const entitlement = await become(deps, opening, { via: 'grant' }, (now) => grantRefusalOf(terms, offer, now))
  deps.log({ event: 'granted', offer: offer.id })
  return deliver(deps, opening, entitlement)
}

function stillCovered(due: Due, state: ReaderState, perKeyDay: number): GrantRefusal | undefined {
  if (due.status !== 'covered') return 'unavailable'
  // Opened by the pass, it would be paid for a moment later all the same.
  if (state.pendingOffer) return 'wait'
  return state.today >= perKeyDay ? 'too-many' : undefined
}

/** Makes an article the reader's that costs nothing now. */
async function become(
  deps: SellDeps,
  opening: Opening,
  how: Pick<Opened, 'via' | 'reference'>,
  admit: (state: ReaderState) => GrantRefusal | undefined,
): Promise<Entitlement> {
  const { journal, settings } = deps
  const { offer, reader } = opening
  hold(deps, opening)
  const nowMs = deps.nowMs()
  const address = how.via === 'grant' ? await deps.addressNames(opening.address, nowMs) : undefined
  const question = questionOf(settings.terms, { thumbprint: reader.thumbprint, offer, nowMs, address })
  const isEvent = how.via === 'grant' && isTold(settings)
  const id = sha256Hex(reader.thumbprint, offer.id).slice(0, 32)
  const opened = await journal.open(
    { reader, offerId: offer.id, atMs: nowMs, ...how },
    { question, admit, ...(isEvent && { event: grantedEvent(id, offer.id) }) },
  )
  if (isEvent) deps.notify()
  if (opened.status !== 'refused') return opened.entitlement
  if (opened.refusal === 'wait') throw new TuppenceError('payment-in-progress')
  if (opened.refusal === 'too-many') throw tooMany(Math.ceil((question.day.startMs + dayMs - nowMs) / 1_000))
  throw new TuppenceError(opened.refusal === 'exhausted' ? 'grant-exhausted' : 'grant-unavailable')
}

async function deliver(deps: SellDeps, opening: Opening, entitlement: Entitlement): Promise<Response> {
  const { offer, reader } = opening
  const { terms } = deps.settings
  const { amount, untilMs, via, receipt } = entitlement
  const content = await contentOf(deps, opening, { amount, untilMs })
  const nowMs = deps.nowMs()
  const state = await deps.journal.state(questionOf(terms, { thumbprint: reader.thumbprint, offer, nowMs }))
  return contentAnswer(nowMs, content, { receipt, standing: standingOf(terms, state, nowMs, via) })
}

type ArticleVisit = Visit & Readonly<{ offer: ArticleOffer }>

/** A signed POST to an article: the reader gives it back, or wants to show it on one page. */
async function post(deps: SellDeps, visit: ArticleVisit): Promise<Response> {
  const { offer, request, target } = visit
  try {
    const body = await readBody(request)
    const { method, headers } = request
    const signable = { method, url: deps.settings.origin + target, headers, body }
    const reader = await provenReader(signable, { journal: deps.journal, nowMs: deps.nowMs() })
    const asked = bodyOf(body)
    if (!reader) throw new TuppenceError('signature-key-unknown')
    if ('refund' in asked) {
      const seconds = deps.refundLimit(visit.address, asked.refund.reference, deps.nowMs())
      if (seconds > 0) throw tooMany(seconds)
      return jsonAnswer(deps.nowMs(), await giveBack(deps, { offer, reader, refund: asked.refund }))
    }
    return jsonAnswer(deps.nowMs(), await makeClaim(deps, { offer, reader, site: asked.claim.site }))
  } catch (error) {
    return refuse(deps, offer, error)
  }
}

function bodyOf(body: Uint8Array) {
  let text: string
  try {
    text = utf8Decode(body)
  } catch (cause) {
    throw new TuppenceError('bad-request', { cause })
  }
  try {
    return parseJsonAs(refundBodySchema, text, 'bad-request')
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    return parseJsonAs(claimBodySchema, text, 'bad-request')
  }
}

/** The receipt stays out: a code has been in the page's address, and the page may not learn what was paid by whom. */
async function redeem(deps: SellDeps, visit: ArticleVisit, code: string): Promise<Response> {
  const { offer, request } = visit
  try {
    if (request.method !== 'GET') throw new TuppenceError('claim-refused', { details: { reason: 'method' } })
    const reader = await redeemClaim(deps, { offer, code, headers: request.headers })
    await permit(deps, visit, reader)
    const content = await contentOf(deps, visit, { amount: 0 })
    deps.log({ event: 'claimed', offer: offer.id })
    return contentAnswer(deps.nowMs(), content, {})
  } catch (error) {
    return refuse(deps, offer, error)
  }
}

async function isCrawler(deps: SellDeps, { offer, request, address }: Visit): Promise<boolean> {
  if (deps.settings.terms.crawlers !== 'verified' || offer.kind !== 'article') return false
  return deps.knowsCrawler(request, address)
}

async function crawl(deps: SellDeps, visit: Visit): Promise<Response> {
  try {
    await permit(deps, visit, undefined)
    const content = await contentOf(deps, visit, { amount: 0 })
    deps.log({ event: 'crawled', offer: visit.offer.id })
    return crawlerAnswer(deps.nowMs(), content)
  } catch (error) {
    return refuse(deps, visit.offer, error)
  }
}
