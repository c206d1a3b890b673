import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getEncodedToken, PaymentRequest, Wallet, type Proof } from '@cashu/cashu-ts'
import { Credential, Method, z } from 'mppx'
import { Mppx } from 'mppx/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { localFetch, openAgent, type Agent } from './agent.ts'
import { openLibrary, type Library } from './library.ts'

let dataDir: string
let library: Library
let agents: Agent[]
const agent = async (budget: number): Promise<Agent> => {
  const file = join(dataDir, `wallet-${agents.length}.db`)
  const opened = await openAgent({ file, mint: library.street.mint.url, budget, fetch: localFetch })
  agents.push(opened)
  return opened
}
const credited = () => library.street.mint.balance('library')
const url = (index: number): string => library.urls[index] ?? ''

beforeEach(async () => {
  agents = []
  dataDir = mkdtempSync(join(tmpdir(), 'agent-'))
  library = await openLibrary({ dataDir, ports: { library: 0, wallet: 0, mint: 0 } })
})
afterEach(async () => {
  for (const opened of agents) opened.close()
  await library.close()
  rmSync(dataDir, { recursive: true, force: true })
})

describe('the agent', () => {
  test('reads three articles for 19 of its 20 cents, shows receipts, and does not pay for the fourth', async () => {
    const reader = await agent(20)
    const readings = []
    for (const address of library.urls) readings.push(await reader.read(address))
    expect(readings.map(({ status, amount }) => [status, amount])).toEqual([
      ['read', 5],
      ['read', 8],
      ['read', 6],
      ['refused', 7],
    ])
    expect(readings[3]).toMatchObject({ why: 'over-budget' })
    expect(readings.slice(0, 3).map((reading) => reading.status === 'read' && reading.text)).toEqual(
      library.texts.slice(0, 3),
    )
    expect(JSON.stringify(readings[3])).not.toContain('ridgeways')
    expect([await credited(), reader.balance()]).toEqual([19, 81])
    const { keys } = (await (await localFetch(`${library.street.mint.url}/v1/receipt-keys`)).json()) as {
      keys: { x: string }[]
    }
    for (const reading of readings.slice(0, 3))
      expect(isGenuine(reading.status === 'read' && reading.receipt, keys)).toBe(true)
  })

  test('asked for two at once has one budget', async () => {
    const reader = await agent(12)
    const readings = await Promise.all([reader.read(url(1)), reader.read(url(3))])
    expect(readings.map(({ status }) => status).sort()).toEqual(['read', 'refused'])
    expect(await credited()).toBeLessThanOrEqual(8)
  })

  test('reads again what it bought, for nothing', async () => {
    const reader = await agent(20)
    await reader.read(url(0))
    expect(await reader.read(url(0))).toMatchObject({ status: 'read', amount: 0, text: library.texts[0] })
    expect(await credited()).toBe(5)
  })

  test('is one command', () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--conditions=@tuppence/source', join(import.meta.dirname, 'start.ts')],
      { encoding: 'utf8', timeout: 60_000 },
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout.match(/^ {2}receipt \{.*"sig":"[\w-]{86}"/gm)?.length).toBe(3)
    expect(stdout).toContain('Not paid.')
    expect(stdout).toContain('spent 19¢; the library was credited 19¢')
  })
})

describe('other clients buy the same offers', () => {
  /** Coins of this mint, made by cashu-ts with test money. */
  const coins = async (amount: number): Promise<Proof[]> => {
    const wallet = new Wallet(library.street.mint.internalUrl, { unit: 'usd' })
    await wallet.loadMint()
    const quote = await wallet.createMintQuote('test', { amount, unit: 'usd' })
    const body = JSON.stringify({ quote: quote.quote })
    await fetch(`${library.street.mint.internalUrl}/v1/test/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return wallet.mintProofs('test', amount, quote)
  }
  const local = (index: number): string => url(index).replace('library.localhost', '127.0.0.1')

  test('mppx, by the HTTP Payment scheme', async () => {
    const charge = Method.from({
      name: 'cashu',
      intent: 'charge',
      schema: {
        credential: { payload: z.object({ cashu_token: z.string() }) },
        request: z.object({
          amount: z.string(),
          currency: z.string(),
          methodDetails: z.object({ paymentRequest: z.string() }),
        }),
      },
    })
    const cashu = Method.toClient(charge, {
      async createCredential({ challenge }) {
        const {
          mints: [mint = ''] = [],
          amount,
          unit = '',
        } = PaymentRequest.fromEncodedRequest(challenge.request.methodDetails.paymentRequest)
        const proofs = await coins(Number(amount))
        return Credential.serialize({
          challenge,
          payload: { cashu_token: getEncodedToken({ mint, unit, proofs }, { removeDleq: true }) },
        })
      },
    })
    const response = await Mppx.create({ methods: [cashu], polyfill: false }).fetch(local(0))
    expect([response.status, await response.text()]).toEqual([200, `<p>${library.texts[0]}</p>`])
    expect(await credited()).toBe(5)
  })

  test('a Cashu wallet, by NUT-24', async () => {
    const asked = PaymentRequest.fromEncodedRequest((await fetch(local(1))).headers.get('x-cashu') ?? '')
    expect([Number(asked.amount), asked.unit, asked.mints]).toEqual([8, 'usd', [library.street.mint.url]])
    const token = getEncodedToken(
      { mint: library.street.mint.url, unit: 'usd', proofs: await coins(8) },
      { removeDleq: true },
    )
    const response = await fetch(local(1), { headers: { 'x-cashu': token } })
    expect([response.status, await response.text()]).toEqual([200, `<p>${library.texts[1]}</p>`])
    expect(await credited()).toBe(8)
  })
})

/** As docs/receipts.md has it: nothing of ours. */
function isGenuine(receipt: unknown, keys: readonly { x: string }[]): boolean {
  const { sig, ...body } = receipt as Record<string, unknown> & { sig: string; kid: string }
  const named = keys.find(({ x }) => thumbprint(x) === body['kid'])
  if (!named) return false
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: named.x }, format: 'jwk' })
  return verify(null, Buffer.from(JSON.stringify(body, Object.keys(body).sort())), key, Buffer.from(sig, 'base64url'))
}

const thumbprint = (x: string): string =>
  createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
