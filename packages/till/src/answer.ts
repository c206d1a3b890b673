/** Every answer a till gives, as Response: CORS, the clock and caching rules are put on here and nowhere else. */
import {
  errorRow,
  formatStanding,
  isTuppenceError,
  problemMediaType,
  standingHeader,
  tillCors,
  toProblem,
} from '@tuppence/protocol'
import type { Standing, TillDescription, TuppenceError } from '@tuppence/protocol'
import type { IssuedChallenge } from './challenge.ts'

/** What a till renders: `body` is sent as it is. */
export type Content = Readonly<{ contentType: string; body: string | Uint8Array<ArrayBuffer> }>

const retryAfterSeconds = 5
const verificationFailed = 'https://paymentauth.org/problems/verification-failed'

const corsHeaders = {
  'access-control-allow-origin': tillCors.allowOrigin,
  'access-control-expose-headers': tillCors.exposeHeaders.join(', '),
}

function answer(
  status: number,
  parts: Readonly<{ nowMs: number; body?: Content; headers?: Record<string, string> }>,
): Response {
  const headers = new Headers({
    ...corsHeaders,
    // Wallets correct their own clock by it before they sign.
    date: new Date(parts.nowMs).toUTCString(),
    'x-content-type-options': 'nosniff',
    ...parts.headers,
  })
  if (parts.body) headers.set('content-type', parts.body.contentType)
  return new Response(parts.body?.body ?? null, { status, headers })
}

/** Answers OPTIONS: any origin may ask; which sites may show an offer is bound into its challenge. */
export function preflightAnswer(nowMs: number, methods: readonly string[]): Response {
  const allowed = [...methods, 'OPTIONS'].join(', ')
  return answer(204, {
    nowMs,
    headers: {
      allow: allowed,
      'access-control-allow-methods': allowed,
      'access-control-allow-headers': tillCors.allowHeaders.join(', '),
      'access-control-max-age': String(tillCors.maxAgeSeconds),
    },
  })
}

/**
 * Answers with what was bought, or is free for this once.
 *
 * @param parts.receipt - The journal's text, so a repeat differs in nothing but the rendering.
 * @param parts.standing - How the reader stands, for who signed the request.
 */
export function contentAnswer(
  nowMs: number,
  content: Content,
  parts: Readonly<{ receipt?: string | undefined; standing?: Standing | undefined }>,
): Response {
  const { receipt, standing } = parts
  return answer(200, {
    nowMs,
    body: content,
    headers: {
      ...(receipt !== undefined && { 'payment-receipt': receipt }),
      ...(standing && { [standingHeader]: formatStanding(standing) }),
      'cache-control': 'private',
      vary: 'Accept, Authorization, Signature, Signature-Input, X-Cashu',
      'x-robots-tag': 'noindex',
    },
  })
}

/**
 * Answers 402 with a fresh challenge, as the Payment scheme and as NUT-24.
 *
 * @param reason - Why: `payment-required`, or what was wrong with the credential or signature that came.
 * @param page - HTML for a browser that came here itself; else problem details.
 */
export function challengeAnswer(
  nowMs: number,
  issued: IssuedChallenge,
  reason: TuppenceError,
  page?: string,
): Response {
  return answer(402, {
    nowMs,
    body:
      page === undefined
        ? problem(reason, { status: 402, challengeId: issued.challenge.id })
        : { contentType: 'text/html; charset=utf-8', body: page },
    headers: {
      'www-authenticate': issued.wwwAuthenticate,
      'x-cashu': issued.xCashu,
      'cache-control': 'no-store',
      vary: 'Accept, Authorization, Signature, Signature-Input, X-Cashu',
      'x-robots-tag': 'noindex',
    },
  })
}

/** Answers a verified crawler with the whole text: it may index what its readers will be asked to pay for, and not keep it. */
export function crawlerAnswer(nowMs: number, content: Content): Response {
  return answer(200, {
    nowMs,
    body: content,
    headers: { 'cache-control': 'private, no-store', vary: 'User-Agent', 'x-robots-tag': 'noarchive' },
  })
}

/** Answers a refund or a claim. */
export function jsonAnswer(nowMs: number, value: object): Response {
  return answer(200, {
    nowMs,
    body: { contentType: 'application/json', body: JSON.stringify(value) },
    headers: { 'cache-control': 'no-store' },
  })
}

/** Answers a failure without a challenge. @param status - Defaults to the code's own. */
export function problemAnswer(
  nowMs: number,
  error: unknown,
  parts: Readonly<{ status?: number; headers?: Record<string, string> }> = {},
): Response {
  const body = problem(error, parts)
  const status = parts.status ?? errorRow(toProblem(error).code).status
  return answer(status, {
    nowMs,
    body,
    headers: {
      'cache-control': 'no-store',
      ...(status === 503 && { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 429 && { 'retry-after': String(secondsOf(error)) }),
      ...parts.headers,
    },
  })
}

function secondsOf(error: unknown): number {
  const seconds = isTuppenceError(error) ? error.details['seconds'] : undefined
  return typeof seconds === 'number' ? seconds : retryAfterSeconds
}

/** Answers with a page where nothing is locked: a tip jar that was opened by itself. */
export function pageAnswer(nowMs: number, page: string): Response {
  return answer(200, {
    nowMs,
    body: { contentType: 'text/html; charset=utf-8', body: page },
    headers: { 'cache-control': 'no-store', vary: 'Accept', 'x-robots-tag': 'noindex' },
  })
}

/** Answers the well-known document. */
export function descriptionAnswer(nowMs: number, description: TillDescription): Response {
  return answer(200, {
    nowMs,
    body: { contentType: 'application/json', body: JSON.stringify(description) },
    headers: { 'cache-control': 'no-store' },
  })
}

/** The same answer without its body, for HEAD. */
export function withoutBody(response: Response): Response {
  return new Response(null, { status: response.status, headers: response.headers })
}

function problem(error: unknown, extra: Readonly<{ status?: number; challengeId?: string }>): Content {
  const { challengeId, status } = extra
  const said = toProblem(error, challengeId === undefined ? {} : { challengeId })
  // Outside clients know the scheme's types only; ours is told by `code`.
  const type = status === 402 && !said.type.startsWith('https://paymentauth.org/') ? verificationFailed : said.type
  return { contentType: problemMediaType, body: JSON.stringify({ ...said, type, status: status ?? said.status }) }
}
