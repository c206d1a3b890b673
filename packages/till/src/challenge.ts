/** A till's challenges: issues one for an offer, and knows its own again when a credential brings it back. */
import {
  chargeAmount,
  createChallenge,
  encodePaymentRequest,
  formatChallenge,
  isTuppenceError,
  randomId,
  readEcho,
  TuppenceError,
  verifyChallenge,
} from '@tuppence/protocol'
import type { Challenge, EchoedChallenge, OfferOpaque } from '@tuppence/protocol'
import { limits } from '@tuppence/protocol'
import type { TillSettings } from './config.ts'
import type { Offer } from './offers.ts'

/** What a challenge is made with. `secrets`: HMAC keys, newest first. `random`: that many random bytes. */
export type ChallengeDeps = Readonly<{
  settings: TillSettings
  secrets: readonly [CryptoKey, ...CryptoKey[]]
  nowMs: () => number
  random: (bytes: number) => Uint8Array
}>

/**
 * What is asked for: `target` is path and query of the request, `digest` that of its body, `amount` in minor units, `reader`
 * the thumbprint of the only key that may pay so little.
 */
export type Wanted = Readonly<{ offer: Offer; target: string; amount: number; digest?: string; reader?: string }>

/** A challenge and the two headers that carry it: the Payment scheme's and NUT-24's. */
export type IssuedChallenge = Readonly<{ challenge: Challenge; wwwAuthenticate: string; xCashu: string }>

const nonceBytes = 16

/**
 * Makes a challenge; nothing is kept, all that it says is bound into its id.
 *
 * @see protocol "Wallet <-> till"; NUT-18, NUT-24
 */
export async function issueChallenge(deps: ChallengeDeps, wanted: Wanted): Promise<IssuedChallenge> {
  const { settings, secrets, nowMs, random } = deps
  const { offer, target, amount, digest, reader } = wanted
  const paymentRequest = encodePaymentRequest({ amount, unit: offer.unit, mints: [settings.mint.url] })
  const opaque: OfferOpaque & Record<string, string> = {
    offer: offer.id,
    path: target,
    sites: offer.sites.join(' '),
    // Also in the payment request, for outside wallets; here it costs a frame nothing to read.
    mints: settings.mint.url,
    // Without it, two readers who ask in the same millisecond would share an id.
    nonce: randomId(random(nonceBytes)),
    title: offer.title,
    kind: offer.kind,
    ...(settings.termsText !== undefined && offer.kind !== 'tip' && { terms: settings.termsText }),
    ...(reader !== undefined && { reader }),
  }
  const challenge = await createChallenge(secrets[0], {
    realm: settings.realm,
    request: { amount: String(amount), currency: offer.unit, methodDetails: { paymentRequest } },
    expiresMs: nowMs() + limits.challengeLifetimeSeconds * 1_000,
    opaque,
    ...(digest !== undefined && { digest }),
  })
  return { challenge, wwwAuthenticate: formatChallenge(challenge), xCashu: paymentRequest }
}

/**
 * Checks that a credential's challenge was issued here, for this offer, path, query and body. Says nothing of its expiry.
 *
 * @returns The challenge, and the price in minor units that it promised: what was shown is what is paid.
 * @throws {TuppenceError} `invalid-challenge` (details.reason: `not-ours`, `realm`, `offer`, `unit`),
 *   `verification-failed` (details.reason: `digest`).
 */
export async function recogniseChallenge(
  deps: ChallengeDeps,
  echoed: EchoedChallenge,
  wanted: Wanted,
): Promise<Readonly<{ challenge: Challenge; price: number }>> {
  // The scheme binds all that it echoes but `description`, and this till sends none.
  if (echoed.description !== undefined || !(await isOurs(deps.secrets, echoed))) throw foreign('not-ours')
  const challenge = decode(echoed)
  if (challenge.realm !== deps.settings.realm) throw foreign('realm')
  if (challenge.opaque?.['offer'] !== wanted.offer.id || challenge.opaque['path'] !== wanted.target)
    throw foreign('offer')
  if (challenge.request.currency !== wanted.offer.unit) throw foreign('unit')
  if (challenge.digest !== wanted.digest)
    throw new TuppenceError('verification-failed', { details: { reason: 'digest' } })
  return { challenge, price: chargeAmount(challenge.request) }
}

async function isOurs(secrets: readonly CryptoKey[], echoed: EchoedChallenge): Promise<boolean> {
  for (const secret of secrets) if (await verifyChallenge(secret, echoed)) return true
  return false
}

function decode(echoed: EchoedChallenge): Challenge {
  try {
    return readEcho(echoed)
  } catch (error) {
    throw isTuppenceError(error) ? foreign('not-ours') : error
  }
}

// Errors

function foreign(reason: string): TuppenceError {
  return new TuppenceError('invalid-challenge', { details: { reason } })
}
