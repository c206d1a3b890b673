/** Puts a till behind node:http, connect or express: `createServer(nodeTill(till))`, or `app.use(nodeTill(till))`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Till } from '../app.ts'

/**
 * @returns A listener; requests that are not the till's go to `next`, or get 404 where there is none.
 * @example
 * createServer(nodeTill(till)).listen(4041)
 */
export function nodeTill(till: Pick<Till, 'handle'>) {
  return async (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    next?: (error?: unknown) => void,
  ): Promise<void> => {
    try {
      const request = toRequest(incoming)
      const response = request && (await till.handle(request, { address: incoming.socket.remoteAddress }))
      if (response) return await send(response, outgoing)
      if (next) return next()
      outgoing.writeHead(request ? 404 : 400).end()
    } catch (error) {
      if (next) return next(error)
      if (!outgoing.headersSent) outgoing.writeHead(500)
      outgoing.end()
    }
  }
}

/** The till signs and commits to its configured origin, so the Host header is not looked at. */
function toRequest(incoming: IncomingMessage): Request | undefined {
  const target = incoming.url ?? '/'
  const method = incoming.method ?? 'GET'
  const headers = new Headers()
  try {
    // rawHeaders keeps what incoming.headers drops: a second Authorization must be seen to be refused.
    for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2)
      headers.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string)
    const body = method === 'GET' || method === 'HEAD' ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>)
    // Joined as text: resolved, a target of two slashes would name a host, and lose its first segment.
    const url = target.startsWith('/') ? `http://till.invalid${target}` : target
    return new Request(url, { method, headers, body, duplex: 'half' } as RequestInit)
  } catch {
    return undefined
  }
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat())
  outgoing.end(response.body === null ? undefined : new Uint8Array(await response.arrayBuffer()))
}
