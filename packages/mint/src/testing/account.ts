// The publisher of the tests: its key, and deposits signed with it.

import {
  canonicalJson,
  depositComponents,
  sha256Hex,
  signingKey,
  signRequest,
  type Proof,
  type SigningKey,
} from '@tuppence/protocol'

/** Name of the publisher that every test mint has. */
export const accountId = 'daily-news'

let made: Promise<SigningKey> | undefined

/** The publisher's key. */
export function publisherKey(): Promise<SigningKey> {
  return (made ??= signingKey(new Uint8Array(32).fill(7)))
}

/** Its public half, base64url. */
export async function publicKeyX(): Promise<string> {
  return (await publisherKey()).x
}

/** The body of a deposit. */
export async function depositBody(reference: string, inputs: readonly Proof[], fields: object = {}): Promise<string> {
  const offer = await sha256Hex('an offer')
  return canonicalJson({ reference, account: accountId, unit: 'usd', offer, inputs, ...fields })
}

/** The body of a batch of deposits. */
export function batchOf(bodies: readonly string[], account = accountId): string {
  return `{"account":${JSON.stringify(account)},"deposits":[${bodies.join(',')}]}`
}

/** The headers of a deposit, or of what else is sent to `path`, that is signed now. */
export async function depositHeaders(
  body: string,
  { key, createdMs = Date.now(), path = '/v1/deposit' }: { key?: SigningKey; createdMs?: number; path?: string } = {},
): Promise<Record<string, string>> {
  const { privateKey, keyId } = key ?? (await publisherKey())
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', url: `http://mint${path}`, headers, body }
  const signed = await signRequest(request, { key: privateKey, keyId, createdMs, components: depositComponents })
  return { ...headers, ...signed }
}
