// The operator's door: a listener of its own with a token of its own; server.ts opens it, admin-mounts.ts lists what is behind it.

import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Answers requests to paths of its own, and leaves the rest to the next.
 *
 * @param path - The request's, without its query.
 * @param from - Address that the request came from, where it is known.
 */
export type AdminMount = (request: Request, path: string, from?: string) => Promise<Response | undefined>

/** What is behind the door. */
export interface AdminParts {
  /** What a machine must show: `Authorization: Bearer <token>`. */
  readonly token: string
  /** For machines with the token. */
  readonly machines: readonly AdminMount[]
  /** For people: they come without the token, so each of these asks who they are by itself. */
  readonly pages: readonly AdminMount[]
}

/** Headers of an answer in JSON that nobody may keep. */
export const adminHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** Answers the operator's requests: pages first, then whatever is for who has the token. */
export function createAdmin({
  token,
  machines,
  pages,
}: AdminParts): (request: Request, from?: string) => Promise<Response> {
  const expected = digest(`Bearer ${token}`)
  return async (request, from) => {
    const { pathname } = new URL(request.url)
    const page = await firstAnswer(pages, request, pathname, from)
    if (page !== undefined) return page
    if (!timingSafeEqual(digest(request.headers.get('authorization') ?? ''), expected)) {
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    }
    return (await firstAnswer(machines, request, pathname, from)) ?? new Response(null, { status: 404 })
  }
}

async function firstAnswer(
  mounts: readonly AdminMount[],
  ...given: Parameters<AdminMount>
): Promise<Response | undefined> {
  for (const mount of mounts) {
    const answer = await mount(...given)
    if (answer !== undefined) return answer
  }
  return undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
