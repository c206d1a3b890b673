// The hash that makes two requests the same one (NUT-19, S5); issue, redeem and deposit name their operations by it.

import { createHash } from 'node:crypto'
import type { BlindedMessage, Proof } from '@tuppence/protocol'

/**
 * SHA-256 (hex) of a decoded request: its route's name, then the fields that count, always in the same order.
 *
 * Arrays keep their order. White space, member order, unknown members and DLEQ proofs of the request make no difference.
 */
export function requestHash(route: string, fields: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([route, ...fields]))
    .digest('hex')
}

/** The fields of inputs that count. */
export function canonicalInputs(inputs: readonly Proof[]): unknown[] {
  return inputs.map(({ amount, id, secret, C, witness }) => [amount, id, secret, C, witness ?? null])
}

/** The fields of outputs that count. */
export function canonicalOutputs(outputs: readonly BlindedMessage[]): unknown[] {
  return outputs.map(({ amount, id, B_ }) => [amount, id, B_])
}
