/** A till's questions to its mint, over HTTP; behind a port, so that accept() does not know of HTTP. */
import {
  bytesToHex,
  depositBatchRoute,
  depositComponents,
  depositsPerBatchMax,
  fromNutError,
  fromProblem,
  limits,
  mintRoutes,
  parseAs,
  refundRoute,
  signRequest,
  TuppenceError,
} from '@tuppence/protocol'
import type { ErrorCode, KeysetInfo, Proof, Refunded, Route, SignedReceipt } from '@tuppence/protocol'
import type { InferOutput } from 'valibot'
import type { TillSettings } from './config.ts'
import { exchange, type Answer, type Question } from './exchange.ts'
import type { AccountKey } from './keys.ts'
import { together } from './together.ts'

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

// Refusals that may be taken back. Coins in another request may be free again, or ours; as the till asks about keysets before
// it takes a coin, a mint that does not know one is another mint than it was, or has not found its books yet; and so is one
// that has no such account or route.
const undecided: readonly ErrorCode[] = [
  'coins-pending',
  'outputs-pending',
  'keyset-unknown',
  'account-unknown',
  'not-found',
]
// Said of what the till has checked or made itself: something else arrived than it sent, and an earlier copy may have arrived whole.
const misread: readonly ErrorCode[] = ['bad-request', 'bad-encoding', 'bad-amount', 'bad-witness', 'digest-mismatch']
const saysNothingOfCoins = (code: ErrorCode) =>
  undecided.includes(code) || misread.includes(code) || code.startsWith('signature-')

/** Requests with deposits under way before deposits wait for each other: one is answered while the other is on its way. */
const depositRequestsMax = 2
/** What a batch is beside its deposits: the account's name and some JSON. */
const envelopeBytes = 256
/** How long a mint that knows of no batches is not asked for them again. */
const aloneForMs = 600_000
/** What a mint without batches answers, and a batch that is refused as a whole: each deposit alone may fare better. */
const noBatch = [404, 405]
const batchRefused = [400, 413, 422, ...noBatch]

/**
 * Makes a client of one mint.
 *
 * A deposit may reach the mint twice, should a kept connection have closed under the first: it credits a reference once.
 * Deposits that come while others are on their way go in one request: to the mint each is the same as if it came alone.
 */
export function mintClient(
  deps: Readonly<{ settings: TillSettings; account: AccountKey; nowMs: () => number }>,
): MintClient {
  const { settings, account, nowMs } = deps
  const { internalUrl: base, timeoutMs } = settings.mint
  const send = async ({ method, path }: Route, more: Partial<Question> = {}): Promise<Said> => {
    try {
      return heard(await exchange({ url: base + path, method, timeoutMs, ...more }))
    } catch (cause) {
      throw unavailable('no-answer', cause)
    }
  }

  const sendSigned: SendSigned = async (route, body, leftMs = timeoutMs) => {
    const signed = await signRequest(
      { method: route.method, url: base + route.path, body },
      { key: account.privateKey, keyId: account.thumbprint, createdMs: nowMs(), components: depositComponents },
    )
    return send(route, { body, timeoutMs: leftMs, headers: { ...signed, 'content-type': 'application/json' } })
  }

  return {
    async keysets() {
      return read(mintRoutes.keysets, await send(mintRoutes.keysets)).keysets
    },
    async receiptKeys() {
      return read(mintRoutes.receiptKeys, await send(mintRoutes.receiptKeys)).keys
    },
    deposit: depositSender({ settings, nowMs, sendSigned }),
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

/** What a mint said: its body decoded, undefined where that is no JSON. */
type Said = Readonly<{ status: number; value: unknown }>

type SendSigned = (route: Route, body: string, leftMs?: number) => Promise<Said>

/** Sends a deposit, alone or with others that wait. */
function depositSender({
  settings,
  nowMs,
  sendSigned,
}: Readonly<{ settings: TillSettings; nowMs: () => number; sendSigned: SendSigned }>): MintClient['deposit'] {
  const { timeoutMs } = settings.mint
  let aloneUntilMs = 0
  const depositEach = (texts: readonly string[], leftMs: number): Promise<PromiseSettledResult<SignedReceipt>[]> =>
    Promise.allSettled(texts.map(async (text) => receiptIn(await sendSigned(mintRoutes.deposit, text, leftMs))))

  const depositTogether = async (texts: readonly string[], waitedMs: number) => {
    const leftMs = Math.ceil(timeoutMs - waitedMs)
    if (texts.length === 1 || nowMs() < aloneUntilMs) return depositEach(texts, leftMs)
    const body = `{"account":${JSON.stringify(settings.account)},"deposits":[${texts.join(',')}]}`
    const said = await sendSigned(depositBatchRoute, body, leftMs)
    if (noBatch.includes(said.status)) aloneUntilMs = nowMs() + aloneForMs
    // One that cannot be read, say, must not be what all others are refused for.
    if (batchRefused.includes(said.status)) return depositEach(texts, leftMs)
    const { answers } = read(depositBatchRoute, said)
    if (answers.length !== texts.length) throw unavailable('odd-answer')
    return Promise.allSettled(answers.map(async (answer) => receiptIn(saidInBatch(answer))))
  }

  return together<string, SignedReceipt>({
    send: depositTogether,
    inFlightMax: depositRequestsMax,
    itemsMax: depositsPerBatchMax,
    sizeMax: limits.bodyBytesMax - envelopeBytes,
    sizeOf: (text) => Buffer.byteLength(text) + 1,
    waitMaxMs: timeoutMs / 2,
    tooLate: () => unavailable('no-answer'),
  })
}

function heard({ status, body }: Answer): Said {
  try {
    return { status, value: JSON.parse(body) }
  } catch {
    return { status, value: undefined }
  }
}

/** One answer of a batch, as it would have come alone. */
function saidInBatch(answer: Readonly<Record<string, unknown>>): Said {
  const { status, receipt } = answer
  if (receipt !== undefined) return { status: 200, value: answer }
  return { status: typeof status === 'number' ? status : 0, value: answer }
}

function receiptIn(said: Said): SignedReceipt {
  if (refusals.includes(said.status))
    throw refusal(said, (code) => new TuppenceError('coins-refused', { details: { reason: code } }))
  return read(mintRoutes.deposit, said).receipt
}

function read<R extends Route>(route: R, { status, value }: Said): InferOutput<R['response']> {
  if (status !== 200) throw unavailable(`status-${status}`)
  try {
    return parseAs(route.response, value, 'mint-response-invalid')
  } catch (cause) {
    throw unavailable('odd-answer', cause)
  }
}

/**
 * The mint's own code as the reason. A refusal that names none is not one, as it may come from a proxy in between; nor is
 * one that says nothing of the coins for good. Forgetting a payment is only for what the mint has taken nothing of.
 */
function refusal({ status, value }: Said, toError: (code: ErrorCode) => TuppenceError): TuppenceError {
  const hasNumber = typeof (value as { code?: unknown } | undefined)?.code === 'number'
  const { code } = (hasNumber ? fromNutError : fromProblem)(value, 'mint-unavailable')
  if (code === 'mint-unavailable') return unavailable(`status-${status}`)
  if (saysNothingOfCoins(code)) return unavailable(code)
  return toError(code)
}

// Errors

function unavailable(reason: string, cause?: unknown): TuppenceError {
  return new TuppenceError('mint-unavailable', { details: { reason }, cause })
}
