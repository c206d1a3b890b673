/** Opens coins that are locked to this wallet (NUT-11, NUT-28): its key for that, and signatures of it. Loads the curve. */
import {
  bytesToHex,
  hexToBytes,
  parseSecret,
  spendingCondition,
  type BlindedMessage,
  type Proof,
} from '@tuppence/protocol'
import { deriveKey, publicKey, receiverPrivateKey, signInputs, verifyWitnesses } from '@tuppence/protocol/crypto'
import type { Context } from '../context.ts'
import { seedOf } from './outputs.ts'

/** A swap before its inputs are signed. */
type Locked = { readonly inputs: readonly Proof[]; readonly outputs: readonly BlindedMessage[] }

/** Points with an even y, as NUT-11 writes keys of either sign. */
async function receivingKey(context: Context): Promise<Uint8Array> {
  return deriveKey(await seedOf(context), 'receive/0')
}

/** The key that others lock coins to for this wallet: 33 bytes in hex. It comes back with the seed. */
export async function receiveKey(context: Context): Promise<string> {
  return bytesToHex(publicKey(await receivingKey(context)))
}

/**
 * Signs the inputs of a swap with this wallet's key, or what it becomes for a coin that is locked to it blindly.
 *
 * @returns `undefined`: the coins are locked to others, or need more than our signature.
 */
export async function openLocks(context: Context, { inputs, outputs }: Locked): Promise<readonly Proof[] | undefined> {
  const key = await receivingKey(context)
  let signed = signInputs({ inputs: [...inputs], outputs }, key)
  for (const blinded of blindedKeys(inputs, key)) signed = signInputs({ inputs: signed, outputs }, blinded)
  const nowSeconds = Math.floor(context.clock.nowMs() / 1_000)
  return verifyWitnesses({ inputs: signed, outputs }, nowSeconds) ? signed : undefined
}

/** Private keys of the slots that are blinded for us (NUT-28), each once. */
function blindedKeys(inputs: readonly Proof[], key: Uint8Array): Uint8Array[] {
  const found = new Map<string, Uint8Array>()
  for (const { secret, p2pk_e: sender } of inputs) {
    const wellKnown = parseSecret(secret)
    const lock = wellKnown && spendingCondition(wellKnown)
    if (sender === undefined || !lock) continue
    // Slot 0 is the lock's data, which in an HTLC is no key.
    const first = lock.kind === 'HTLC' ? 1 : 0
    for (const [at, blinded] of [...lock.keys, ...lock.refundKeys].entries()) {
      const own = receiverPrivateKey(key, hexToBytes(sender), hexToBytes(blinded), first + at)
      if (own) found.set(bytesToHex(own), own)
    }
  }
  return [...found.values()]
}
