/** Puts a till in front of an express app: `app.use(expressTill(till))`, before anything that reads bodies. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Till } from '../app.ts'
import { nodeTill } from './node.ts'

/** What express adds to a request: mounted below a path, `url` is what is left of `originalUrl`. */
type ExpressRequest = IncomingMessage & { originalUrl?: string }

/**
 * A till signs and sells by whole paths, so that it may be mounted anywhere.
 *
 * @returns Middleware; requests that are not the till's go to `next`, errors too.
 * @example
 * app.use(expressTill(till))
 * app.use(express.json())
 */
export function expressTill(till: Pick<Till, 'handle'>) {
  const handle = nodeTill(till)
  return async (request: ExpressRequest, response: ServerResponse, next: (error?: unknown) => void): Promise<void> => {
    const { url, originalUrl = url } = request
    if (originalUrl === undefined || originalUrl === url) return handle(request, response, next)
    request.url = originalUrl
    await handle(request, response, (error) => {
      if (url !== undefined) request.url = url
      next(error)
    })
  }
}
