// The Cashu wire shapes of coins and what they are made from; mint, till and wallet check every message with them.

import * as v from 'valibot'
import { utf8 } from './encoding.ts'
import { limits } from './limits.ts'

/** DLEQ proof as it travels: 32-byte scalars in lower-case hex; `r` only from one holder to another, never to the mint. */
export type Dleq = { e: string; s: string; r?: string }

/** A coin as the wire knows it (NUT-00 `Proof`). `amount` is in the unit's minor unit. */
export type Proof = {
  amount: number
  id: string
  secret: string
  C: string
  dleq?: Dleq
  witness?: string
  p2pk_e?: string
}

/** A coin that a wallet holds: the same fields as on the wire. */
export type Coin = Proof

/** What a wallet asks a mint to sign (NUT-00), also called an output. */
export type BlindedMessage = { amount: number; id: string; B_: string }

/** What the mint answers (NUT-00), also called a promise. */
export type BlindSignature = { amount: number; id: string; C_: string; dleq?: { e: string; s: string } }

/** Longest witness of one coin: eleven signatures and a preimage need 1,600. */
const witnessCharsMax = 2_048

/**
 * Wraps an object schema so that a key whose value is `null` reads as absent, as other people's mints write it.
 *
 * @param schema - Object schema with `v.exactOptional` for what may be missing.
 */
/* @__NO_SIDE_EFFECTS__ */
export const wireObject = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(v.unknown(), v.transform(withoutNulls), schema)

/** Lower-case hex of exactly `bytes` bytes. */
/* @__NO_SIDE_EFFECTS__ */
export const hexSchema = (bytes: number) =>
  v.pipe(v.string(), v.length(bytes * 2), v.regex(/^[0-9a-f]*$/, 'lower-case hex expected'))

/** A compressed SEC1 point: 33 bytes, prefix 02 or 03. Whether it lies on the curve is `crypto`'s to say. */
export const pointSchema = /* @__PURE__ */ v.pipe(
  v.string(),
  v.regex(/^0[23][0-9a-f]{64}$/, 'compressed point expected'),
)

/** A keyset id version 2 (NUT-02): `01` and 32 bytes. The only one that is issued or stored. */
export const keysetIdSchema = /* @__PURE__ */ v.pipe(
  v.string(),
  v.regex(/^01[0-9a-f]{64}$/, 'keyset id version 2 expected'),
)

/** A keyset id where a token is read: version 2 in full or short, or a version 1 id. */
export const tokenKeysetIdSchema = /* @__PURE__ */ v.pipe(
  v.string(),
  v.regex(/^(?:01[0-9a-f]{64}|0[01][0-9a-f]{14})$/, 'keyset id expected'),
)

/** An amount in minor units: a safe integer, at least 1. */
export const amountSchema = /* @__PURE__ */ v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** The secret of a coin: text of at most 1,024 bytes (a lock with eleven keys has about 1,000). */
export const secretSchema = /* @__PURE__ */ v.pipe(
  v.string(),
  v.nonEmpty(),
  v.check(isSecretText, 'well-formed text of at most 1,024 bytes expected'),
)

/** @see Dleq */
export const dleqSchema = /* @__PURE__ */ wireObject(
  v.object({ e: hexSchema(32), s: hexSchema(32), r: v.exactOptional(hexSchema(32)) }),
)

/* @__NO_SIDE_EFFECTS__ */
const proofWithId = <S extends v.GenericSchema<string>>(id: S) =>
  wireObject(
    v.object({
      amount: amountSchema,
      id,
      secret: secretSchema,
      C: pointSchema,
      dleq: v.exactOptional(dleqSchema),
      witness: v.exactOptional(v.pipe(v.string(), v.maxLength(witnessCharsMax))),
      p2pk_e: v.exactOptional(pointSchema),
    }),
  )

/** A coin sent to a mint or till over JSON. @see Proof */
export const proofSchema = /* @__PURE__ */ proofWithId(keysetIdSchema)

/** A coin as a token carries it: the keyset id may be short or of version 1. @see Proof */
export const tokenProofSchema = /* @__PURE__ */ proofWithId(tokenKeysetIdSchema)

/** @see BlindedMessage */
export const blindedMessageSchema = /* @__PURE__ */ wireObject(
  v.object({ amount: amountSchema, id: keysetIdSchema, B_: pointSchema }),
)

/** An output whose amount the mint chooses (NUT-08 change, NUT-09 restore): 0 is allowed. */
export const blankMessageSchema = /* @__PURE__ */ wireObject(
  v.object({ amount: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), id: keysetIdSchema, B_: pointSchema }),
)

/** @see BlindSignature */
export const blindSignatureSchema = /* @__PURE__ */ wireObject(
  v.object({
    amount: amountSchema,
    id: keysetIdSchema,
    C_: pointSchema,
    dleq: v.exactOptional(wireObject(v.object({ e: hexSchema(32), s: hexSchema(32) }))),
  }),
)

/**
 * Adds up what coins, outputs or signatures are worth.
 *
 * @returns The sum in minor units; beyond 2^53 - 1 it is `Infinity`, which equals no price.
 */
export function sumAmounts(items: readonly { readonly amount: number }[]): number {
  let sum = 0
  for (const { amount } of items) sum += amount
  return Number.isSafeInteger(sum) ? sum : Infinity
}

/** A lone surrogate has no UTF-8, so two secrets could share one point: such text is refused. */
function isSecretText(text: string): boolean {
  return text.length <= limits.secretBytesMax && text.isWellFormed() && utf8(text).length <= limits.secretBytesMax
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null && field !== undefined))
}
