// Puts a mint behind a socket, with timeouts against clients that dawdle; main.ts and tests call it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { adminMounts } from './admin-mounts.ts'
import { createAdmin } from './admin.ts'
import { busyBody, busyHeaders } from './app.ts'
import type { MintConfig } from './config.ts'
import { silentLog } from './log.ts'
import type { GivenPorts } from './deps.ts'
import { createMint, type Mint } from './mint.ts'
import { serveSockets } from './watch/socket.ts'

/** More sockets than this are closed at once: each costs memory before it has said anything. */
const socketsMax = 8192
/** How often Node looks for sockets that are over their time. */
const checkEveryMs = 1000
const drainMs = 10_000
/** How long a mint that is taken over from still answers on open connections, each for the last time. */
const leaveMs = 250
/** Longer than proxies keep an idle connection (60 s is usual): theirs ends first, and no request meets a closing socket. */
const keepAliveMs = 65_000

/** A mint that listens. `url` is where it does; receipts name `config.url` where that is set. */
export interface ServedMint extends Mint {
  readonly url: string
  readonly port: number
  /** Of the operator's listener, where there is one. */
  readonly adminPort: number | undefined
}

/**
 * Opens a socket, then the mint; port 0 takes a free one, and its number goes into the public URL if none is set.
 *
 * @throws {Error} The port is taken; {TuppenceError} as createMint.
 */
export async function serveMint(config: MintConfig, ports: GivenPorts = {}): Promise<ServedMint> {
  // The socket comes first, since the mint's URL may depend on its port; what arrives meanwhile waits for the mint.
  const opening = Promise.withResolvers<Mint>()
  const listener = getRequestListener(
    async (request, env) => (await opening.promise).app.fetch(request, addressOf(env)),
    {
      // A library must not swap the process's Request and Response for its own.
      overrideGlobalObjects: false,
    },
  )
  const { headersTimeoutMs, requestTimeoutMs } = config.limits
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkEveryMs,
      keepAliveTimeout: keepAliveMs,
    },
    (request, response) => {
      // A mint with too much to do says so before it reads anything.
      // Whoever has a connection open is sent to the mint that takes over.
      if (isLeaving) response.shouldKeepAlive = false
      if (opened?.app.isFull(request.url ?? '') === true) refuse(request, response)
      else void listener(request, response)
    },
  )
  server.maxConnections = socketsMax
  let opened: Mint | undefined
  let isLeaving = false
  const port = await listen(server, config)
  if (config.takeOver) ports.log?.('info', 'waiting', { port })
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const url = `http://${host}:${port}`
  try {
    opening.resolve(createMint(config, ports, config.url ?? url))
    const mint = await opening.promise
    opened = mint
    const sockets = serveSockets(server, { hub: () => mint.hub, log: ports.log ?? silentLog })
    const admin = config.admin === undefined ? undefined : await serveAdmin(config.admin, mint)
    let closed: Promise<void> | undefined
    const close = () => {
      admin?.server.close()
      isLeaving = config.takeOver
      return closeAll(server, { sockets, closeMint: mint.close, leaveMs: isLeaving ? leaveMs : 0 })
    }
    return { ...mint, url, port, adminPort: admin?.port, close: () => (closed ??= close()) }
  } catch (error) {
    server.close()
    throw error
  }
}

/** The answer of a full mint, by the cheapest way there is: most requests get it when most are too many. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  response.writeHead(503, busyHeaders)
  response.end(busyBody)
}

function addressOf(env: unknown): string | undefined {
  return (env as { incoming?: { socket?: { remoteAddress?: string } } }).incoming?.socket?.remoteAddress
}

async function serveAdmin(
  where: NonNullable<MintConfig['admin']>,
  { deps }: Mint,
): Promise<{ server: Server; port: number }> {
  const answer = createAdmin({ token: where.token, ...adminMounts(deps) })
  const listener = getRequestListener((request, env) => answer(request, addressOf(env)), {
    overrideGlobalObjects: false,
  })
  const server = createServer((request, response) => void listener(request, response))
  return { server, port: await listen(server, where) }
}

function listen(
  server: Server,
  { host, port, takeOver = false }: { host: string; port: number; takeOver?: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, ...(takeOver ? { reusePort: true } : {}) }, () =>
      resolve((server.address() as AddressInfo).port),
    )
  })
}

async function closeAll(
  server: Server,
  {
    sockets,
    closeMint,
    leaveMs: patienceMs,
  }: { sockets: { close: () => void }; closeMint: () => Promise<void>; leaveMs: number },
): Promise<void> {
  // From here on new connections go to the mint that takes over, if there is one. Those that are open are left alone meanwhile,
  // which an HTTP server's own close() would not do: who met one closing door could meet a second one.
  const closed = new Promise<void>((resolve) => {
    if (patienceMs > 0) NetServer.prototype.close.call(server, () => resolve())
    else server.close(() => resolve())
  })
  if (patienceMs > 0) await new Promise((resolve) => setTimeout(resolve, patienceMs))
  sockets.close()
  server.closeIdleConnections()
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
  await closeMint()
  server.closeIdleConnections()
  await closed
  clearTimeout(deadline)
}
