/** Outputs for a mint to sign: derived at indices that are taken, once, in the transaction that journals the request (W3). */
import { TuppenceError, type BlindedMessage, type Keyset } from '@tuppence/protocol'
import type { Context } from '../context.ts'
import type { PlannedOutputs } from '../payment.ts'
import type { Tx } from '../tables.ts'

/** How often two writers may take each other's indices before one gives up. */
export const attemptsMax = 8

/** Outputs and where they stand in their keyset's sequence. */
export type Drafted = { readonly outputs: PlannedOutputs; readonly blinded: readonly BlindedMessage[] }

/** The seed, which only a vault has. @throws {TuppenceError} `seed-required` */
export function seedOf({ seed }: Context): Promise<Uint8Array> {
  if (!seed) throw new TuppenceError('seed-required')
  return seed()
}

/** Derives outputs at the next free indices. They are nobody's until `takeIndices` has said yes. */
export async function draftOutputs(
  context: Context,
  keyset: Pick<Keyset, 'id'>,
  amounts: readonly number[],
): Promise<Drafted> {
  const seed = await seedOf(context)
  const next = (await context.db.transact(['counters'], 'read', (tx) => tx.get('counters', keyset.id))) ?? 0
  const planned = amounts.map((amount, at) => ({ index: next + at, amount }))
  const curve = await context.curve()
  return {
    outputs: { keysetId: keyset.id, planned },
    blinded: await curve.makeOutputs({ seed, keysetId: keyset.id, planned }),
  }
}

/** Takes the indices of a draft, inside the transaction that journals it. `false`: somebody was first, draft anew. */
export async function takeIndices(tx: Tx, { keysetId, planned }: PlannedOutputs): Promise<boolean> {
  const next = (await tx.get('counters', keysetId)) ?? 0
  if (planned.length > 0 && planned[0]?.index !== next) return false
  await tx.put('counters', keysetId, next + planned.length)
  return true
}
