// WebSockets at /v1/ws (NUT-17): JSON-RPC in, states out, with every bound checked; server.ts upgrades to it.

import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { isTuppenceError, pointSchema, toNutError, TuppenceError } from '@tuppence/protocol'
import * as v from 'valibot'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Log } from '../ports.ts'
import type { Hub, Subscription, Watched } from './hub.ts'

/** Bounds of what one client and all may have. */
const bounds = {
  socketsMax: 4096,
  subscriptionsMax: 64,
  filtersMax: 256,
  messageBytesMax: 65_536,
  /** Unsent bytes of a client that does not read: it is cut off. */
  unsentBytesMax: 1_048_576,
  messagesPerMinute: 240,
  pingEveryMs: 30_000,
} as const

const path = '/v1/ws'
const kindPattern = /^(?:(?<method>[a-z0-9_-]{1,32})_(?<what>mint_quote|melt_quote)|proof_state)$/

const subscribeSchema = v.object({
  kind: v.pipe(v.string(), v.regex(kindPattern)),
  subId: v.pipe(v.string(), v.nonEmpty(), v.maxLength(128)),
  filters: v.pipe(v.array(v.pipe(v.string(), v.nonEmpty(), v.maxLength(128))), v.maxLength(bounds.filtersMax)),
})
const requestSchema = v.object({
  jsonrpc: v.literal('2.0'),
  id: v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.maxLength(64))]),
  method: v.string(),
  params: v.optional(v.unknown()),
})

/** Numbers of JSON-RPC 2.0 section 5.1. */
const rpc = { unreadable: -32_700, request: -32_600, method: -32_601, params: -32_602, internal: -32_603 } as const

type Id = number | string | null

/** Answers upgrade requests of a server. @returns Closes every socket. */
export function serveSockets(server: Server, { hub, log }: { hub: () => Hub; log: Log }): { close: () => void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bounds.messageBytesMax, perMessageDeflate: false })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const isOurs = new URL(request.url ?? '/', 'http://mint').pathname === path
    if (!isOurs || sockets.clients.size >= bounds.socketsMax) {
      socket.end(`HTTP/1.1 ${isOurs ? '503 Service Unavailable' : '404 Not Found'}\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => talk(client, hub(), log))
  })
  return {
    close: () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

function talk(client: WebSocket, hub: Hub, log: Log): void {
  const subscriptions = new Map<string, () => void>()
  let isAlive = true
  let messages = 0
  const send = (message: object) => sendText(client, JSON.stringify({ jsonrpc: '2.0', ...message }))
  const timer = setInterval(() => {
    messages = 0
    if (!isAlive) return client.terminate()
    isAlive = false
    client.ping()
  }, bounds.pingEveryMs)
  timer.unref()
  client.on('pong', () => (isAlive = true))
  client.on('error', () => client.terminate())
  client.on('close', () => {
    clearInterval(timer)
    for (const end of subscriptions.values()) end()
    subscriptions.clear()
  })
  client.on('message', (data, isBinary) => {
    if (isBinary || ++messages > bounds.messagesPerMinute / 2) return client.terminate()
    handle(String(data), { client, hub, subscriptions, send }).catch((error: unknown) => {
      log('error', 'socket-failed', { reason: error instanceof Error ? error.name : 'unknown' })
      client.terminate()
    })
  })
}

interface Talk {
  readonly client: WebSocket
  readonly hub: Hub
  readonly subscriptions: Map<string, () => void>
  readonly send: (message: object) => void
}

async function handle(text: string, talk: Talk): Promise<void> {
  const { send, subscriptions } = talk
  const fail = (id: Id, code: number, message: string) => send({ error: { code, message }, id })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fail(null, rpc.unreadable, 'not JSON')
  }
  const parsed = v.safeParse(requestSchema, value)
  if (!parsed.success) return fail(null, rpc.request, 'not a request')
  const { id, method, params } = parsed.output
  if (method === 'unsubscribe') {
    const { subId } = (params ?? {}) as { subId?: unknown }
    const end = typeof subId === 'string' ? subscriptions.get(subId) : undefined
    if (end === undefined) return fail(id, rpc.params, 'no such subscription')
    end()
    subscriptions.delete(subId as string)
    return send({ result: { status: 'OK', subId }, id })
  }
  if (method !== 'subscribe') return fail(id, rpc.method, 'no such method')
  const wanted = v.safeParse(subscribeSchema, params)
  if (!wanted.success) return fail(id, rpc.params, 'kind, subId and filters expected')
  await subscribe(wanted.output, id, talk, fail)
}

async function subscribe(
  { kind, subId, filters }: v.InferOutput<typeof subscribeSchema>,
  id: Id,
  { client, hub, subscriptions, send }: Talk,
  fail: (id: Id, code: number, message: string) => void,
): Promise<void> {
  if (subscriptions.has(subId)) return fail(id, rpc.params, 'subId is in use')
  if (subscriptions.size >= bounds.subscriptionsMax) return fail(id, rpc.params, 'too many subscriptions')
  const watched = watchedOf(kind)
  if (watched.what === 'proof_state' && !filters.every((filter) => v.is(pointSchema, filter)))
    return fail(id, rpc.params, 'filters are points')
  // What is told before the answer to the request waits for it: clients learn of their subscription first.
  const early: string[] = []
  let isAccepted = false
  const tell: Subscription['tell'] = (payload) => {
    if (isAccepted) sendText(client, notification(subId, payload))
    else early.push(payload)
  }
  const { ready, end } = hub.subscribe({ watched, filters: [...new Set(filters)], tell })
  subscriptions.set(subId, end)
  try {
    await ready
  } catch (error) {
    end()
    subscriptions.delete(subId)
    const cause = isTuppenceError(error) ? error : new TuppenceError('internal')
    return fail(id, isTuppenceError(error) ? rpc.params : rpc.internal, toNutError(cause).detail)
  }
  if (!subscriptions.has(subId)) return
  send({ result: { status: 'OK', subId }, id })
  isAccepted = true
  for (const payload of early) sendText(client, notification(subId, payload))
}

function watchedOf(kind: string): Watched {
  const { method, what } = kindPattern.exec(kind)?.groups ?? {}
  if (method === undefined) return { what: 'proof_state' }
  return { what: what as 'mint_quote' | 'melt_quote', method }
}

/** The payload is JSON text already: it is told as its route tells it. */
function notification(subId: string, payload: string): string {
  return `{"jsonrpc":"2.0","method":"subscribe","params":{"subId":${JSON.stringify(subId)},"payload":${payload}}}`
}

function sendText(client: WebSocket, text: string): void {
  if (client.bufferedAmount > bounds.unsentBytesMax) return client.terminate()
  client.send(text)
}
