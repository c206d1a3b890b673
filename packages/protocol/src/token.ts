// Coins as one text (NUT-00 tokens): wallets send them, tills and outside wallets read them.

import * as v from 'valibot'
import { type CborInput, type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { type Proof, sumAmounts, tokenProofSchema, wireObject } from './coin.ts'
import {
  base64UrlDecode,
  base64UrlEncode,
  type Bytes,
  bytesToHex,
  concatBytes,
  hexToBytes,
  sha256Hex,
  utf8,
  utf8Decode,
} from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'
import { resolveKeysetId } from './keyset.ts'
import { limits } from './limits.ts'
import { parseAs, parseJsonAs } from './parse.ts'

/** Coins of one mint and one unit. `mint` has no trailing slash. */
export type Token = { mint: string; unit: string; memo?: string; proofs: Proof[] }

/** How to read a token. `keysetIds`: full ids to resolve short ones with; without it ids stay as the token has them. */
export type TokenOptions = { keysetIds?: Iterable<string> }

/** Made when a token is read: wallets that only write tokens then do without valibot. */
const tokenSchema = () =>
  wireObject(
    v.object({
      mint: v.pipe(
        v.string(),
        v.maxLength(limits.urlMax),
        v.transform((url) => url.replace(/\/+$/, '')),
        v.check((url) => /^https?:\/\//.test(url) && URL.canParse(url)),
      ),
      unit: v.pipe(v.string(), v.nonEmpty(), v.maxLength(32)),
      memo: v.exactOptional(v.string()),
      proofs: v.pipe(
        v.array(tokenProofSchema),
        v.minLength(1),
        v.check((proofs) => sumAmounts(proofs) !== Infinity),
      ),
    }),
  )

/**
 * Writes a token of version 4.
 *
 * @param token - Keyset ids go out as they are; shorten them first for a shorter text.
 * @returns `cashuB...`, base64url without padding.
 * @throws {TuppenceError} `bad-token` when a field cannot be written.
 * @see NUT-00 "V4 tokens"
 */
export function encodeToken(token: Token): string {
  return `cashuB${base64UrlEncode(toCbor(token))}`
}

/**
 * Reads a token of version 4 or 3, with or without `cashu:` before it.
 *
 * @throws {TuppenceError} `bad-token`, or `keyset-unknown` / `keyset-ambiguous` from resolving.
 * @see NUT-00 "V3 tokens", "V4 tokens"
 */
export function decodeToken(text: string, options: TokenOptions = {}): Token {
  if (text.length > limits.tokenBytesMax) throw new TuppenceError('bad-token')
  const [, version, body] = /^(?:cashu:)?cashu([AB])([\w+/-]+)={0,2}$/.exec(text) ?? []
  if (body === undefined) throw new TuppenceError('bad-token')
  return reading(() => {
    const bytes = base64UrlDecode(body.replace(/[+/]/g, (c) => (c === '+' ? '-' : '_')))
    return parseToken(version === 'A' ? fromJson(utf8Decode(bytes)) : fromCbor(decodeCbor(bytes)), options)
  })
}

/** Writes the binary form of a token (`craw`, `B`, CBOR). @see NUT-00 "Binary Token" */
export function encodeTokenBinary(token: Token): Bytes {
  return concatBytes(utf8(binaryPrefix), toCbor(token))
}

/** Reads the binary form of a token. @throws {TuppenceError} As `decodeToken`. @see NUT-00 "Binary Token" */
export function decodeTokenBinary(bytes: Uint8Array, options: TokenOptions = {}): Token {
  const prefix = utf8(binaryPrefix)
  if (bytes.length > limits.tokenBytesMax || !prefix.every((byte, i) => byte === bytes[i])) {
    throw new TuppenceError('bad-token')
  }
  return reading(() => parseToken(fromCbor(decodeCbor(bytes.subarray(prefix.length))), options))
}

/** Names a token: SHA-256 of its text, in hex. It is the payment's reference at till and mint. */
export function tokenReference(text: string): Promise<string> {
  return sha256Hex(text)
}

const binaryPrefix = 'crawB'

/** What a token says, before it is checked. */
type Draft = Record<keyof Token, unknown>

function parseToken(draft: Draft, { keysetIds }: TokenOptions): Token {
  const token = parseAs(tokenSchema(), draft, 'bad-token')
  if (keysetIds === undefined) return token
  const known = [...keysetIds]
  return { ...token, proofs: token.proofs.map((proof) => ({ ...proof, id: resolveKeysetId(proof.id, known) })) }
}

/** The CBOR of version 4: coins grouped by keyset id, in the order in which the ids first come. */
function toCbor({ mint, unit, memo, proofs }: Token): Bytes {
  return reading(() => {
    const groups = Map.groupBy(proofs, ({ id }) => id)
    return encodeCbor({
      t: [...groups].map(([id, group]) => ({ i: hexToBytes(id), p: group.map(coinToCbor) })),
      d: memo,
      m: mint.replace(/\/+$/, ''),
      u: unit,
    })
  })
}

function coinToCbor({ amount, secret, C, dleq, witness, p2pk_e }: Proof): CborInput {
  return {
    a: amount,
    s: secret,
    c: hexToBytes(C),
    d: dleq && {
      e: hexToBytes(dleq.e),
      s: hexToBytes(dleq.s),
      r: dleq.r === undefined ? undefined : hexToBytes(dleq.r),
    },
    w: witness,
    pe: p2pk_e === undefined ? undefined : hexToBytes(p2pk_e),
  }
}

function fromCbor(value: CborValue): Draft {
  const token = asMap(value)
  const proofs = asList(token.get('t')).flatMap((item) => {
    const group = asMap(item)
    const id = asHex(group.get('i'))
    return asList(group.get('p')).map((coin) => coinFromCbor(id, asMap(coin)))
  })
  return { mint: token.get('m'), unit: token.get('u'), memo: token.get('d'), proofs }
}

function coinFromCbor(id: unknown, coin: CborMap): unknown {
  const dleq = coin.get('d')
  return {
    id,
    amount: coin.get('a'),
    secret: coin.get('s'),
    C: asHex(coin.get('c')),
    dleq: dleq instanceof Map ? { e: asHex(dleq.get('e')), s: asHex(dleq.get('s')), r: asHex(dleq.get('r')) } : dleq,
    witness: coin.get('w'),
    p2pk_e: asHex(coin.get('pe')),
  }
}

/** Version 3: JSON with a list of mints, of which all must be the same; the unit is `sat` when it is not said. */
function fromJson(text: string): Draft {
  const json = parseJsonAs(tokenV3Schema(), text, 'bad-token')
  const mints = new Set(json.token.map(({ mint }) => mint.replace(/\/+$/, '')))
  if (mints.size !== 1) throw new TuppenceError('bad-token')
  const [mint] = mints
  return { mint, unit: json.unit ?? 'sat', memo: json.memo, proofs: json.token.flatMap(({ proofs }) => proofs) }
}

const tokenV3Schema = () =>
  v.object({
    token: v.array(v.object({ mint: v.string(), proofs: v.array(v.unknown()) })),
    unit: v.nullish(v.string()),
    memo: v.nullish(v.string()),
  })

/** Bytes as hex; anything else as it is, for the schema to refuse. */
const asHex = (value: CborValue): unknown => (value instanceof Uint8Array ? bytesToHex(value) : value)

function asMap(value: CborValue): CborMap {
  if (!(value instanceof Map)) throw new TuppenceError('bad-token')
  return value
}

function asList(value: CborValue): CborValue[] {
  if (!Array.isArray(value)) throw new TuppenceError('bad-token')
  return value
}

/** What cannot be read or written as bytes makes a bad token. */
function reading<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw isTuppenceError(cause, 'bad-encoding') ? new TuppenceError('bad-token', { cause }) : cause
  }
}
