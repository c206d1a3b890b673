/** A reader for tests: gets challenges, signs as the wallet does, and pays, over real HTTP. */
import {
  base64UrlEncode,
  didKey,
  echoChallenge,
  encodeCredential,
  parseChallenges,
  signingKey,
  signRequest,
  type Challenge,
  type Credential,
  type SigningKey,
} from '@tuppence/protocol'

/** What a request may carry beyond its URL. */
export type Ask = Readonly<{ method?: string; body?: string; headers?: Record<string, string> }>

/** Makes a reader's key. */
export function newReader(): Promise<SigningKey> {
  return signingKey(crypto.getRandomValues(new Uint8Array(32)))
}

/** A signed GET; `ask` may say what more is wanted, as in `Tuppence-Ask: grant`. */
export async function openWith(url: string, reader: SigningKey, ask: Ask = {}, skewMs = 0): Promise<Response> {
  return fetch(url, { ...ask, headers: await signed(url, reader, ask, skewMs) })
}

/** Headers that ask for a free article by a key. */
export function askingForGrant(reader: SigningKey): Record<string, string> {
  return { 'tuppence-ask': `grant;key="${base64UrlEncode(reader.publicKey)}"` }
}

/** The code of a problem, and why. */
export async function problemOf(response: Response): Promise<{ status: number; code: unknown; reason?: unknown }> {
  const { code, details } = (await response.json()) as { code?: unknown; details?: { reason?: unknown } }
  return { status: response.status, code, ...(details?.reason !== undefined && { reason: details.reason }) }
}

/** The challenge of a 402. */
export function challengeOf(response: Response): Challenge {
  const [challenge] = parseChallenges(response.headers.get('www-authenticate') ?? '')
  if (!challenge) throw new Error(`no challenge in a ${response.status}`)
  return challenge
}

/** Asks for an offer without paying. */
export async function askFor(url: string, ask: Ask = {}): Promise<Challenge> {
  const response = await fetch(url, ask)
  await response.body?.cancel()
  return challengeOf(response)
}

/** A credential for a challenge. */
export function credentialFor(challenge: Challenge, token: string, reader?: SigningKey): Credential {
  return {
    challenge: echoChallenge(challenge),
    payload: { cashu_token: token },
    ...(reader && { source: didKey(reader.publicKey) }),
  }
}

/** Headers that sign a request as the wallet does. @param skewMs - How wrong the signer's clock is. */
export async function signed(
  url: string,
  reader: SigningKey,
  ask: Ask = {},
  skewMs = 0,
): Promise<Record<string, string>> {
  const { method = 'GET', headers = {}, body } = ask
  const createdMs = Date.now() + skewMs
  const signature = await signRequest(
    { method, url, headers, ...(body !== undefined && { body }) },
    { key: reader.privateKey, keyId: reader.keyId, createdMs, expiresMs: createdMs + 60_000 },
  )
  return { ...headers, ...signature }
}

/** Pays with a credential; signed where a reader is given. */
export async function payWith(
  url: string,
  credential: Credential,
  reader?: SigningKey,
  ask: Ask = {},
  skewMs = 0,
): Promise<Response> {
  const headers = { ...ask.headers, authorization: encodeCredential(credential) }
  const whole = { ...ask, headers }
  return fetch(url, { ...whole, headers: reader ? await signed(url, reader, whole, skewMs) : headers })
}
