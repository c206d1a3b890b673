/** Who signed a request: checks the reader's RFC 9421 signature when paying and when coming back. */
import {
  base64UrlEncode,
  isTuppenceError,
  parseDidKey,
  publicJwk,
  thumbprint,
  TuppenceError,
  verifyRequest,
} from '@tuppence/protocol'
import type { SignableRequest } from '@tuppence/protocol'
import type { Entitlement, Journal, Reader } from './journal/port.ts'
import { verifyEd25519 } from './native.ts'

/** Whether a request carries a signature at all. */
export function isSigned(headers: Headers): boolean {
  return headers.has('signature-input') || headers.has('signature')
}

/**
 * The reader that a credential names, once the request proves to be theirs.
 *
 * @param source - The credential's `source`. Only a did:key is looked at; other names (outside clients') prove nothing
 *   here and give no entitlement.
 * @returns Nobody where no did:key is named.
 * @throws {TuppenceError} `malformed-credential` (a did:key that is no Ed25519 key), `signature-*`, `digest-mismatch`.
 */
export async function provenPayer(
  request: SignableRequest,
  source: string | undefined,
  nowMs: number,
): Promise<Reader | undefined> {
  if (!source?.startsWith('did:key:')) {
    // Who signs a credential is named in it; if not, the name was lost on the way, and with it what the payer would own.
    if (coversCredential(new Headers(request.headers))) throw new TuppenceError('signature-key-unknown')
    return undefined
  }
  const reader = await readerOf(source)
  await verifyRequest(request, {
    nowMs,
    verify,
    resolve: (keyId) => (keyId === reader.thumbprint ? reader.publicKey : undefined),
  })
  return reader
}

/**
 * What the signer of a request owns of an offer.
 *
 * @returns Nothing where the key is not known here for this offer.
 * @throws {TuppenceError} `signature-*`: the key owns the offer, or can't be read, but the signature does not hold.
 */
export async function provenOwner(
  request: SignableRequest,
  context: Readonly<{ offerId: string; journal: Journal; nowMs: number }>,
): Promise<Entitlement | undefined> {
  const { offerId, journal, nowMs } = context
  let owned: Entitlement | undefined
  const resolve = async (keyId: string): Promise<string | undefined> => {
    owned = await journal.entitlement(keyId, offerId)
    return owned?.reader.publicKey
  }
  try {
    await verifyRequest(request, { nowMs, resolve, verify })
    return owned
  } catch (error) {
    if (isTuppenceError(error, 'signature-key-unknown')) return undefined
    throw error
  }
}

// Both look-ups above give base64url.
const verify: NonNullable<Parameters<typeof verifyRequest>[1]['verify']> = (key, signature, base) =>
  verifyEd25519(key as string, signature, base)

/** Signatures for other ends (a crawler's, say) cover other things, and are nothing to a till. */
function coversCredential(headers: Headers): boolean {
  return headers.get('signature-input')?.includes('"authorization"') ?? false
}

async function readerOf(did: string): Promise<Reader> {
  try {
    const key = parseDidKey(did)
    return { publicKey: base64UrlEncode(key), thumbprint: await thumbprint(publicJwk(key)) }
  } catch (cause) {
    throw isTuppenceError(cause)
      ? new TuppenceError('malformed-credential', { details: { field: 'source' }, cause })
      : cause
  }
}
