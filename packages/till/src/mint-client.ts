/** A till's questions to its mint, over HTTP; behind a port, so that accept() does not know of HTTP. */
import {
  bytesToHex,
  depositComponents,
  fromNutError,
  fromProblem,
  mintRoutes,
  parseJsonAs,
  refundRoute,
  signRequest,
  TuppenceError,
} from '@tuppence/protocol'
import type { ErrorCode, KeysetInfo, Proof, Refunded, Route, SignedReceipt } from '@tuppence/protocol'
import type { InferOutput } from 'valibot'
import type { TillSettings } from './config.ts'
import { exchange, type Answer, type Question } from './exchange.ts'
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
  /**
   * Whether the mint has taken every one of these coins: into this till's account or elsewhere.
   *
   * @throws {TuppenceError} `mint-unavailable`
   */
  areSpent(inputs: readonly Proof[]): Promise<boolean>
  /**
   * Has the mint sign a reader's outputs at the account's cost. Repeating the same text is safe: one refund a reference.
   *
   * @param refund - JSON text, sent byte for byte.
   * @throws {TuppenceError} `refund-refused` (details.code: the mint's own): the mint said no, nothing was taken.
   *   `mint-unavailable`: the outcome is unknown, or the mint will not serve this account.
   */
  refund(refund: string): Promise<Refunded>
}

// What a mint answers when coins are at fault; any other 4xx is about the till, and its coins may be good tomorrow.
const refusals = [400, 409, 422]

// Refusals that may be taken back. Coins in another request may be free again, or ours; and as the till asks about keysets
// before it takes a coin, a mint that does not know one is another mint than it was, or has not found its books yet.
const undecided: readonly ErrorCode[] = ['coins-pending', 'outputs-pending', 'keyset-unknown']

/**
 * Makes a client of one mint.
 *
 * A deposit may reach the mint twice, should a kept connection have closed under the first: it credits a reference once.
 */
export function mintClient(
  deps: Readonly<{ settings: TillSettings; account: AccountKey; nowMs: () => number }>,
): MintClient {
  const { settings, account, nowMs } = deps
  const { internalUrl: base, timeoutMs } = settings.mint
  const send = async ({ method, path }: Route, more: Pick<Question, 'body' | 'headers'> = {}): Promise<Answer> => {
    try {
      return await exchange({ url: base + path, method, timeoutMs, ...more })
    } catch (cause) {
      throw unavailable('no-answer', cause)
    }
  }

  const sendSigned = async (route: Route, body: string): Promise<Answer> => {
    const signed = await signRequest(
      { method: route.method, url: base + route.path, body },
      { key: account.privateKey, keyId: account.thumbprint, createdMs: nowMs(), components: depositComponents },
    )
    return send(route, { body, headers: { ...signed, 'content-type': 'application/json' } })
  }

  return {
    async keysets() {
      return read(mintRoutes.keysets, await send(mintRoutes.keysets)).keysets
    },
    async receiptKeys() {
      return read(mintRoutes.receiptKeys, await send(mintRoutes.receiptKeys)).keys
    },
    async deposit(deposit) {
      const route = mintRoutes.deposit
      const answer = await sendSigned(route, deposit)
      if (refusals.includes(answer.status))
        throw refusal(answer, (code) => new TuppenceError('coins-refused', { details: { reason: code } }))
      return read(route, answer).receipt
    },
    async areSpent(inputs) {
      // The curve is loaded for this rare question only.
      const { hashToCurve } = await import('@tuppence/protocol/crypto')
      const body = JSON.stringify({ Ys: inputs.map(({ secret }) => bytesToHex(hashToCurve(secret))) })
      const answer = await send(mintRoutes.checkState, { body, headers: { 'content-type': 'application/json' } })
      const { states } = read(mintRoutes.checkState, answer)
      return states.length === inputs.length && states.every(({ state }) => state === 'SPENT')
    },
    async refund(refund) {
      const answer = await sendSigned(refundRoute, refund)
      // 404: the mint has no such deposit, and so nothing to give back.
      if ([...refusals, 404].includes(answer.status))
        throw refusal(
          answer,
          (code) =>
            new TuppenceError('refund-refused', {
              details: { reason: code === 'refund-conflict' ? 'twice' : 'mint', code },
            }),
        )
      return read(refundRoute, answer)
    },
  }
}

function read<R extends Route>(route: R, { status, body }: Answer): InferOutput<R['response']> {
  if (status !== 200) throw unavailable(`status-${status}`)
  try {
    return parseJsonAs(route.response, body, 'mint-response-invalid')
  } catch (cause) {
    throw unavailable('odd-answer', cause)
  }
}

/**
 * The mint's own code as the reason. A refusal that names none is not one, as it may come from a proxy in between; nor is
 * one that says nothing of the coins for good. Forgetting a payment is only for what the mint has taken nothing of.
 */
function refusal({ status, body }: Answer, toError: (code: ErrorCode) => TuppenceError): TuppenceError {
  const said = parsed(body)
  const hasNumber = typeof (said as { code?: unknown } | undefined)?.code === 'number'
  const { code } = (hasNumber ? fromNutError : fromProblem)(said, 'mint-unavailable')
  if (code === 'mint-unavailable') return unavailable(`status-${status}`)
  if (undecided.includes(code)) return unavailable(code)
  return toError(code)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

// Errors

function unavailable(reason: string, cause?: unknown): TuppenceError {
  return new TuppenceError('mint-unavailable', { details: { reason }, cause })
}
