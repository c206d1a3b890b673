/** Every answer a till gives, as Response: CORS, the clock and caching rules are put on here and nowhere else. */
import { errorRow, problemMediaType, tillCors, toProblem } from '@tuppence/protocol'
import type { TillDescription, TuppenceError } from '@tuppence/protocol'
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

/** Answers with what was bought; `receipt` is the journal's text, so a repeat differs in nothing but the rendering. */
export function contentAnswer(nowMs: number, content: Content, receipt: string): Response {
  return answer(200, {
    nowMs,
    body: content,
    headers: {
      'payment-receipt': receipt,
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
      ...parts.headers,
    },
  })
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
