// Deposits of two coins: each in a request of its own, and as a till sends them, by its own mint client, which puts together
// what waits; one-mint.ts measures both.

import { randomBytes } from 'node:crypto'
import {
  canonicalJson,
  depositComponents,
  sha256Hex,
  signRequest,
  type Keyset,
  type Proof,
  type SigningKey,
} from '@tuppence/protocol'
import { mintClient, parseConfig } from '@tuppence/till'
import { issueCoins } from './coins.ts'
import { wire, type LoadResult } from './load.ts'
import type { BenchMint } from './server.ts'

const account = 'bench'
/** Signatures are good for a minute either way of their time: on a slow machine, making them all takes a while. */
const aheadMs = 50_000

/** Bodies of deposits of two coins each. */
export async function depositBodies(mint: BenchMint, keyset: Keyset, count: number): Promise<string[]> {
  const coins = await issueCoins(mint.url, keyset, count * 2, 4)
  const offer = await sha256Hex('an offer')
  return Array.from({ length: count }, (_, index) => {
    const inputs: Proof[] = coins.slice(index * 2, index * 2 + 2)
    return canonicalJson({ reference: randomBytes(32).toString('hex'), account, unit: 'usd', offer, inputs })
  })
}

/** Deposits as requests, signed just now. */
export async function depositRequests(
  mint: BenchMint,
  keyset: Keyset,
  count: number,
  key: SigningKey,
): Promise<Buffer[]> {
  const bodies = await depositBodies(mint, keyset, count)
  const requests: Buffer[] = []
  for (const body of bodies) {
    const headers = await signRequest(
      { method: 'POST', url: `${mint.url}/v1/deposit`, headers: { 'content-type': 'application/json' }, body },
      { key: key.privateKey, keyId: key.keyId, createdMs: Date.now() + aheadMs, components: depositComponents },
    )
    requests.push(wire('/v1/deposit', body, headers))
  }
  return requests
}

/** Sends one deposit as a till does: alone, or with those that wait. */
export function tillOf(mint: BenchMint, key: SigningKey): (body: string) => Promise<unknown> {
  const settings = parseConfig({
    origin: 'https://till.example',
    account,
    mint: { url: mint.url, timeoutMs: 60_000 },
    dataDir: '/nowhere',
    offers: [{ id: 'a', kind: 'article', path: '/a', title: 'A', price: '0.08' }],
  })
  const { privateKey, keyId: thumbprint, x: publicKey } = key
  const its = { privateKey, thumbprint, publicKey, saltSecret: new Uint8Array(0) }
  return mintClient({ settings, account: its, nowMs: () => Date.now() }).deposit
}

/** Readers who pay one after another, `readers` of them at once, all at one till. */
export async function payAll(
  bodies: readonly string[],
  readers: number,
  send: (body: string) => Promise<unknown>,
): Promise<LoadResult> {
  const startedMs = performance.now()
  const latenciesMs: number[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: readers }, async () => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
        const sentMs = performance.now()
        await send(body)
        latenciesMs.push(performance.now() - sentMs)
      }
    }),
  )
  return resultOf(latenciesMs, startedMs)
}

/** Readers who pay at a steady rate, whatever comes back. Latency counts from when a payment was due. */
export async function payAt(
  bodies: readonly string[],
  perSecond: number,
  send: (body: string) => Promise<unknown>,
): Promise<LoadResult> {
  const startedMs = performance.now()
  const latenciesMs: number[] = []
  const sent: Promise<void>[] = []
  while (sent.length < bodies.length) {
    const due = Math.min(bodies.length, Math.floor(((performance.now() - startedMs) * perSecond) / 1000))
    for (let index = sent.length; index < due; index++) {
      const dueMs = startedMs + (index * 1000) / perSecond
      sent.push(send(bodies[index] as string).then(() => void latenciesMs.push(performance.now() - dueMs)))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(sent)
  return resultOf(latenciesMs, startedMs)
}

/** Whoever fails throws: what is here was done. */
function resultOf(latenciesMs: number[], startedMs: number): LoadResult {
  latenciesMs.sort((a, b) => a - b)
  const seconds = (performance.now() - startedMs) / 1000
  return { seconds, ok: latenciesMs.length, busy: 0, failed: 0, latenciesMs }
}

/** The operator's listener of a mint. */
export interface Admin {
  readonly port: number
  readonly token: string
}

/** How many requests with deposits a mint has answered, by its metrics. */
export async function depositRequestsSeen({ port, token }: Admin): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text()
  const lines = [...text.matchAll(/^tuppence_mint_requests_total\{route="(?:deposit|depositBatch)",\S+\} (\d+)$/gm)]
  return lines.reduce((sum, [, count]) => sum + Number(count), 0)
}
