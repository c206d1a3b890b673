// The mint as Request -> Response: routes, limits, CORS, errors and the request log; mint.ts makes it, server.ts serves it.

import { Hono, type Context } from 'hono'
import {
  errorRow,
  limits,
  mintRoutes,
  problemMediaType,
  toNutError,
  toProblem,
  TuppenceError,
  webhookBytesMax,
  type ErrorCode,
  type Route,
} from '@tuppence/protocol'
import { parseBody, readBody } from './body.ts'
import type { Deps } from './deps.ts'
import { reach } from './failpoint.ts'
import { codeOf, tellFailure } from './failure.ts'
import { createGate, type Gate } from './gate.ts'
import { handlers, type Call } from './handlers.ts'
import { createRates, type Rates } from './rates.ts'
import { routes as allRoutes, type RouteName } from './routes.ts'

/** A mint to be put behind a socket. */
export interface App {
  /** @param address - Of who asks, where it is known: rates are limited by it. */
  fetch(request: Request, address?: string): Promise<Response>
  /** Refuses what comes from now on with 503, and resolves when the last answer is made. */
  drain(): Promise<void>
  /** Whether a request to this path would be refused for there being too many; it is counted then. */
  isFull(path: string): boolean
  /** How many requests are being answered. */
  inFlight(): number
}

/** Every answer may be read by any page: coins are secrets of their own, and nothing here looks at cookies. */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Retry-After, Date',
} as const

const preflightHeaders = {
  ...corsHeaders,
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Content-Digest, Signature, Signature-Input',
  'access-control-max-age': '86400',
} as const

const jsonHeaders = { ...corsHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' } as const
const csvHeaders = { ...jsonHeaders, 'content-type': 'text/csv; charset=utf-8; header=present' } as const
const problemHeaders = { ...jsonHeaders, 'content-type': problemMediaType } as const
const retryAfterSeconds = '1'

/** What a full mint answers, on every route. */
export const busyBody = JSON.stringify(toNutError(new TuppenceError('overloaded')))
/** @see busyBody */
export const busyHeaders: Readonly<Record<string, string>> = {
  ...jsonHeaders,
  'content-length': String(busyBody.length),
  'retry-after': retryAfterSeconds,
}

const routes = Object.entries(allRoutes) as [RouteName, Route][]

/** Makes the app. */
export function createApp(deps: Deps): App {
  const hono = new Hono()
  const gate = createGate(deps.config.limits)
  const rates = createRates(deps)
  for (const [name, route] of routes) {
    if (name === 'testPay' && !deps.funding.has('test')) continue
    hono.on(route.method, route.path.replace(/\{(\w+)\}/g, ':$1'), (c) => answer(deps, { gate, rates }, c, name, route))
  }
  hono.options('*', () => new Response(null, { status: 204, headers: preflightHeaders }))
  hono.notFound((c) => {
    const known = routes.some(
      ([name, route]) => matches(route.path, c.req.path) && (name !== 'testPay' || deps.funding.has('test')),
    )
    const error = new TuppenceError(known ? 'method-not-allowed' : 'not-found')
    deps.log('info', 'request', { method: c.req.method, path: '(unknown)', status: errorRow(error.code).status })
    return nutFailure(error)
  })
  hono.onError((error) => {
    deps.log('error', 'failed', { reason: error.name })
    return problemFailure(new TuppenceError('internal'))
  })
  return {
    fetch: async (request, address) => hono.fetch(request, { address }),
    drain: gate.drain,
    inFlight: gate.inFlight,
    isFull: (path) => {
      if (path === mintRoutes.health.path || !gate.isFull()) return false
      deps.metrics.observe('(refused)', 503, 0)
      return true
    },
  }
}

async function answer(
  deps: Deps,
  { gate, rates }: { gate: Gate; rates: Rates },
  c: Context,
  name: RouteName,
  route: Route,
): Promise<Response> {
  const startedMs = performance.now()
  let code: ErrorCode | undefined
  let response: Response
  try {
    const request = c.req.raw
    const address = rates.visit(name, (c.env as { address?: string } | undefined)?.address, request)
    const body = route.request === undefined ? new Uint8Array() : await readBody(request, bodyBytesMax(deps, name))
    // A busy mint is not a dead one: whoever watches over it gets an answer whatever the load.
    const enter = name === 'health' ? (work: () => Promise<string>) => work() : gate.enter
    const text = await enter(() => {
      const input = route.request === undefined ? undefined : parseBody(route.request, body)
      // The table pairs each name with its schema; the compiler cannot follow that through a variable name.
      const handle = handlers[name] as (deps: Deps, call: Call<unknown>) => Promise<string>
      return handle(deps, { input, body, request, params: c.req.param() as Record<string, string>, address })
    })
    reach('before-answer')
    response = new Response(text, { headers: isCsvAnswer(name, request) ? csvHeaders : jsonHeaders })
  } catch (error) {
    code = codeOf(error)
    response = route.nut === true ? nutFailure(error) : problemFailure(error)
    if (response.status >= 500) tellFailure(deps, route.path, error)
  }
  const ms = performance.now() - startedMs
  deps.metrics.observe(name, response.status, ms)
  deps.log(response.status >= 500 ? 'warn' : 'info', 'request', {
    method: route.method,
    path: route.path,
    status: response.status,
    ms: Math.round(ms * 10) / 10,
    ...(code === undefined ? {} : { code }),
  })
  return response
}

/** All answers are JSON, but for a statement that was asked for otherwise. */
function isCsvAnswer(name: RouteName, { url }: Request): boolean {
  return name === 'statement' && new URL(url).searchParams.get('format') === 'csv'
}

function bodyBytesMax({ config }: Deps, name: RouteName): number {
  if (name === 'webhook') return webhookBytesMax
  return name === 'writeBlob' ? limits.blobBodyBytesMax : config.limits.bodyBytesMax
}

/** Statuses that mean more than "refused", so that they stand on NUT routes too, where all else is 400 (NUT-00). */
const ownStatus: readonly number[] = [405, 413, 415, 429]

function nutFailure(error: unknown): Response {
  const { status, code } = toProblem(error)
  const kept = status >= 500 || code === 'not-found' || ownStatus.includes(status)
  return failed(toNutError(error), kept ? status : 400, jsonHeaders)
}

function problemFailure(error: unknown): Response {
  const problem = toProblem(error)
  return failed(problem, problem.status, problemHeaders)
}

function failed(body: object, status: number, headers: Readonly<Record<string, string>>): Response {
  const retry = status === 503 || status === 429 ? { 'retry-after': retryAfterSeconds } : {}
  return new Response(JSON.stringify(body), { status, headers: { ...headers, ...retry } })
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index])
}
