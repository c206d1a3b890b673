/** A till's three questions to its mint, over fetch; behind a port, so that accept() does not know of HTTP. */
import {
  concatBytes,
  depositComponents,
  fromNutError,
  fromProblem,
  limits,
  mintRoutes,
  parseAs,
  signRequest,
  TuppenceError,
} from '@tuppence/protocol'
import type { Bytes, KeysetInfo, Route, SignedReceipt } from '@tuppence/protocol'
import type { InferOutput } from 'valibot'
import type { TillSettings } from './config.ts'
import type { AccountKey } from './keys.ts'

/** The mint as a till needs it. */
export type MintClient = {
  /** @throws {TuppenceError} `mint-unavailable` */
  keysets(): Promise<readonly KeysetInfo[]>
  /** @throws {TuppenceError} `mint-unavailable` */
  receiptKeys(): Promise<readonly JsonWebKey[]>
  /**
   * Spends coins into the account. Repeating the same text is safe: the mint credits a reference once.
   *
   * @param deposit - JSON text, sent byte for byte.
   * @throws {TuppenceError} `coins-refused`: the mint said no, nothing was taken. `mint-unavailable`: the outcome is
   *   unknown, or the mint will not serve this account.
   */
  deposit(deposit: string): Promise<SignedReceipt>
}

// What a mint answers when coins are at fault; any other 4xx is about the till, and its coins may be good tomorrow.
const refusals = [400, 409, 422]

/**
 * Makes a client of one mint.
 *
 * @param deps.fetch - Defaults to the global one. Never follows a redirect and never repeats by itself.
 */
export function mintClient(
  deps: Readonly<{
    settings: TillSettings
    account: AccountKey
    nowMs: () => number
    fetch?: typeof fetch
  }>,
): MintClient {
  const { settings, account, nowMs } = deps
  const base = settings.mint.internalUrl
  const send = async ({ method, path }: Route, init: RequestInit = {}): Promise<Response> => {
    try {
      const response = await (deps.fetch ?? fetch)(base + path, {
        ...init,
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(settings.mint.timeoutMs),
      })
      return new Response(await readBounded(response), { status: response.status, headers: response.headers })
    } catch (cause) {
      throw unavailable('no-answer', cause)
    }
  }

  return {
    async keysets() {
      return (await read(mintRoutes.keysets, await send(mintRoutes.keysets))).keysets
    },
    async receiptKeys() {
      return (await read(mintRoutes.receiptKeys, await send(mintRoutes.receiptKeys))).keys
    },
    async deposit(deposit) {
      const route = mintRoutes.deposit
      const signed = await signRequest(
        { method: route.method, url: base + route.path, body: deposit },
        { key: account.privateKey, keyId: account.thumbprint, createdMs: nowMs(), components: depositComponents },
      )
      const response = await send(route, { body: deposit, headers: { ...signed, 'content-type': 'application/json' } })
      if (refusals.includes(response.status)) throw await refusal(response)
      return (await read(route, response)).receipt
    },
  }
}

async function readBounded(response: Response): Promise<Bytes> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > limits.responseBytesMax) throw new TuppenceError('response-too-large')
    chunks.push(chunk)
  }
  return concatBytes(...chunks)
}

async function read<R extends Route>(route: R, response: Response): Promise<InferOutput<R['response']>> {
  if (response.status !== 200) throw unavailable(`status-${response.status}`)
  try {
    return parseAs(route.response, await response.json(), 'mint-response-invalid')
  } catch (cause) {
    throw unavailable('odd-answer', cause)
  }
}

/** The mint's own code as the reason; a refusal that names none is not one: it may come from a proxy in between. */
async function refusal(response: Response): Promise<TuppenceError> {
  const body: unknown = await response.json().catch(() => undefined)
  const hasNumber = typeof (body as { code?: unknown } | undefined)?.code === 'number'
  const error = hasNumber ? fromNutError(body, 'verification-failed') : fromProblem(body, 'mint-unavailable')
  if (error.code === 'mint-unavailable') return unavailable(`status-${response.status}`)
  return new TuppenceError('coins-refused', { details: { reason: error.code } })
}

// Errors

function unavailable(reason: string, cause?: unknown): TuppenceError {
  return new TuppenceError('mint-unavailable', { details: { reason }, cause })
}
