/** Who may see a single till's insights: by the configured token, in a header or through a form that leaves a cookie for an hour; answer.ts asks. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { hmac, sha256Hex } from '../native.ts'

/** What signing in works with. `path`: of the page; the cookie goes nowhere else. */
export type SignInDeps = Readonly<{
  adminToken: string
  secret: Uint8Array
  path: string
  origin: string
  nowMs: () => number
}>

const sessionMs = 3_600_000
const cookieName = 'tuppence-insights'

/** Whether a request brings the token, or the cookie of somebody who had it. */
export function isSignedIn(deps: SignInDeps, headers: Headers): boolean {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  if (token !== undefined) return isToken(deps, token)
  const pattern = new RegExp(`(?:^|; *)${cookieName}=(\\d{1,15})\\.([\\w-]{43})(?:;|$)`)
  const [, until = '0', tag = ''] = pattern.exec(headers.get('cookie') ?? '') ?? []
  return Number(until) > deps.nowMs() && isEqual(tag, tagOf(deps, Number(until)))
}

/** Whether a text is the token. */
export function isToken({ adminToken }: Pick<SignInDeps, 'adminToken'>, token: string): boolean {
  return isEqual(sha256Hex(token), sha256Hex(adminToken))
}

/** `Set-Cookie` for who gave the token; it ends with its hour, and with the token. */
export function sessionCookie(deps: SignInDeps, how: 'enter' | 'leave'): string {
  const { path, origin, nowMs } = deps
  const untilMs = nowMs() + sessionMs
  const value = how === 'enter' ? `${untilMs}.${tagOf(deps, untilMs)}` : ''
  const age = how === 'enter' ? sessionMs / 1_000 : 0
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `${cookieName}=${value}; Path=${path}; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`
}

function tagOf({ secret, adminToken }: SignInDeps, untilMs: number): string {
  const key = hmac(secret, 'insights session')
  return createHmac('sha256', key)
    .update(`${untilMs}|${sha256Hex(adminToken)}`)
    .digest('base64url')
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
