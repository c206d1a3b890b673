/** Stands between a till and its mint in tests, and spoils what passes in the way it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * `pass`: hand on. `refuse`: close the connection before the mint sees anything. `lose-answer`: hand on, close instead of
 * answering. `hang`: never answer. A Response-like: answer this, the mint sees nothing. A function: change the mint's answer.
 */
export type Fault =
  | 'pass'
  | 'refuse'
  | 'lose-answer'
  | 'hang'
  | Readonly<{ status: number; body: string }>
  | ((answer: { status: number; body: string }) => { status: number; body: string })

/** A proxy in front of one mint. `seen` counts the requests with deposits that reached it and keeps the last one's text. */
export type FaultProxy = Readonly<{
  url: string
  fault: (next: Fault) => void
  seen: { deposits: number; last: string }
  close: () => Promise<void>
}>

/** Opens a proxy; only deposits are spoiled, unless `scope` says everything. */
export async function openFaultProxy(
  targetUrl: string,
  scope: 'deposits' | 'everything' = 'deposits',
): Promise<FaultProxy> {
  let fault: Fault = 'pass'
  const seen = { deposits: 0, last: '' }
  const server = createServer((incoming, outgoing) => {
    const isDeposit = ['/v1/deposit', '/v1/deposit/batch', '/v1/refund'].includes(incoming.url ?? '')
    if (isDeposit) seen.deposits += 1
    const now = isDeposit || scope === 'everything' ? fault : 'pass'
    hand(targetUrl, { incoming, outgoing, fault: now, read: (body) => isDeposit && (seen.last = body) }).catch(() =>
      outgoing.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: (next) => {
      fault = next
    },
    seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function hand(
  targetUrl: string,
  pass: { incoming: IncomingMessage; outgoing: ServerResponse; fault: Fault; read: (body: string) => void },
): Promise<void> {
  const { incoming, outgoing, fault } = pass
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  pass.read(Buffer.concat(chunks).toString())
  if (fault === 'refuse') return void outgoing.destroy()
  if (fault === 'hang') return
  if (typeof fault === 'object')
    return void outgoing.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body)
  const { host: _host, connection: _connection, ...headers } = incoming.headers
  const method = incoming.method ?? 'GET'
  const answer = await fetch(targetUrl + incoming.url, {
    method,
    headers: headers as Record<string, string>,
    ...(method !== 'GET' && { body: Buffer.concat(chunks) }),
  })
  const body = await answer.text()
  if (fault === 'lose-answer') return void outgoing.destroy()
  const changed = typeof fault === 'function' ? fault({ status: answer.status, body }) : { status: answer.status, body }
  outgoing
    .writeHead(changed.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
    .end(changed.body)
}
