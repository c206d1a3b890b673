// A mint on a real socket and file for tests, and a small wallet of its own to talk to it; only tests import it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  bytesToHex,
  canonicalJson,
  hexToBytes,
  refundRoute,
  sha256Hex,
  splitAmount,
  type BlindedMessage,
  type BlindSignature,
  type Keyset,
  type Proof,
  type SigningKey,
} from '@tuppence/protocol'
import { blind, unblind } from '@tuppence/protocol/crypto'
import { parseConfig, type MintConfigInput } from '../config.ts'
import { denominations } from '../keys.ts'
import { jsonLog } from '../log.ts'
import type { GivenPorts } from '../deps.ts'
import { serveMint, type ServedMint } from '../server.ts'
import { accountId, depositBody, depositHeaders, publisherKey } from './account.ts'

export { accountId } from './account.ts'

/** An answer as it came. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** A mint under test: its log is kept, its clock can be moved. */
export interface TestMint {
  readonly served: ServedMint
  readonly url: string
  readonly dataDir: string
  readonly log: string[]
  readonly clock: { offsetMs: number }
  /** The publisher `daily-news` may deposit with this key. */
  readonly accountKey: SigningKey
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

/** Starts a mint on a free port with test money, in a folder of its own or a given one. */
export async function startTestMint(
  input: MintConfigInput = {},
  { dataDir = mkdtempSync(join(tmpdir(), 'mint-')), ports = {} }: { dataDir?: string; ports?: GivenPorts } = {},
): Promise<TestMint> {
  const accountKey = await publisherKey()
  const log: string[] = []
  const clock = { offsetMs: 0 }
  const nowMs = () => Date.now() + clock.offsetMs
  const config = parseConfig({
    port: 0,
    dataDir,
    funding: { test: { enabled: true } },
    accounts: [{ id: accountId, publicKey: accountKey.x }],
    ...input,
  })
  const served = await serveMint(config, {
    clock: { nowMs },
    log: jsonLog({ level: 'debug', write: (line) => log.push(line), nowMs }),
    ...ports,
  })
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(served.url + path, init)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  return {
    served,
    url: served.url,
    dataDir,
    log,
    clock,
    accountKey,
    post: (path, body, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      }),
    get: (path, headers = {}) => send(path, { headers }),
    close: async () => {
      await served.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Outputs and what is needed to make coins of their signatures. */
export interface Draft {
  readonly keyset: Keyset
  readonly outputs: BlindedMessage[]
  readonly secrets: readonly { readonly secret: string; readonly factor: Uint8Array }[]
}

/** The active keyset of a unit. */
export async function activeKeyset(mint: Pick<TestMint, 'get'>, unit = 'usd'): Promise<Keyset> {
  const { keysets } = JSON.parse((await mint.get('/v1/keys')).text) as { keysets: Keyset[] }
  const found = keysets.find((keyset) => keyset.unit === unit)
  if (found === undefined) throw new Error(`no active keyset for ${unit}`)
  return found
}

/** Drafts one output for each amount; `secretOf` makes other secrets than random ones. */
export function draft(
  keyset: Keyset,
  amounts: readonly number[],
  secretOf = () => randomBytes(32).toString('hex'),
): Draft {
  const secrets = amounts.map(() => {
    const factor = randomBytes(32)
    factor[0] = 1
    return { secret: secretOf(), factor: Uint8Array.from(factor) }
  })
  const outputs = secrets.map(({ secret, factor }, index) => ({
    amount: amounts[index] as number,
    id: keyset.id,
    B_: bytesToHex(blind(secret, factor)),
  }))
  return { keyset, outputs, secrets }
}

/** Splits an amount into denominations, ascending. */
export function split(amount: number): number[] {
  return splitAmount(amount, denominations) ?? []
}

/** Makes coins of an answer with signatures. */
export function coinsOf({ keyset, secrets }: Draft, answer: string): Proof[] {
  const { signatures } = JSON.parse(answer) as { signatures: BlindSignature[] }
  return signatures.map(({ amount, id, C_ }, index) => {
    const { secret, factor } = secrets[index] as Draft['secrets'][number]
    const mintKey = hexToBytes(keyset.keys[String(amount)] as string)
    return { amount, id, secret, C: bytesToHex(unblind(hexToBytes(C_), factor, mintKey)) }
  })
}

/** Opens and pays a quote with test money; gives its id. */
export async function paidQuote(mint: TestMint, amount: number, more: Record<string, unknown> = {}): Promise<string> {
  const opened = await mint.post('/v1/mint/quote/test', { amount, unit: 'usd', ...more })
  const { quote } = JSON.parse(opened.text) as { quote: string }
  await mint.post('/v1/test/pay', { quote })
  return quote
}

/** Tops up: one coin for each amount. */
export async function topUp(mint: TestMint, amounts: readonly number[], secretOf?: () => string): Promise<Proof[]> {
  const quote = await paidQuote(
    mint,
    amounts.reduce((sum, amount) => sum + amount, 0),
  )
  const made = draft(await activeKeyset(mint), amounts, secretOf)
  const answer = await mint.post('/v1/mint/test', { quote, outputs: made.outputs })
  if (answer.status !== 200) throw new Error(`top-up: ${answer.text}`)
  return coinsOf(made, answer.text)
}

/** Deposits coins, signed by the publisher's key (or another). */
export async function depositCoins(
  mint: TestMint,
  inputs: readonly Proof[],
  more: { reference?: string; key?: SigningKey; fields?: Record<string, unknown> } = {},
): Promise<Answer> {
  const { reference = await sha256Hex(randomUUID()), key = mint.accountKey, fields = {} } = more
  const body = await depositBody(reference, inputs, fields)
  const signed = await depositHeaders(body, { key, createdMs: Date.now() + mint.clock.offsetMs })
  return mint.post('/v1/deposit', body, signed)
}

/** Refunds onto a draft's outputs, signed by the publisher's key (or another). */
export async function refundCoins(
  mint: TestMint,
  { outputs }: Pick<Draft, 'outputs'>,
  reference: string,
  more: { key?: SigningKey; fields?: Record<string, unknown> } = {},
): Promise<Answer> {
  const { key = mint.accountKey, fields = {} } = more
  const amount = outputs.reduce((sum, output) => sum + output.amount, 0)
  const body = canonicalJson({ reference, account: accountId, unit: 'usd', amount, outputs, ...fields })
  const signed = await depositHeaders(body, {
    key,
    createdMs: Date.now() + mint.clock.offsetMs,
    path: refundRoute.path,
  })
  return mint.post(refundRoute.path, body, signed)
}

/** Everything in the ledger, as sums: two equal ones mean that nothing changed. */
export function ledgerState(mint: TestMint): Promise<unknown> {
  return mint.served.ledger.totals()
}
