/** One JSON request to the mint over a connection that stays open; the mint client's only HTTP. */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { limits, TuppenceError } from '@tuppence/protocol'

/** What is asked. `body` is sent byte for byte; nothing is followed, unpacked or repeated by itself. */
export type Question = Readonly<{
  url: string
  method: string
  headers?: Readonly<Record<string, string>>
  body?: string
  timeoutMs: number
  /** Finds the address of a host; the system's by default. With one of its own, no connection is shared. */
  lookup?: LookupFunction
}>

/** An answer of any status, its body in text. */
export type Answer = Readonly<{ status: number; body: string }>

// node:http and not fetch: a reader waits for a deposit, and fetch takes half a millisecond more for each.
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }

/**
 * Asks once; a second time, on another connection, where the first was kept open and turned out to be closed: whoever
 * asks must be able to ask twice.
 *
 * @throws {Error} No whole answer within the time, or one over `limits.responseBytesMax`.
 */
export async function exchange(question: Question): Promise<Answer> {
  const signal = AbortSignal.timeout(question.timeoutMs)
  const { http, https } = agents
  const shared = question.url.startsWith('https:') ? https : http
  const kept = await ask(question, signal, question.lookup ? false : shared)
  const answer = kept ?? (await ask(question, signal, false))
  if (!answer) throw new Error('connection closed')
  return answer
}

/** @param agent - `false` opens a connection for this alone. @returns Nothing where a kept one was closed before an answer. */
function ask(question: Question, signal: AbortSignal, agent: HttpAgent | false): Promise<Answer | undefined> {
  const { url, method, headers, body, lookup } = question
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  const options = { method, agent, signal, headers: { ...headers, ...length }, ...(lookup && { lookup }) }
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      read(incoming).then(resolve, reject)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      if (isStale) resolve(undefined)
      else reject(error)
    })
    outgoing.end(body)
  })
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > limits.responseBytesMax) throw new TuppenceError('response-too-large')
    chunks.push(chunk)
  }
  return { status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }
}
