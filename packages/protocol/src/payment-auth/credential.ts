// The credential of the HTTP Payment scheme: a wallet writes one for one click, a till reads it.

import * as v from 'valibot'
import { base64UrlDecode, base64UrlEncode, utf8, utf8Decode } from '../encoding.ts'
import { isTuppenceError, TuppenceError } from '../errors.ts'
import { limits } from '../limits.ts'
import { parseJsonAs } from '../parse.ts'
import { parseAuthHeader } from './auth-header.ts'
import { echoedChallengeSchema } from './challenge.ts'
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

const text = (max: number) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(max))

const credentialSchema = /* @__PURE__ */ v.object({
  challenge: echoedChallengeSchema,
  source: v.exactOptional(text(512)),
  payload: v.object({
    cashu_token: v.exactOptional(text(limits.tokenBytesMax)),
    token: v.exactOptional(text(limits.tokenBytesMax)),
  }),
})

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
  const json = decodeText(items[0]?.token68)
  const { challenge, source, payload } = parseJsonAs(credentialSchema, json, 'malformed-credential')
  const token = payload.cashu_token ?? payload.token
  if (token === undefined || (payload.token ?? token) !== token) throw new TuppenceError('malformed-credential')
  return { challenge, ...(source !== undefined && { source }), payload: { cashu_token: token } }
}

function decodeText(encoded: string | undefined): string {
  try {
    return utf8Decode(base64UrlDecode(encoded ?? '='))
  } catch (error) {
    // No cause: a parser's message can quote what it could not read.
    throw isTuppenceError(error) ? new TuppenceError('malformed-credential') : error
  }
}
