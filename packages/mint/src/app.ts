// The mint as Request -> Response: routes, limits, CORS, errors and the request log; mint.ts makes it, server.ts serves it.

import { Hono, type Context } from 'hono'
import {
  errorRow,
  isTuppenceError,
  limits,
  problemMediaType,
  toNutError,
  toProblem,
  TuppenceError,
  type ErrorCode,
} from '@tuppence/protocol'
import { readBody } from './body.ts'
import type { Deps } from './deps.ts'
import { handlers } from './handlers.ts'
import { routes, type Route } from './routes.ts'

/** A mint to be put behind a socket. */
export interface App {
  fetch(request: Request): Promise<Response>
  /** Refuses what comes from now on with 503, and resolves when the last answer is made. */
  drain(): Promise<void>
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
const problemHeaders = { ...jsonHeaders, 'content-type': problemMediaType } as const
const retryAfterSeconds = '1'

/** Makes the app. @param identity - The mint's public key, for /v1/info. */
export function createApp(deps: Deps, identity: Uint8Array): App {
  const hono = new Hono()
  const gate = createGate(deps.config.limits.inFlightMax)
  for (const [name, route] of Object.entries(routes) as [keyof typeof routes, Route][]) {
    if (name === 'payTest' && !deps.funding.has('test')) continue
    hono.on(route.method, route.path, (c) => answer(deps, gate, c, route, name, identity))
  }
  hono.options('*', () => new Response(null, { status: 204, headers: preflightHeaders }))
  hono.notFound((c) => {
    const known = Object.values(routes).some((route) => matches(route.path, c.req.path))
    const error = new TuppenceError(known ? 'method-not-allowed' : 'not-found')
    deps.log('info', 'request', { method: c.req.method, path: '(unknown)', status: errorRow(error.code).status })
    return failure(error, 'nut')
  })
  hono.onError((error) => {
    deps.log('error', 'failed', { reason: error.name })
    return failure(new TuppenceError('internal'), 'problem')
  })
  return { fetch: async (request) => hono.fetch(request), drain: gate.drain }
}

async function answer(
  deps: Deps,
  gate: Gate,
  c: Context,
  route: Route,
  name: keyof typeof routes,
  identity: Uint8Array,
): Promise<Response> {
  const startedMs = performance.now()
  let code: ErrorCode | undefined
  let response: Response
  try {
    const body = route.method === 'POST' ? await readBody(c.req.raw, limits.bodyBytesMax) : new Uint8Array()
    const text = await gate.enter(() =>
      handlers[name](deps, { request: c.req.raw, params: c.req.param() as Record<string, string>, body, identity }),
    )
    response = new Response(text, { headers: jsonHeaders })
  } catch (error) {
    code = isTuppenceError(error) ? error.code : 'internal'
    if (code === 'internal') deps.log('error', 'failed', { path: route.path, reason: describe(error) })
    response = failure(error, route.errors)
  }
  deps.log(response.status >= 500 ? 'warn' : 'info', 'request', {
    method: route.method,
    path: route.path,
    status: response.status,
    ms: Math.round((performance.now() - startedMs) * 10) / 10,
    ...(code === undefined ? {} : { code }),
  })
  return response
}

/** Codes whose status means more than "refused", on NUT routes too. */
const ownStatus: readonly number[] = [405, 413, 415, 429]

function failure(error: unknown, form: Route['errors']): Response {
  const problem = toProblem(error)
  const routeMissing = problem.code === 'not-found'
  const plain = form === 'nut' && problem.status < 500 && !routeMissing && !ownStatus.includes(problem.status)
  const status = plain ? 400 : problem.status
  const retry = status === 503 ? { 'retry-after': retryAfterSeconds } : {}
  if (form === 'problem') return new Response(JSON.stringify(problem), { status, headers: { ...problemHeaders, ...retry } })
  return new Response(JSON.stringify(toNutError(error)), { status, headers: { ...jsonHeaders, ...retry } })
}

/** An unexpected error for the log: its kind and its place, not its message, which could quote a body. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const place = error.stack?.split('\n').find((line) => line.includes('    at ')) ?? ''
  return `${error.name}${place.replace(/^\s+at /, ' at ').slice(0, 160)}`
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
}

interface Gate {
  enter<T>(work: () => Promise<T>): Promise<T>
  drain(): Promise<void>
}

/** Bounds how many requests are worked on at once. Bodies are read outside, so that slow senders hold no place. */
function createGate(inFlightMax: number): Gate {
  let inFlight = 0
  let drained: (() => void) | undefined
  let closing = false
  return {
    enter: async (work) => {
      if (closing) throw new TuppenceError('shutting-down')
      if (inFlight >= inFlightMax) throw new TuppenceError('overloaded')
      inFlight++
      try {
        return await work()
      } finally {
        inFlight--
        if (inFlight === 0) drained?.()
      }
    },
    drain: async () => {
      closing = true
      if (inFlight > 0) await new Promise<void>((resolve) => (drained = resolve))
    },
  }
}
