/** What a wallet asks a mint, one exchange a call, over ky; loaded lazily by the actions that need a mint. */
import ky, { type KyInstance } from 'ky'
import {
  fundingMethodSchema, isTuppenceError, limits, mintRoutes, parseAs, parseJsonAs, receiptKeysSchema, routePath, TuppenceError,
  type ErrorCode, type Route,
} from '@tuppence/protocol'
import type { Fetch, MintAnswer, MintClient } from '../ports.ts'
import { readText } from './body.ts'

/** How much of a broken answer is kept. */
const garbledCharsMax = 2_000

type Reply = { readonly ok: boolean; readonly text: string }
type Call = { readonly mint: string; readonly route: Route; readonly parts?: Record<string, string>; readonly json?: unknown }

/**
 * Makes the mint client.
 *
 * @param fetch - Defaults to the global one.
 */
export function mintClient(fetch?: Fetch): MintClient {
  const http = ky.create({
    retry: 0,
    timeout: limits.mintTimeoutMs,
    throwHttpErrors: false,
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    ...(fetch && { fetch: viaUrl(fetch) }),
  })
  const call = <S extends Route>(name: S, input: Omit<Call, 'route'>) => ask(http, { ...input, route: name })
  const { keysets, keysOf, receiptKeys, info, quote, quoteState, testPay, checkState, restore } = mintRoutes
  return {
    keysets: async (mint) => parse(keysets, await call(keysets, { mint })).keysets,
    keysOf: async (mint, keyset) => parse(keysOf, await call(keysOf, { mint, parts: { keyset } })).keysets,
    receiptKeys: async (mint) => {
      const reply = await reach(http, `${mint}${receiptKeys.path}`)
      // Ours alone has this route; another mint signs no receipts.
      return reply.ok ? parseJsonAs(receiptKeysSchema, reply.text, 'mint-response-invalid').keys : []
    },
    fundingMethods: async (mint) => {
      const { nuts } = parse(info, await call(info, { mint }))
      const { methods = [] } = (nuts?.['4'] ?? {}) as { methods?: unknown[] }
      return methods.map((method) => parseAs(fundingMethodSchema, method, 'mint-response-invalid'))
    },
    quote: async (mint, { method, ...json }) => parse(quote, await call(quote, { mint, parts: { method }, json })),
    quoteState: async (mint, parts) => parse(quoteState, await call(quoteState, { mint, parts })),
    testPay: async (mint, id) => parse(testPay, await call(testPay, { mint, json: { quote: id } })),
    sign: (mint, request) => sign(http, `${mint}${request.path}`, request.body),
    checkState: async (mint, Ys) => parse(checkState, await call(checkState, { mint, json: { Ys } })),
    restore: async (mint, outputs) => parse(restore, await call(restore, { mint, json: { outputs } })),
  }
}

/** ky calls its fetch with a Request; the port takes a URL and what to do with it. */
function viaUrl(fetch: Fetch): typeof globalThis.fetch {
  return async (input, init) => {
    if (!(input instanceof Request)) return fetch(String(input), init)
    const { url, method, headers, signal, credentials, redirect, referrerPolicy, cache } = input
    const body = method === 'GET' ? undefined : await input.text()
    return fetch(url, { method, headers, signal, credentials, redirect, referrerPolicy, cache, ...(body !== undefined && { body }) })
  }
}

async function reach(http: KyInstance, url: string, body?: string): Promise<Reply> {
  try {
    const response = await http(url, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    })
    if (response.status >= 500) throw new TuppenceError('mint-unavailable')
    return { ok: response.ok, text: await readText(response, limits.responseBytesMax) }
  } catch (cause) {
    if (isTuppenceError(cause)) throw cause
    throw new TuppenceError((cause as Error).name === 'TimeoutError' ? 'mint-timeout' : 'mint-unavailable', { cause })
  }
}

async function ask(http: KyInstance, { mint, route, parts, json }: Call): Promise<string> {
  const reply = await reach(http, mint + routePath(route, parts), json === undefined ? undefined : JSON.stringify(json))
  if (reply.ok) return reply.text
  const { nut, reason } = readRefusal(reply.text)
  throw new TuppenceError(codeOf(reason) ?? 'mint-response-invalid', { details: { nut, reason } })
}

function parse<R extends Route>(route: R, text: string) {
  return parseJsonAs<R['response']>(route.response, text, 'mint-response-invalid')
}

async function sign(http: KyInstance, url: string, body: string): Promise<MintAnswer> {
  try {
    const { ok, text } = await reach(http, url, body)
    if (!ok) return { status: 'refused', ...readRefusal(text) }
    try {
      return { status: 'signed', signatures: parse(mintRoutes.swap, text).signatures, text: text.slice(0, garbledCharsMax) }
    } catch {
      return { status: 'garbled', text: text.slice(0, garbledCharsMax) }
    }
  } catch (error) {
    return { status: 'unknown', code: isTuppenceError(error) ? error.code : 'mint-unavailable' }
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
    'funding-unsupported', 'unit-unsupported', 'amount-out-of-range', 'minting-disabled', 'quote-unknown', 'quote-expired',
    'keyset-unknown', 'too-many-requests',
  ]
  return known.find((code) => code === reason)
}
