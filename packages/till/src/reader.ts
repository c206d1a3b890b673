/** Who signed a request: checks the reader's RFC 9421 signature when paying and when coming back. */
import {
  askHeader,
  base64UrlEncode,
  isTuppenceError,
  parseDidKey,
  publicJwk,
  thumbprint,
  TuppenceError,
  verifyRequest,
} from '@tuppence/protocol'
import type { SignableRequest } from '@tuppence/protocol'
import type { Journal, Reader } from './journal/port.ts'
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
 * The reader who signed a request that brings no money.
 *
 * @param context.offered - A key that the request brings along, base64url: for a reader whom nobody knows here yet.
 * @returns Nothing where the key is not known here, and none of that name was brought.
 * @throws {TuppenceError} `signature-*`: the signature can't be read, or does not hold. `digest-mismatch`.
 */
export async function provenReader(
  request: SignableRequest,
  context: Readonly<{ journal: Pick<Journal, 'publicKey'>; nowMs: number; offered?: string | undefined }>,
): Promise<Reader | undefined> {
  const { journal, nowMs, offered } = context
  let publicKey: string | undefined
  const resolve = async (keyId: string): Promise<string | undefined> => {
    publicKey = (await journal.publicKey(keyId)) ?? (await keyNamed(offered, keyId))
    return publicKey
  }
  try {
    const { keyId } = await verifyRequest(request, { nowMs, resolve, verify })
    return publicKey === undefined ? undefined : { thumbprint: keyId, publicKey }
  } catch (error) {
    if (isTuppenceError(error, 'signature-key-unknown')) return undefined
    throw error
  }
}

async function keyNamed(key: string | undefined, keyId: string): Promise<string | undefined> {
  if (key === undefined) return undefined
  try {
    return (await thumbprint(publicJwk(key))) === keyId ? key : undefined
  } catch (error) {
    if (isTuppenceError(error)) return undefined
    throw error
  }
}

/** What a reader asks for besides the offer itself. `key`: the reader's own, which a till that is new to them can't know. */
export type Ask = Readonly<{ wants: 'grant' | undefined; key: string | undefined }>

/** Reads `Tuppence-Ask: grant;key="..."`. What is not known asks for nothing. @see RFC 8941 section 3.3.4 */
export function askIn(headers: Headers): Ask {
  const match = /^grant(?=$|\s*;)(?:.*;\s*key="([\w-]{43})")?/.exec(headers.get(askHeader)?.trim() ?? '')
  return { wants: match ? 'grant' : undefined, key: match?.[1] }
}

// The look-ups above give base64url.
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
