// The challenge of the HTTP Payment scheme: a till makes, binds and checks it, a wallet reads it.

import { isAmount } from '../amount.ts'
import { base64UrlDecode, base64UrlEncode, canonicalJson, hmacKey, utf8 } from '../encoding.ts'
import type { Bytes } from '../encoding.ts'
import { isTuppenceError, TuppenceError } from '../errors.ts'
import { limits } from '../limits.ts'
import { decodeJson, isText, optional, pick, pickOr } from '../shape.ts'
import type { Check, Shape } from '../shape.ts'
import { formatParameter, parseAuthHeader } from './auth-header.ts'
import type { AuthItem } from './auth-header.ts'

/** What is asked for. `amount`: whole minor units as decimal text; `paymentRequest`: NUT-18 text (`creqA...`). */
export type ChargeRequest = { amount: string; currency: string; methodDetails: { paymentRequest: string } }

/**
 * A challenge that this wallet can answer. `requestText` and `opaqueText` are what stood in the header, to be echoed.
 *
 * `expires` is RFC 3339; `digest` an RFC 9530 member (`sha-256=:...:`) of the body that the challenge is for.
 */
export type Challenge = {
  id: string
  realm: string
  method: 'cashu'
  intent: 'charge'
  request: ChargeRequest
  requestText: string
  expires?: string
  digest?: string
  description?: string
  opaque?: Record<string, string>
  opaqueText?: string
}

/** A challenge as a credential repeats it: texts only. */
export type EchoedChallenge = {
  id: string
  realm: string
  method: string
  intent: string
  request: string
  expires?: string
  digest?: string
  description?: string
  opaque?: string
}

/** What a challenge's id is bound to. */
export type ChallengeFields = Omit<EchoedChallenge, 'id' | 'description'>

/**
 * What our tills put into `opaque`. `sites`: exact page origins, space-joined; `mints`: URLs, likewise; `terms`: see
 * parseTerms; `reader`: thumbprint of the one key that may pay, where the price is that reader's own.
 */
export type OfferOpaque = {
  offer: string
  path: string
  sites: string
  mints: string
  nonce: string
  title: string
  kind: 'article' | 'tip' | 'pass'
  terms?: string
  reader?: string
}

const isString: Check = (value) => typeof value === 'string'
const isAmountText: Check = (value) => isString(value) && /^[1-9]\d*$/.test(value as string) && isAmount(Number(value))
const isOpaque: Check = (value) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isString) && !Array.isArray(value)
const details: Shape<ChargeRequest['methodDetails']> = { paymentRequest: isText(limits.challengeBytesMax) }
const chargeRequest: Shape<ChargeRequest> = {
  amount: isAmountText,
  currency: isText(32),
  methodDetails: (value) => pick(details, value) !== undefined,
}
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** The amount a charge asks for, in minor units. */
export function chargeAmount(request: ChargeRequest): number {
  return Number(request.amount)
}

/**
 * Makes a challenge and binds its id to all that it says, so that a till need not remember it.
 *
 * @param secret - The till's challenge secret: bytes, or the key that `hmacKey` makes of them.
 * @param fields.expiresMs - Unix milliseconds.
 * @throws {TuppenceError} `malformed-challenge`: a realm that is not printable ASCII, or has the separator `|`.
 */
export async function createChallenge(
  secret: Uint8Array | CryptoKey,
  fields: {
    realm: string
    request: ChargeRequest
    expiresMs?: number
    digest?: string
    opaque?: Record<string, string>
  },
): Promise<Challenge> {
  const { realm, request, expiresMs, digest, opaque } = fields
  const echoed: ChallengeFields = {
    realm,
    method: 'cashu',
    intent: 'charge',
    request: encodeJson(request),
    ...(expiresMs !== undefined && { expires: new Date(expiresMs).toISOString() }),
    ...(digest !== undefined && { digest }),
    ...(opaque && { opaque: encodeJson(opaque) }),
  }
  return readEcho({ id: await challengeId(secret, echoed), ...echoed })
}

/**
 * Id of a challenge: base64url of HMAC-SHA256 over seven slots joined by `|`, an absent one being empty.
 *
 * @throws {TuppenceError} `invalid-challenge`: a field holds the separator, so that two challenges could share an id.
 * @see draft-httpauth-payment "Recommended: HMAC-SHA256 Binding"
 */
export async function challengeId(secret: Uint8Array | CryptoKey, fields: ChallengeFields): Promise<string> {
  const key = secret instanceof Uint8Array ? await hmacKey(secret) : secret
  return base64UrlEncode(new Uint8Array(await crypto.subtle.sign('HMAC', key, boundText(fields))))
}

/** Whether an echoed challenge was made with this secret and came back unchanged; in constant time. */
export async function verifyChallenge(secret: Uint8Array | CryptoKey, echoed: EchoedChallenge): Promise<boolean> {
  try {
    const key = secret instanceof Uint8Array ? await hmacKey(secret) : secret
    return await crypto.subtle.verify('HMAC', key, base64UrlDecode(echoed.id), boundText(echoed))
  } catch (error) {
    if (isTuppenceError(error)) return false
    throw error
  }
}

function boundText(fields: ChallengeFields): Bytes {
  const { realm, method, intent, request, expires = '', digest = '', opaque = '' } = fields
  const slots = [realm, method, intent, request, expires, digest, opaque]
  if (slots.some((slot) => slot.includes('|'))) throw new TuppenceError('invalid-challenge')
  return utf8(slots.join('|'))
}

/**
 * A challenge as a `WWW-Authenticate` value.
 *
 * @throws {TuppenceError} `malformed-challenge`: a field that no header can carry.
 */
export function formatChallenge(challenge: Challenge): string {
  const parameters = Object.entries(echoChallenge(challenge))
  return `Payment ${parameters.map(([name, value]) => formatParameter(name, value, 'malformed-challenge')).join(', ')}`
}

/**
 * The challenges in a `WWW-Authenticate` value that ask for a Cashu charge, in the order of the server.
 *
 * Other schemes, methods and intents are passed over, as are unknown parameters, and challenges that want the credential
 * in another header.
 *
 * @param header - As `Headers.get` gives it: several header lines come joined by commas.
 * @returns Possibly none.
 * @throws {TuppenceError} `malformed-challenge`: not the grammar, or every Cashu challenge in it is broken.
 */
export function parseChallenges(header: string): Challenge[] {
  if (header.length > limits.challengeBytesMax) throw new TuppenceError('malformed-challenge')
  const challenges: Challenge[] = []
  let fault: unknown
  for (const item of parseAuthHeader(header, 'malformed-challenge')) {
    if (!isCashuCharge(item)) continue
    try {
      if (item.duplicate) throw new TuppenceError('malformed-challenge')
      challenges.push(readEcho(pickOr('malformed-challenge', echoedChallenge, Object.fromEntries(item.parameters))))
    } catch (error) {
      fault ??= error
    }
  }
  if (fault !== undefined && challenges.length === 0) throw fault
  return challenges
}

function isCashuCharge({ scheme, parameters }: AuthItem): boolean {
  const header = parameters.get('header') ?? 'authorization'
  return (
    scheme === 'payment' &&
    parameters.get('method') === 'cashu' &&
    parameters.get('intent') === 'charge' &&
    header.toLowerCase() === 'authorization'
  )
}

const isField = isText(limits.challengeBytesMax)

/** The members of an echoed challenge. A realm may be empty, and nothing else. @see EchoedChallenge */
export const echoedChallenge: Shape<EchoedChallenge> = {
  id: isField,
  realm: isString,
  method: isField,
  intent: isField,
  request: isField,
  expires: optional(isString),
  digest: optional(isString),
  description: optional(isString),
  opaque: optional(isString),
}

/** A challenge as a credential repeats it: exactly what stood in the header. */
export function echoChallenge(challenge: Challenge): EchoedChallenge {
  const texts = { ...challenge, request: challenge.requestText, opaque: challenge.opaqueText }
  return pick(echoedChallenge, texts) as EchoedChallenge
}

/**
 * Decodes what a credential repeats. Says nothing of who made it: see verifyChallenge.
 *
 * @throws {TuppenceError} `malformed-challenge`
 */
export function readEcho(echoed: EchoedChallenge): Challenge {
  const { method, intent, request, opaque, ...rest } = echoed
  const { expires } = rest
  const expiryBad = expires !== undefined && !(timestamp.test(expires) && Date.parse(expires) > 0)
  if (method !== 'cashu' || intent !== 'charge' || expiryBad) throw new TuppenceError('malformed-challenge')
  const asked = pickOr('malformed-challenge', chargeRequest, decodeJson('malformed-challenge', request))
  return {
    ...rest,
    method,
    intent,
    request: { ...asked, methodDetails: { paymentRequest: asked.methodDetails.paymentRequest } },
    requestText: request,
    ...(opaque !== undefined && { opaque: readOpaque(opaque), opaqueText: opaque }),
  }
}

function readOpaque(text: string): Record<string, string> {
  const opaque = decodeJson('malformed-challenge', text)
  if (!isOpaque(opaque)) throw new TuppenceError('malformed-challenge')
  return opaque as Record<string, string>
}

/** Whether a challenge can no longer be paid. One without `expires` can be paid for ever. */
export function isExpired(challenge: { readonly expires?: string }, nowMs: number): boolean {
  return challenge.expires !== undefined && !(Date.parse(challenge.expires) > nowMs)
}

function encodeJson(value: unknown): string {
  return base64UrlEncode(utf8(canonicalJson(value)))
}
