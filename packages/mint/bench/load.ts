// Requests as fast as sockets carry them, or at a given rate: the cheapest client that there is, so that it is not what is
// measured; bench.ts aims it at a mint.

import { connect, type Socket } from 'node:net'

/** Posts JSON the ordinary way, for what is not measured. */
export async function postJson<T>(url: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** A request as it goes over the wire. */
export function wire(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const bytes = Buffer.byteLength(body)
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: mint\r\ncontent-length: ${bytes}\r\n${lines.join('')}\r\n${body}`)
}

/** What became of a load. Latencies in milliseconds, of answers with status 200, sorted. */
export interface LoadResult {
  readonly seconds: number
  readonly ok: number
  readonly busy: number
  readonly failed: number
  readonly latenciesMs: readonly number[]
}

/** One keep-alive connection with one request at a time. */
interface Line {
  send(request: Buffer): Promise<number>
  close(): void
}

async function openLine(port: number): Promise<Line> {
  const socket: Socket = await new Promise((resolve, reject) => {
    const made = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(made))
    made.once('error', reject)
  })
  let text = ''
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined
  socket.on('data', (data) => {
    text += data.toString('latin1')
    const head = text.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1]
    const done = length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + Number(length)
    if (!done) return
    const status = Number(text.slice(9, 12))
    text = ''
    settle?.resolve(status)
  })
  const fail = () => settle?.reject(new Error('the connection ended'))
  socket.on('error', fail)
  socket.on('close', fail)
  return {
    send: (request) =>
      new Promise<number>((resolve, reject) => {
        settle = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

interface Tally {
  ok: number
  busy: number
  failed: number
  latenciesMs: number[]
}

function count(tally: Tally, status: number, sinceMs: number): void {
  if (status === 200) {
    tally.ok++
    tally.latenciesMs.push(performance.now() - sinceMs)
  } else if (status === 503) tally.busy++
  else tally.failed++
}

function result(tally: Tally, startedMs: number): LoadResult {
  tally.latenciesMs.sort((a, b) => a - b)
  return { ...tally, seconds: (performance.now() - startedMs) / 1000 }
}

/** Sends all requests, `lines` of them at once. */
export async function sendAll(port: number, requests: readonly Buffer[], lines: number): Promise<LoadResult> {
  const open = await Promise.all(Array.from({ length: lines }, () => openLine(port)))
  const tally: Tally = { ok: 0, busy: 0, failed: 0, latenciesMs: [] }
  const startedMs = performance.now()
  let next = 0
  await Promise.all(
    open.map(async (line) => {
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        const sentMs = performance.now()
        count(tally, await line.send(request), sentMs)
      }
      line.close()
    }),
  )
  return result(tally, startedMs)
}

/**
 * Sends requests at a steady rate, whatever comes back: latency counts from when a request was due, so that a mint that
 * stalls cannot make its own numbers better. A request that finds every line busy waits, and its waiting counts; or, with
 * `drop`, it is never sent, as by a client that has no sockets left.
 */
export async function sendAt(
  port: number,
  requests: readonly Buffer[],
  { perSecond, lines, drop = false }: { perSecond: number; lines: number; drop?: boolean },
): Promise<LoadResult> {
  const free = await Promise.all(Array.from({ length: lines }, () => openLine(port)))
  const all = [...free]
  const tally: Tally = { ok: 0, busy: 0, failed: 0, latenciesMs: [] }
  const waiting: { request: Buffer; dueMs: number }[] = []
  const startedMs = performance.now()
  let left = requests.length
  await new Promise<void>((resolve) => {
    const dispatch = () => {
      while (waiting.length > 0 && free.length > 0) {
        const { request, dueMs } = waiting.shift() as { request: Buffer; dueMs: number }
        const line = free.pop() as Line
        void carry(line, request, dueMs)
      }
    }
    const carry = async (line: Line, request: Buffer, dueMs: number) => {
      try {
        count(tally, await line.send(request), dueMs)
        free.push(line)
      } catch {
        tally.failed++
      }
      done()
    }
    const done = () => {
      if (--left === 0) resolve()
      else dispatch()
    }
    let sent = 0
    const tick = () => {
      const due = Math.min(requests.length, Math.floor(((performance.now() - startedMs) * perSecond) / 1000))
      for (; sent < due; sent++) {
        if (drop && free.length <= waiting.length) left--
        else waiting.push({ request: requests[sent] as Buffer, dueMs: startedMs + (sent * 1000) / perSecond })
      }
      dispatch()
      if (left === 0) resolve()
      if (sent < requests.length) setTimeout(tick, 1)
    }
    tick()
  })
  for (const line of all) line.close()
  return result(tally, startedMs)
}

/** The q-th part of sorted numbers (0.99: p99). */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
