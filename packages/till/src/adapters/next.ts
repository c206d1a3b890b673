/** Puts a till into a Next app: as route handlers of `app/`, or as its middleware (`proxy.ts`). Node runtime only. */
import type { Till } from '../app.ts'

type Tills = Pick<Till, 'handle'> | Promise<Pick<Till, 'handle'>>
type Handler = (request: Request) => Promise<Response>

/**
 * Handlers for a route file, such as `app/read/[slug]/route.ts`: its path is where the offers are. Next tells nothing of
 * the connection, so a till behind it needs `proxies` to count addresses.
 *
 * @param till - May still be opening.
 * @returns 404 for what is not the till's.
 * @example
 * export const { GET, HEAD, POST, OPTIONS } = nextTill(createTill(options))
 * export const runtime = 'nodejs'
 * export const dynamic = 'force-dynamic'
 */
export function nextTill(till: Tills): Readonly<Record<'GET' | 'HEAD' | 'POST' | 'OPTIONS', Handler>> {
  const handle: Handler = async (request) => (await (await till).handle(request)) ?? new Response(null, { status: 404 })
  return { GET: handle, HEAD: handle, POST: handle, OPTIONS: handle }
}

/**
 * Middleware: answers for the till's paths and lets Next go on with all others.
 *
 * @example
 * export const proxy = nextTillProxy(createTill(options))
 */
export function nextTillProxy(till: Tills): (request: Request) => Promise<Response | undefined> {
  return async (request) => (await till).handle(request)
}
