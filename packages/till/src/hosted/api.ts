/** The JSON API of a hosted till: for its operator, and for each publisher by its secret; hosted.ts calls it. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isTuppenceError, TuppenceError } from '@tuppence/protocol'
import { problemAnswer } from '../answer.ts'
import type { Range, Report } from '../insights/report.ts'
import type { Journal } from '../journal/port.ts'
import { forgetPublisher, type ForgetDeps } from './forget.ts'
import {
  addPublisher,
  apiBodyBytesMax,
  changePayout,
  changeSettings,
  isSecretOf,
  known,
  offerPath,
  putOffer,
  removeOffer,
  rotateSecret,
  viewOf,
} from './publishers.ts'
import { readBody } from '../tip.ts'
import type { OfferRow } from './store.ts'

/** What the API works with. `adminToken`: the operator's; without one nobody is. */
export type ApiDeps = ForgetDeps &
  Readonly<{
    adminToken?: string | undefined
    /** The journal of a publisher's till, opened where it is not. */
    journalOf: (id: string) => Promise<Pick<Journal, 'sales' | 'events'>>
    /** A publisher's insights. */
    insightsOf: (id: string, range: Range, patienceMs?: number) => Promise<Report>
  }>

/** Where the API begins. */
export const apiRoot = '/v1/publishers'

const dayMs = 86_400_000
const salesDaysMax = 400
const eventsMax = 200

type Call = Readonly<{ request: Request; url: URL; publisher: string; rest: readonly string[] }>

/** Answers a request below {@link apiRoot}. */
export async function answerApi(deps: ApiDeps, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const [publisher, ...rest] = url.pathname.slice(apiRoot.length).split('/').filter(Boolean)
  try {
    const isOperators = publisher === undefined || (request.method === 'DELETE' && rest.length === 0)
    const value = isOperators
      ? await operate(deps, request, publisher)
      : await publish(deps, { request, url, publisher, rest })
    return Response.json(value, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    const status = statuses[error.code]
    return problemAnswer(deps.nowMs(), error, {
      ...(status !== undefined && { status }),
      ...(status === 401 && { headers: { 'www-authenticate': 'Bearer' } }),
    })
  }
}

// By the table these are a till's own faults; here they are whoever's sent them.
const statuses: Readonly<Record<string, number>> = { 'config-invalid': 400, 'account-forbidden': 401 }

async function operate(deps: ApiDeps, request: Request, publisher: string | undefined): Promise<unknown> {
  const token = bearerOf(request)
  if (deps.adminToken === undefined || token === undefined || !isEqual(token, deps.adminToken)) throw forbidden()
  if (publisher !== undefined) return forgetPublisher(deps, publisher)
  if (request.method === 'POST') return addPublisher(deps, await jsonOf(request))
  if (request.method !== 'GET') throw new TuppenceError('method-not-allowed')
  return { publishers: await Promise.all(deps.store.publishers().map(({ id }) => viewOf(deps, id))) }
}

async function publish(deps: ApiDeps, call: Call): Promise<unknown> {
  const { request, publisher, rest } = call
  const token = bearerOf(request)
  if (token === undefined || !isSecretOf(deps, publisher, token)) throw forbidden()
  const [noun, id, more] = rest
  if (more !== undefined) throw new TuppenceError('not-found')
  if (noun === 'offers') return id === undefined ? listOffers(deps, call) : oneOffer(deps, call, id)
  if (id !== undefined) throw new TuppenceError('not-found')
  const route = routes[`${request.method} ${noun ?? ''}`.trim()]
  if (!route) throw new TuppenceError('not-found')
  return route(deps, call)
}

const routes: Readonly<Record<string, (deps: ApiDeps, call: Call) => Promise<unknown>>> = {
  GET: describe,
  'GET settings': async (deps, { publisher }) => JSON.parse(known(deps, publisher).settings) as unknown,
  'PUT settings': async (deps, { publisher, request }) => {
    const input = await jsonOf(request)
    changeSettings(deps, publisher, input)
    return input
  },
  'GET payout': async (deps, { publisher }) => JSON.parse(known(deps, publisher).payout) as unknown,
  'PUT payout': async (deps, { publisher, request }) => {
    const input = await jsonOf(request)
    changePayout(deps, publisher, input)
    return input
  },
  'POST secret': async (deps, { publisher }) => ({ secret: rotateSecret(deps, publisher) }),
  'GET sales': async (deps, { publisher, url }) => {
    const days = Math.min(Number(url.searchParams.get('days') ?? 31) || 31, salesDaysMax)
    const span = { startMs: deps.nowMs() - days * dayMs, endMs: deps.nowMs() + dayMs }
    return { sales: await (await deps.journalOf(publisher)).sales(span) }
  },
  'GET insights': async (deps, { publisher, url: { searchParams } }) =>
    deps.insightsOf(publisher, {
      from: searchParams.get('from') ?? undefined,
      to: searchParams.get('to') ?? undefined,
    }),
  'GET events': async (deps, { publisher }) => {
    const events = await (await deps.journalOf(publisher)).events(eventsMax)
    return { events: events.map((event) => ({ ...event, data: JSON.parse(event.data) as unknown })) }
  },
}

async function describe(deps: ApiDeps, { publisher }: Call): Promise<unknown> {
  const view = await viewOf(deps, publisher)
  const { sites = [deps.origin] } = JSON.parse(known(deps, publisher).settings) as { sites?: string[] }
  return { ...view, origin: deps.origin, mint: deps.mint.url, unit: deps.unit, sites }
}

function listOffers(deps: ApiDeps, { request, publisher }: Call): unknown {
  if (request.method !== 'GET') throw new TuppenceError('method-not-allowed')
  return { offers: deps.store.offers(publisher).map((offer) => viewOfOffer(deps, publisher, offer)) }
}

async function oneOffer(deps: ApiDeps, { request, publisher }: Call, id: string): Promise<unknown> {
  if (request.method === 'DELETE') {
    removeOffer(deps, publisher, id)
    return { id }
  }
  if (request.method === 'PUT') putOffer(deps, publisher, { id, input: await jsonOf(request) })
  else if (request.method !== 'GET') throw new TuppenceError('method-not-allowed')
  const offer = deps.store.offer(publisher, id)
  if (!offer) throw new TuppenceError('not-found')
  return request.method === 'PUT'
    ? { id, url: deps.origin + offerPath(publisher, id) }
    : { ...viewOfOffer(deps, publisher, offer), ...(offer.content && { content: offer.content }) }
}

/** An offer as its publisher wrote it, with where it is. */
function viewOfOffer(deps: ApiDeps, publisher: string, { id, config, changedAtMs }: OfferRow) {
  return { id, url: deps.origin + offerPath(publisher, id), ...(JSON.parse(config) as object), changedAtMs }
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

async function jsonOf(request: Request): Promise<unknown> {
  const body = await readBody(request, apiBodyBytesMax)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch (cause) {
    throw new TuppenceError('bad-request', { cause })
  }
}

// Errors

/** The same for no secret, a wrong one, and a publisher that is not there. */
function forbidden(): TuppenceError {
  return new TuppenceError('account-forbidden')
}
