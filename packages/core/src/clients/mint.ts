/** What a wallet asks a mint, one exchange a call, over ky; loaded lazily by the actions that need a mint. */
import ky from 'ky'
import {
  blindSignatureSchema,
  coinStatesSchema,
  fundingMethodSchema,
  isTuppenceError,
  keysetKeysSchema,
  keysetListSchema,
  limits,
  mintInfoSchema,
  parseAs,
  parseJsonAs,
  quoteSchema,
  receiptKeysSchema,
  restoredSchema,
  TuppenceError,
  type ErrorCode,
} from '@tuppence/protocol'
import * as v from 'valibot'
import type { Fetch, MintAnswer, MintClient, MintReply } from '../ports.ts'
import { readText, undecided } from './body.ts'

/** How much of a broken answer is kept. */
const garbledCharsMax = 2_000

const signaturesSchema = /* @__PURE__ */ v.object({ signatures: v.array(blindSignatureSchema) })

/** Refusals that say that the same coins, outputs or quote are in another request, which may be an earlier copy of this one. */
const pending = new Set([11_002, 11_004, 20_005])

type Http = (url: string, init: RequestInit) => Promise<Response>
type Reply = { readonly ok: boolean; readonly status: number; readonly text: string }

/**
 * Makes the mint client. Paths and schemas are those of `mintRoutes`, named one by one: the whole table would bring along
 * every message that only tills and mints send. The test holds the two together.
 *
 * @param fetch - Defaults to the global one.
 * @param timeoutMs - For one exchange, its body included.
 */
export function mintClient(fetch?: Fetch, timeoutMs: number = limits.mintTimeoutMs): MintClient {
  const once = ky.create({
    retry: 0,
    // ky's own ends with the headers; the signal of each request covers the body too.
    timeout: false,
    throwHttpErrors: false,
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    ...(fetch && { fetch: viaUrl(fetch) }),
  })
  const http: Http = (url, init) => once(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
  const ask = async <S extends v.GenericSchema>(schema: S, url: string, json?: unknown) =>
    parse(schema, await askText(http, url, json))
  return {
    keysets: async (mint) => (await ask(keysetListSchema, `${mint}/v1/keysets`)).keysets,
    keysOf: async (mint, keyset) => (await ask(keysetKeysSchema, `${mint}/v1/keys/${keyset}`)).keysets,
    receiptKeys: async (mint) => {
      const reply = await reach(http, `${mint}/v1/receipt-keys`)
      // Ours alone has this route; another mint signs no receipts.
      return reply.ok ? parse(receiptKeysSchema, reply.text).keys : []
    },
    timeSeconds: async (mint) => (await ask(mintInfoSchema, `${mint}/v1/info`)).time,
    fundingMethods: async (mint) => {
      const { nuts } = await ask(mintInfoSchema, `${mint}/v1/info`)
      const { methods = [] } = (nuts?.['4'] ?? {}) as { methods?: unknown[] }
      return methods.map((method) => parseAs(fundingMethodSchema, method, 'mint-response-invalid'))
    },
    quote: (mint, { method, ...json }) => ask(quoteSchema, `${mint}/v1/mint/quote/${method}`, json),
    quoteState: (mint, { method, quote }) =>
      ask(quoteSchema, `${mint}/v1/mint/quote/${method}/${encodeURIComponent(quote)}`),
    testPay: (mint, quote) => ask(quoteSchema, `${mint}/v1/test/pay`, { quote }),
    sign: (mint, request) => sign(http, mint + request.path, request.body),
    post: (mint, request) => post(http, mint + request.path, request.body),
    ask: (mint, path, json) => askText(http, mint + path, json),
    checkState: (mint, Ys) => ask(coinStatesSchema, `${mint}/v1/checkstate`, { Ys }),
    restore: (mint, outputs) => ask(restoredSchema, `${mint}/v1/restore`, { outputs }),
  }
}

/** ky calls its fetch with a Request; the port takes a URL and what to do with it. */
function viaUrl(fetch: Fetch): typeof globalThis.fetch {
  return async (input, init) => {
    if (!(input instanceof Request)) return fetch(String(input), init)
    const { url, method, headers, signal, credentials, redirect, referrerPolicy, cache } = input
    const body = method === 'GET' ? undefined : await input.text()
    return fetch(url, {
      method,
      headers,
      signal,
      credentials,
      redirect,
      referrerPolicy,
      cache,
      ...(body !== undefined && { body }),
    })
  }
}

async function reach(http: Http, url: string, body?: string): Promise<Reply> {
  try {
    const response = await http(url, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    })
    if (response.status >= 500) throw new TuppenceError('mint-unavailable')
    return { ok: response.ok, status: response.status, text: await readText(response, limits.responseBytesMax) }
  } catch (cause) {
    if (isTuppenceError(cause)) throw cause
    throw new TuppenceError((cause as Error).name === 'TimeoutError' ? 'mint-timeout' : 'mint-unavailable', { cause })
  }
}

async function askText(http: Http, url: string, json: unknown): Promise<string> {
  const reply = await reach(http, url, json === undefined ? undefined : JSON.stringify(json))
  if (reply.ok) return reply.text
  const { nut, reason } = readRefusal(reply.text)
  throw new TuppenceError(codeOf(reason) ?? 'mint-response-invalid', { details: { nut, reason } })
}

function parse<S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> {
  return parseJsonAs(schema, text, 'mint-response-invalid')
}

async function post(http: Http, url: string, body: string): Promise<MintReply> {
  try {
    const { ok, status, text } = await reach(http, url, body)
    if (ok) return { status: 'answered', text }
    const refusal = readRefusal(text)
    const later = undecided.has(status) || pending.has(refusal.nut)
    return later ? { status: 'unknown', code: 'payment-in-progress' } : { status: 'refused', ...refusal }
  } catch (error) {
    return { status: 'unknown', code: isTuppenceError(error) ? error.code : 'mint-unavailable' }
  }
}

async function sign(http: Http, url: string, body: string): Promise<MintAnswer> {
  const reply = await post(http, url, body)
  if (reply.status !== 'answered') return reply
  const text = reply.text.slice(0, garbledCharsMax)
  try {
    return { status: 'signed', signatures: parse(signaturesSchema, reply.text).signatures, text }
  } catch {
    return { status: 'garbled', text }
  }
}

/** A NUT error's number, and the code that our mint writes before its text. */
function readRefusal(text: string): { nut: number; reason: string } {
  try {
    const { code, detail } = JSON.parse(text) as { code?: unknown; detail?: unknown }
    const nut = typeof code === 'number' ? code : 0
    const named = typeof detail === 'string' ? /^([a-z-]{1,64}):/.exec(detail)?.[1] : undefined
    return { nut, reason: named ?? `nut-${nut}` }
  } catch {
    return { nut: 0, reason: 'nut-0' }
  }
}

/** Refusals that callers tell apart; any other is an answer that makes no sense here. */
function codeOf(reason: string): ErrorCode | undefined {
  const known: readonly ErrorCode[] = [
    'funding-unsupported',
    'unit-unsupported',
    'amount-out-of-range',
    'minting-disabled',
    'quote-unknown',
    'quote-expired',
    'keyset-unknown',
    'too-many-requests',
  ]
  return known.find((code) => code === reason)
}
