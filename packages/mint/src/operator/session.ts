// Who is signed in to the operator's page: sessions in memory, named by a cookie that scripts and other sites never see; pages.ts asks.

import { createHash } from 'node:crypto'
import { TuppenceError } from '@tuppence/protocol'
import type { Clock, Random } from '../ports.ts'
import { createRateLimit, visitorOf } from '../rate.ts'
import { personBy, type Person } from './people.ts'

/** A session ends with this many milliseconds without a request, and after so many in any case. */
export const sessionLife = { idleMs: 30 * 60_000, wholeMs: 8 * 3_600_000 } as const
/** More than this many at once are not kept; the oldest ends. */
const sessionsMax = 500
/** Tries to sign in, in a minute: from one address, for one person, and in all (each costs 64 MiB and a quarter of a second). */
const triesPerMinute = { address: 10, person: 5, all: 60 } as const
const tokenBytes = 32
const cookieName = 'tuppence-operator'

/** Somebody who is signed in. `formToken` goes into every form, so that another site's form is not taken for one of ours. */
export interface Session {
  readonly person: Person
  readonly formToken: string
  /** Names it to `leave`. */
  readonly key: string
}

/** Sessions of one process: a restart ends them all. */
export interface Sessions {
  /**
   * @returns The session's cookie; undefined where it is not them.
   * @throws {TuppenceError} `too-many-requests`
   */
  enter(who: { id: string; passphrase: string; from: string }): Promise<string | undefined>
  /** Who sends this request, if they are signed in. */
  of(request: Request): Session | undefined
  leave(session: Session): void
}

interface Kept {
  readonly person: Person
  readonly formToken: string
  readonly startedMs: number
  lastMs: number
}

/** @param isSecure - Whether browsers come by https: the cookie then goes nowhere else. */
export function createSessions(
  { clock, random }: { clock: Clock; random: Random },
  { people, isSecure }: { people: readonly Person[]; isSecure: boolean },
): Sessions {
  const kept = new Map<string, Kept>()
  const limits = {
    address: createRateLimit(triesPerMinute.address),
    person: createRateLimit(triesPerMinute.person),
    all: createRateLimit(triesPerMinute.all),
  }
  const fresh = () => Buffer.from(random.bytes(tokenBytes)).toString('base64url')
  return {
    enter: async ({ id, passphrase, from }) => {
      const nowMs = clock.nowMs()
      limits.address.visit(visitorOf(from), nowMs)
      limits.person.visit(people.some((person) => person.id === id) ? id : '', nowMs)
      limits.all.visit('', nowMs)
      const person = await personBy(people, { id, passphrase })
      if (person === undefined) return undefined
      const token = fresh()
      const [oldest] = kept.keys()
      if (kept.size >= sessionsMax && oldest !== undefined) kept.delete(oldest)
      kept.set(keyOf(token), { person, formToken: fresh(), startedMs: clock.nowMs(), lastMs: clock.nowMs() })
      return cookieOf(token, { maxAgeSeconds: sessionLife.wholeMs / 1000, isSecure })
    },
    of: (request) => {
      const [, token] =
        new RegExp(`(?:^|; *)${cookieName}=([\\w-]{43})(?:;|$)`).exec(request.headers.get('cookie') ?? '') ?? []
      if (token === undefined) return undefined
      const key = keyOf(token)
      const found = kept.get(key)
      const nowMs = clock.nowMs()
      if (found === undefined) return undefined
      if (nowMs - found.lastMs > sessionLife.idleMs || nowMs - found.startedMs > sessionLife.wholeMs) {
        kept.delete(key)
        return undefined
      }
      found.lastMs = nowMs
      return { person: found.person, formToken: found.formToken, key }
    },
    leave: ({ key }) => void kept.delete(key),
  }
}

/** The cookie that ends a session in the browser. */
export const noCookie = cookieOf('', { maxAgeSeconds: 0, isSecure: false })

function cookieOf(token: string, { maxAgeSeconds, isSecure }: { maxAgeSeconds: number; isSecure: boolean }): string {
  const secure = isSecure ? '; Secure' : ''
  return `${cookieName}=${token}; Path=/operator; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
}

/** Sessions are kept by the hash of their token: what leaks from memory opens nothing. */
function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Whether a form that came is one of ours: sent by a page of this very origin, and with the session's own token.
 *
 * @throws {TuppenceError} `account-forbidden` It is not.
 */
export function checkForm(request: Request, form: URLSearchParams, session: Session | undefined): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const isOwn =
    (site === null || site === 'same-origin') &&
    origin !== null &&
    URL.canParse(origin) &&
    new URL(origin).host === new URL(request.url).host
  if (!isOwn || (session !== undefined && form.get('token') !== session.formToken))
    throw new TuppenceError('account-forbidden')
}
