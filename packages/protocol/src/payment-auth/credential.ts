// The credential of the HTTP Payment scheme: a wallet writes one for one click, a till reads it.

import { base64UrlEncode, utf8 } from '../encoding.ts'
import { TuppenceError } from '../errors.ts'
import { limits } from '../limits.ts'
import { decodeJson, isText, optional, pickOr } from '../shape.ts'
import type { Check, Shape } from '../shape.ts'
import { parseAuthHeader } from './auth-header.ts'
import { echoedChallenge } from './challenge.ts'
import type { EchoedChallenge } from './challenge.ts'

/**
 * A payment. `source` is the payer's `did:key` (ours) or any other name; `cashu_token` is a token (`cashuB...`).
 *
 * Never log one: whoever reads it first can take the coins.
 */
export type Credential = {
  challenge: EchoedChallenge
  source?: string
  payload: { cashu_token: string }
}

type Wire = { challenge: unknown; source?: string; payload: { cashu_token?: string; token?: string } }

const isAny: Check = () => true
const isToken = optional(isText(limits.tokenBytesMax))
const wire: Shape<Wire> = { challenge: isAny, source: optional(isText(512)), payload: isAny }
const wirePayload: Shape<Wire['payload']> = { cashu_token: isToken, token: isToken }

/**
 * A credential as an `Authorization` value.
 *
 * @throws {TuppenceError} `credential-too-large`: over `limits.credentialBytesMax`.
 * @see draft-httpauth-payment "Credentials (Authorization)"
 */
export function encodeCredential(credential: Credential): string {
  const header = `Payment ${base64UrlEncode(utf8(JSON.stringify(credential)))}`
  if (header.length > limits.credentialBytesMax) {
    throw new TuppenceError('credential-too-large', { details: { bytes: header.length } })
  }
  return header
}

/** Whether an `Authorization` value holds a credential of this scheme, well-formed or not. */
export function hasCredential(header: string | null): boolean {
  return header !== null && /(?:^|,)[ \t]*payment(?:[ \t,]|$)/i.test(header)
}

/**
 * Reads an `Authorization` value. Both names that drafts gave the token are read.
 *
 * @throws {TuppenceError} `malformed-credential`, `credential-too-large`, `two-credentials`. Details never hold the token.
 */
export function decodeCredential(header: string): Credential {
  if (header.length > limits.credentialReadBytesMax) throw new TuppenceError('credential-too-large')
  const items = parseAuthHeader(header, 'malformed-credential').filter(({ scheme }) => scheme === 'payment')
  if (items.length > 1) throw new TuppenceError('two-credentials')
  const code = 'malformed-credential'
  const { challenge, source, payload } = pickOr(code, wire, decodeJson(code, items[0]?.token68 ?? ''))
  const { cashu_token, token = cashu_token } = pickOr(code, wirePayload, payload)
  if (token === undefined || (cashu_token ?? token) !== token) throw new TuppenceError(code)
  return {
    challenge: pickOr(code, echoedChallenge, challenge),
    ...(source !== undefined && { source }),
    payload: { cashu_token: token },
  }
}
