/** Puts a till in front of a hono app: what is not the till's goes on to the app's own routes. */
import type { MiddlewareHandler } from 'hono'
import type { Till } from '../app.ts'

/**
 * @example
 * app.use(tuppenceTill(till))
 */
export function tuppenceTill(till: Pick<Till, 'handle'>): MiddlewareHandler {
  return async (context, next) => (await till.handle(context.req.raw)) ?? next()
}
