// Coins by the thousand for the benchmarks: drafted, issued by a mint, unblinded; bench.ts spends them.

import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { BlindedMessage, BlindSignature, Keyset, Proof } from '@tuppence/protocol'
import type * as Secp256k1 from 'secp256k1'
import { nativeCurve } from '../src/curve/native.ts'
import { postJson } from './load.ts'

const lib = createRequire(new URL('../src/curve/native.ts', import.meta.url))(
  'secp256k1/bindings.js',
) as typeof Secp256k1
const curve = nativeCurve()
// One factor for all coins: no one here needs to be unlinkable, and adding points is all that is left to do.
const factor = new Uint8Array(32).fill(5)
const blinding = lib.publicKeyCreate(factor, true)

/** An output and the secret behind it. */
export interface Drafted {
  readonly output: BlindedMessage
  readonly secret: string
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Drafts an output of an amount. */
export function draftOutput(keyset: string, amount: number): Drafted {
  const secret = randomBytes(32).toString('hex')
  const y = Buffer.from(curve.hashToCurve(secret), 'hex')
  return { secret, output: { amount, id: keyset, B_: hex(lib.publicKeyCombine([y, blinding], true)) } }
}

/** Makes coins of drafts and their signatures. */
export function unblindAll(keyset: Keyset, drafts: readonly Drafted[], signatures: readonly BlindSignature[]): Proof[] {
  return signatures.map(({ amount, id, C_ }, index) => ({
    amount,
    id,
    secret: (drafts[index] as Drafted).secret,
    C: hex(lib.publicKeyCombine([Buffer.from(C_, 'hex'), unblinding(keyset, amount)], true)),
  }))
}

const negated = new Map<string, Uint8Array>()
/** -rK of a denomination. */
function unblinding(keyset: Keyset, amount: number): Uint8Array {
  const key = keyset.keys[String(amount)] as string
  const known = negated.get(key)
  if (known !== undefined) return known
  const made = lib.publicKeyNegate(lib.publicKeyTweakMul(Buffer.from(key, 'hex'), factor, true), true)
  negated.set(key, made)
  return made
}

const outputsAtOnce = 200

/** Tops up with test money: `count` coins of one amount. */
export async function issueCoins(url: string, keyset: Keyset, count: number, amount: number): Promise<Proof[]> {
  const coins: Proof[] = []
  while (coins.length < count) {
    const size = Math.min(outputsAtOnce, count - coins.length)
    const { quote } = await postJson<{ quote: string }>(`${url}/v1/mint/quote/test`, {
      amount: size * amount,
      unit: keyset.unit,
    })
    await postJson(`${url}/v1/test/pay`, { quote })
    const drafts = Array.from({ length: size }, () => draftOutput(keyset.id, amount))
    const { signatures } = await postJson<{ signatures: BlindSignature[] }>(`${url}/v1/mint/test`, {
      quote,
      outputs: drafts.map(({ output }) => output),
    })
    coins.push(...unblindAll(keyset, drafts, signatures))
  }
  return coins
}
