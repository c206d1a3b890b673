// Secrets that lock a coin (NUT-10, NUT-11, NUT-14): mints enforce them, wallets write and unlock them.

import * as v from 'valibot'
import { type BlindedMessage, hexSchema, pointSchema, type Proof } from './coin.ts'
import { TuppenceError } from './errors.ts'
import { limits } from './limits.ts'

/** A secret in NUT-10's well-known form. */
export type WellKnownSecret = { kind: string; nonce: string; data: string; tags: string[][] }

/** A lock of kind P2PK or HTLC, read and checked. Keys are compressed points; `locktime` is in Unix seconds. */
export type SpendingCondition = {
  kind: 'P2PK' | 'HTLC'
  sigflag: 'SIG_INPUTS' | 'SIG_ALL'
  /** SHA-256 in hex that a preimage must have (HTLC only). */
  hash?: string
  /** Who may sign at any time; empty for an HTLC that asks only for the preimage. */
  keys: string[]
  signaturesNeeded: number
  locktime?: number
  /** Who may sign once `locktime` has passed. */
  refundKeys: string[]
  refundSignaturesNeeded: number
}

/** What unlocks a locked coin: JSON in `Proof.witness`. */
export type Witness = { signatures: string[]; preimage?: string }

/** Slots for keys in one lock. @see NUT-28 "Deriving Blinded Public Keys" */
const keysMax = 11

const wellKnownSchema = /* @__PURE__ */ v.tuple([
  v.string(),
  v.object({
    nonce: v.string(),
    data: v.string(),
    tags: v.optional(v.array(v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.minLength(1))), []),
  }),
])

const witnessSchema = /* @__PURE__ */ v.object({
  signatures: v.optional(v.pipe(v.array(hexSchema(64)), v.maxLength(keysMax)), []),
  preimage: v.exactOptional(hexSchema(32)),
})

/**
 * Reads a secret.
 *
 * @returns The well-known form, or undefined when the secret is an ordinary one that anyone may spend.
 * @throws {TuppenceError} `bad-secret` when it starts as a well-known one and goes wrong: no one may spend that.
 * @see NUT-10 "Well-known Secret"
 */
export function parseSecret(secret: string): WellKnownSecret | undefined {
  const json = secret.trimStart().startsWith('[') ? parseJson(secret) : undefined
  if (!Array.isArray(json) || json.length !== 2 || typeof json[0] !== 'string' || typeof json[1] !== 'object') {
    return undefined
  }
  const result = v.safeParse(wellKnownSchema, json)
  if (!result.success) throw new TuppenceError('bad-secret')
  const [kind, body] = result.output
  return { kind, ...body }
}

/**
 * Writes a well-known secret as the string that goes into `Proof.secret`.
 *
 * @throws {TuppenceError} `bad-secret` when it is over the limit.
 */
export function serializeSecret({ kind, nonce, data, tags }: WellKnownSecret): string {
  const text = JSON.stringify([kind, { nonce, data, tags }])
  if (text.length > limits.secretBytesMax) throw new TuppenceError('bad-secret')
  return text
}

/**
 * Reads the lock of a P2PK or HTLC secret.
 *
 * @returns undefined for other kinds.
 * @throws {TuppenceError} `bad-secret` when the lock is malformed, so that the coin can never be spent.
 * @see NUT-11 "Tags", "Public Key Canonicalisation"; NUT-14
 */
export function spendingCondition({ kind, data, tags }: WellKnownSecret): SpendingCondition | undefined {
  if (kind !== 'P2PK' && kind !== 'HTLC') return undefined
  const values = new Map(tags.map(([name, ...rest]) => [name!, rest]))
  check(values.size === tags.length)
  const [sigflag = 'SIG_INPUTS'] = values.get('sigflag') ?? []
  check(sigflag === 'SIG_INPUTS' || sigflag === 'SIG_ALL')
  check(kind === 'P2PK' || v.is(hexSchema(32), data))
  const keys = keyList([...(kind === 'P2PK' ? [data] : []), ...(values.get('pubkeys') ?? [])])
  const refundKeys = keyList(values.get('refund') ?? [])
  check(keys.length + refundKeys.length <= keysMax)
  const [locktimeText = ''] = values.get('locktime') ?? []
  const locktime = /^[0-9]{1,15}$/.test(locktimeText) ? Number(locktimeText) : undefined
  return {
    kind,
    sigflag: sigflag as SpendingCondition['sigflag'],
    ...(kind === 'HTLC' && { hash: data }),
    keys,
    signaturesNeeded: threshold(values.get('n_sigs'), keys),
    ...(locktime !== undefined && { locktime }),
    refundKeys,
    refundSignaturesNeeded: threshold(values.get('n_sigs_refund'), refundKeys),
  }
}

/**
 * Makes a secret that locks a coin to keys.
 *
 * @param lock.nonce - Random, unique: 64 hex digits.
 * @param lock.keys - Compressed points; any `signaturesNeeded` (else one) of them must sign.
 * @see NUT-11
 */
export function lockSecret(lock: {
  nonce: string
  keys: readonly [string, ...string[]]
  sigflag?: 'SIG_INPUTS' | 'SIG_ALL'
  signaturesNeeded?: number
  locktime?: number
  refundKeys?: readonly string[]
  refundSignaturesNeeded?: number
}): WellKnownSecret {
  const [data, ...pubkeys] = lock.keys
  const tags: [string, readonly (string | number)[] | undefined][] = [
    ['sigflag', lock.sigflag && [lock.sigflag]],
    ['pubkeys', pubkeys],
    ['n_sigs', present(lock.signaturesNeeded)],
    ['locktime', present(lock.locktime)],
    ['refund', lock.refundKeys],
    ['n_sigs_refund', present(lock.refundSignaturesNeeded)],
  ]
  return {
    kind: 'P2PK',
    nonce: lock.nonce,
    data,
    tags: tags.flatMap(([name, values]) => (values?.length ? [[name, ...values.map(String)]] : [])),
  }
}

/**
 * Reads a witness.
 *
 * @throws {TuppenceError} `bad-witness`.
 * @see NUT-11 "Witness format", NUT-14 "Witness format"
 */
export function parseWitness(witness: string): Witness {
  const json = parseJson(witness)
  const result = v.safeParse(witnessSchema, Array.isArray(json) ? undefined : json)
  if (!result.success) throw new TuppenceError('bad-witness')
  return result.output
}

/**
 * Builds the text that one signature over a whole swap or melt signs.
 *
 * @param transaction.quote - Melt quote id; absent in a swap.
 * @see NUT-11 "Message aggregation for SIG_ALL"
 */
export function sigAllMessage(transaction: {
  inputs: readonly Pick<Proof, 'secret' | 'C'>[]
  outputs: readonly Pick<BlindedMessage, 'amount' | 'B_'>[]
  quote?: string
}): string {
  const inputs = transaction.inputs.map(({ secret, C }) => secret + C)
  const outputs = transaction.outputs.map(({ amount, B_ }) => `${amount}${B_}`)
  return [...inputs, ...outputs, transaction.quote ?? ''].join('')
}

/** Keys of one pathway: points, and none twice, where two points with one x are one key. */
function keyList(keys: readonly string[]): string[] {
  const lower = keys.map((key) => key.toLowerCase())
  check(lower.every((key) => v.is(pointSchema, key)))
  check(new Set(lower.map((key) => key.slice(2))).size === lower.length)
  return lower
}

/** How many must sign: at least 1, at most all. Absent means 1 (0 where there is nobody). */
function threshold(values: readonly string[] | undefined, keys: readonly string[]): number {
  if (values === undefined) return Math.min(1, keys.length)
  check(/^[1-9][0-9]?$/.test(values[0] ?? ''))
  check(Number(values[0]) <= keys.length)
  return Number(values[0])
}

const present = (value: number | undefined) => (value === undefined ? undefined : [value])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function check(holds: boolean): void {
  if (!holds) throw new TuppenceError('bad-secret')
}
