/** Answers for insights over HTTP: the page, its files, and its data; for a single till with its own way in, and for a hosted publisher within theirs. */
import { isTuppenceError, TuppenceError } from '@tuppence/protocol'
import { problemAnswer } from '../answer.ts'
import { readBody } from '../tip.ts'
import { assetAnswer } from './assets.ts'
import { toCsv } from './export.ts'
import { insightsPage, signInPage, type PageContext } from './page.ts'
import type { Range, Report } from './report.ts'
import { isSignedIn, isToken, sessionCookie, type SignInDeps } from './sign-in.ts'

/** What is shown, to whoever may see it. */
export type Shown = Readonly<{
  report: (range: Range, patienceMs?: number) => Promise<Report>
  context: PageContext
  nowMs: () => number
}>

/** A single till's: also who may see it. */
export type Guarded = Readonly<{ report: Shown['report']; name: string; signIn: SignInDeps }>

/** Who opens the page for the first time, after a year of sales, sees it all the same. */
const pagePatienceMs = 300

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** Answers a request to a single till's insights. @param rest - Of the path, behind the page's own; empty for the page. */
export async function answerGuarded(guarded: Guarded, request: Request, rest: string): Promise<Response> {
  const { signIn, report, name } = guarded
  const { path: base, nowMs } = signIn
  const asset = isRead(request) ? assetAnswer(rest, request) : undefined
  if (asset) return asset
  if (request.method === 'POST' && rest === '') return enter(guarded, request)
  if (!isSignedIn(signIn, request.headers)) {
    if (rest === '' && isRead(request)) return pageAnswer(signInPage(base), 401)
    const error = new TuppenceError('account-forbidden')
    return problemAnswer(nowMs(), error, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
  }
  return answerShown({ report, nowMs, context: { name, base, leave: true } }, request, rest)
}

/** Answers a request of somebody who may see it. */
export async function answerShown(shown: Shown, request: Request, rest: string): Promise<Response> {
  const { report, context, nowMs } = shown
  try {
    if (!isRead(request)) throw new TuppenceError('method-not-allowed')
    const asset = assetAnswer(rest, request)
    if (asset) return asset
    const { searchParams } = new URL(request.url)
    const range = { from: searchParams.get('from') ?? undefined, to: searchParams.get('to') ?? undefined }
    if (rest === '') return pageAnswer(insightsPage(await report(range, pagePatienceMs), context))
    if (rest === 'data.json')
      return dataAnswer('application/json', JSON.stringify(await report(range)), 'insights.json')
    if (rest !== 'data.csv') throw new TuppenceError('not-found')
    const table = searchParams.get('table') ?? 'offers'
    return dataAnswer(
      'text/csv; charset=utf-8; header=present',
      toCsv(await report(range), table),
      `insights-${table}.csv`,
    )
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    return problemAnswer(nowMs(), error)
  }
}

async function enter({ signIn }: Guarded, request: Request): Promise<Response> {
  const { path: base, origin, nowMs } = signIn
  try {
    // A form on another site can post here, but not in our name.
    if (request.headers.get('origin') !== origin) throw new TuppenceError('account-forbidden')
    const form = new URLSearchParams(new TextDecoder().decode(await readBody(request)))
    const how = form.get('action') === 'leave' ? 'leave' : 'enter'
    if (how === 'enter' && !isToken(signIn, form.get('token') ?? ''))
      return pageAnswer(signInPage(base, 'That is not the token.'), 403)
    return new Response(null, { status: 303, headers: { location: base, 'set-cookie': sessionCookie(signIn, how) } })
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    return problemAnswer(nowMs(), error)
  }
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

const common = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

function pageAnswer(html: string, status = 200): Response {
  const headers = { ...common, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
  return new Response(html, { status, headers })
}

function dataAnswer(type: string, body: string, name: string): Response {
  const disposition = `attachment; filename="${name}"`
  return new Response(body, { headers: { ...common, 'content-type': type, 'content-disposition': disposition } })
}
