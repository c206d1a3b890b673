/** A request that brings money: reads the credential or NUT-24 token, checks it in order of cost, and has it accepted. */
import {
  contentDigest,
  decodeCredential,
  hasCredential,
  isExpired,
  isTuppenceError,
  limits,
  matchesDigest,
  TuppenceError,
} from '@tuppence/protocol'
import type { Credential, SignableRequest } from '@tuppence/protocol'
import { receive, settle, type AcceptDeps, type DepositedPayment } from './accept.ts'
import { recogniseChallenge, type ChallengeDeps, type Wanted } from './challenge.ts'
import { checkCoins } from './coins.ts'
import type { JournaledPayment, Reader } from './journal/port.ts'
import { sha256Hex } from './native.ts'
import { provenPayer } from './reader.ts'
import { lowestPrice } from './standing.ts'

/** Money as it came: by the Payment scheme, or as a bare token by NUT-24. */
export type Offered =
  | Readonly<{ by: 'credential'; credential: Credential }>
  | Readonly<{ by: 'x-cashu'; token: string }>

/** A request with money, and what it is for. `check` is the publisher's own refusal, asked before coins are taken. */
export type Bid = Readonly<{
  offered: Offered
  wanted: Wanted
  request: SignableRequest
  check: (reader: Reader | undefined) => Promise<void>
}>

/** A payment to answer, and whether it was accepted by this very request. */
export type Accepted = Readonly<{ payment: DepositedPayment; repeat: 'first' | 'again' }>

type PayDeps = AcceptDeps & ChallengeDeps

/** Stands for the challenge that a NUT-24 payment does not have. */
const xCashuChallenge = 'x-cashu'
const idempotencyKeyCharsMax = 255

/**
 * The money in a request, unread further than its form.
 *
 * @throws {TuppenceError} `two-credentials`, `malformed-credential`, `credential-too-large`.
 */
export function offeredIn(headers: Headers): Offered | undefined {
  const authorization = headers.get('authorization')
  const xCashu = headers.get('x-cashu')
  if (!hasCredential(authorization)) return xCashu === null ? undefined : { by: 'x-cashu', token: oneToken(xCashu) }
  if (xCashu !== null) throw new TuppenceError('two-credentials')
  return { by: 'credential', credential: decodeCredential(authorization ?? '') }
}

function oneToken(header: string): string {
  const token = header.trim()
  if (token.includes(',')) throw new TuppenceError('two-credentials')
  return token
}

/**
 * Has a bid accepted, or gives the outcome that its first time had.
 *
 * @throws {TuppenceError} Nothing was taken: `invalid-challenge`, `payment-expired`, `verification-failed`,
 *   `malformed-credential`, `amount-mismatch`, `mint-unaccepted`, `coins-refused`, `token-reused`, `signature-*`,
 *   `digest-mismatch`, `policy-refused`, `idempotency-conflict`. Taken before, but not by this requester:
 *   `payer-mismatch`. Given back since: `policy-refused`. Unknown:
 *   `mint-unavailable`. Wait: `payment-in-progress`, `too-many-requests`.
 */
export async function pay(deps: PayDeps, bid: Bid): Promise<Accepted> {
  const { offered, wanted, request } = bid
  const named = nameOf(offered)
  const reference = sha256Hex(named.token)
  // Before the challenge is looked at: what was paid once is answered under any secret, realm or price of today.
  const known = await deps.journal.find(reference)
  if (known) return repeat(deps, { known, named, bid })

  const claim =
    offered.by === 'credential'
      ? await claimOf(deps, offered.credential, wanted)
      : bareClaim(named, wanted, deps.nowMs())
  const reader = await provenPayer(request, claim.source, deps.nowMs())
  if (claim.reader !== undefined && claim.reader !== reader?.thumbprint)
    throw new TuppenceError('invalid-challenge', { details: { reason: 'reader' } })
  // A pass is good for a key only: to nobody it would open nothing.
  if (wanted.offer.kind === 'pass' && !reader) throw new TuppenceError('signature-missing')
  await bid.check(reader)
  const coins = await checkCoins(deps, claim.token, claim.price).catch((error: unknown) => {
    throw offered.by === 'credential' && isTuppenceError(error, 'bad-token')
      ? new TuppenceError('malformed-credential', { details: { field: 'payload' } })
      : error
  })
  // Late, and not in the journal: unless a journal was lost, nothing was taken. Coins that are spent say that one may have
  // been; then the same deposit again gives the receipt that it had, and coins spent elsewhere are refused.
  if (isExpired(claim, deps.nowMs()) && !(await deps.mint.areSpent(coins.inputs)))
    throw new TuppenceError('payment-expired')
  const idempotencyKey = idempotencyKeyOf(request)
  const payment = await receive(deps, {
    reference,
    target: wanted.target,
    challengeId: claim.challengeId,
    price: claim.price,
    priceOf: claim.reader === undefined ? 'everybody' : 'reader',
    offer: wanted.offer,
    coins,
    ...(wanted.digest !== undefined && { digest: wanted.digest }),
    ...(reader && { reader }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  })
  // Two requests can pass the look-up above together; the journal tells which one it holds.
  checkSame(payment, claim, wanted, reader)
  return { payment: await settle(deps, payment), repeat: 'first' }
}

/** How money calls itself: enough to know a payment again by. */
type Named = Readonly<{ token: string; challengeId: string; source?: string }>

/** What a requester claims to pay, once its challenge is known to be ours. */
type Claim = Named & Readonly<{ price: number; expires?: string; reader?: string }>

function nameOf(offered: Offered): Named {
  if (offered.by === 'x-cashu') return { token: offered.token, challengeId: xCashuChallenge }
  const { challenge, payload, source } = offered.credential
  return { token: payload.cashu_token, challengeId: challenge.id, ...(source !== undefined && { source }) }
}

async function claimOf(deps: ChallengeDeps, credential: Credential, wanted: Wanted): Promise<Claim> {
  const { challenge, price } = await recogniseChallenge(deps, credential.challenge, wanted)
  const { expires, opaque } = challenge
  const reader = opaque?.['reader']
  return {
    ...nameOf({ by: 'credential', credential }),
    price,
    ...(expires !== undefined && { expires }),
    ...(reader !== undefined && { reader }),
  }
}

/**
 * NUT-24 has no challenge to come back: the price is today's, or the lower one of a moment ago, where prices take turns; and
 * whoever has the token is the payer.
 */
function bareClaim(named: Named, { offer, amount }: Wanted, nowMs: number): Claim {
  const price = offer.kind === 'tip' ? amount : lowestPrice(offer, nowMs, limits.challengeLifetimeSeconds * 1_000)
  return { ...named, price }
}

/**
 * The same credential again: same outcome, same receipt, however late. If a reader signed the first, only that reader
 * may repeat it; and as its coins may be taken, a failure here is never a reason to ask for money again.
 */
async function repeat(
  deps: AcceptDeps,
  again: Readonly<{ known: JournaledPayment; named: Named; bid: Bid }>,
): Promise<Accepted> {
  const { known, named, bid } = again
  const reader = await provenPayer(bid.request, named.source, deps.nowMs()).catch((cause: unknown) => {
    throw isTuppenceError(cause)
      ? new TuppenceError('payer-mismatch', { details: { reason: cause.code }, cause })
      : cause
  })
  checkSame(known, named, bid.wanted, reader)
  if (known.refundedAtMs !== undefined) throw new TuppenceError('policy-refused', { details: { reason: 'refunded' } })
  return { payment: await settle(deps, known), repeat: 'again' }
}

function checkSame(payment: JournaledPayment, named: Named, wanted: Wanted, reader: Reader | undefined): void {
  const isSame =
    payment.challengeId === named.challengeId &&
    payment.offerId === wanted.offer.id &&
    payment.target === wanted.target &&
    payment.digest === wanted.digest
  if (!isSame) throw new TuppenceError('token-reused')
  if (payment.reader?.thumbprint !== reader?.thumbprint) throw new TuppenceError('payer-mismatch')
}

function idempotencyKeyOf(request: SignableRequest): string | undefined {
  const key = new Headers(request.headers).get('idempotency-key') ?? undefined
  if (key !== undefined && (key === '' || key.length > idempotencyKeyCharsMax))
    throw new TuppenceError('bad-request', { details: { field: 'Idempotency-Key' } })
  return key
}

/** The digest of a body as a challenge names it; checks the request's own Content-Digest on the way. */
export async function digestOf(body: Uint8Array, headers: Headers): Promise<string> {
  const digest = await contentDigest(body)
  const told = headers.get('content-digest')
  if (told !== null && !(await matchesDigest(told, body))) throw new TuppenceError('digest-mismatch')
  return digest
}
