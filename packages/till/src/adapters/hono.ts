/** Puts a till in front of a hono app: what is not the till's goes on to the app's own routes. */
import type { MiddlewareHandler } from 'hono'
import type { Till } from '../app.ts'

/** What @hono/node-server tells of a connection; other servers tell nothing, and then `proxies` must. */
type NodeBindings = { incoming?: { socket?: { remoteAddress?: string } } } | undefined

/**
 * @example
 * app.use(tuppenceTill(till))
 */
export function tuppenceTill(till: Pick<Till, 'handle'>): MiddlewareHandler {
  return async (context, next) => {
    const address = (context.env as NodeBindings)?.incoming?.socket?.remoteAddress
    return (await till.handle(context.req.raw, { address })) ?? next()
  }
}
