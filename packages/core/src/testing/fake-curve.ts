/**
 * Curve arithmetic for 99 runs of 100: addition of 256-bit strings (xor) in the place of point addition. Injective
 * wherever the real one is, and as picky: a changed signature, amount or key is found out. No secrecy whatever.
 *
 * `Y = H(secret)`, `B_ = Y + R`, `C_ = B_ + S(K)`, `C = C_ - R = Y + S(K)`; the proof is `H(B_, C_, K)`.
 */
import { hash as hashOnce } from 'node:crypto'
import { TuppenceError } from '@tuppence/protocol'
import type { Ports } from '@tuppence/mint'
import type { CurvePort, Planned } from '../ports.ts'

/** Parts end with a bar, and none of them has one; bytes count as their hex. */
function hash(...parts: (string | Uint8Array)[]): Buffer {
  let text = ''
  for (const part of parts) text += `${typeof part === 'string' ? part : Buffer.from(part).toString('hex')}|`
  return hashOnce('sha256', text, 'buffer')
}

function plus(a: Uint8Array, b: Uint8Array): Buffer {
  const sum = Buffer.alloc(32)
  for (let at = 0; at < 32; at++) sum[at] = (a[at] ?? 0) ^ (b[at] ?? 0)
  return sum
}

const point = (bytes: Uint8Array) => `02${Buffer.from(bytes).toString('hex')}`
const coordinate = (hex: string) => Buffer.from(hex.slice(2), 'hex')
const isPoint = (hex: string) => /^02[0-9a-f]{64}$/.test(hex)
const proofOf = (B_: string, C_: string, key: string) => hash('e', B_, C_, key).toString('hex')
const zero = '0'.repeat(63) + '1'

/** The mint's side. */
export function fakeMintCurve(): Ports['curve'] {
  return {
    name: 'portable',
    publicKey: (privateKey) => Buffer.concat([Buffer.from([2]), hash('K', privateKey)]),
    isPoint,
    hashToCurve: (secret) => point(hash('Y', secret)),
    verifyCoin: ({ y, c }, privateKey) => point(plus(coordinate(y), hash('S', point(hash('K', privateKey))))) === c,
    sign: (output, { publicKey }) => {
      if (!isPoint(output)) throw new TuppenceError('bad-point')
      const key = Buffer.from(publicKey).toString('hex')
      const c = point(plus(coordinate(output), hash('S', key)))
      return { c, e: proofOf(output, c, key), s: zero }
    },
  }
}

type Derived = { readonly secret: string; readonly mask: Buffer; readonly B_: string }

/** A wallet asks for the same outputs again and again: drafted, restored, unblinded. By seed, keyset and index. */
const derivedBefore = new WeakMap<Uint8Array, Map<string, Derived[]>>()

function derive(seed: Uint8Array, keysetId: string, index: number): Derived {
  const ofSeed = derivedBefore.get(seed) ?? new Map<string, Derived[]>()
  const ofKeyset = ofSeed.get(keysetId) ?? []
  derivedBefore.set(seed, ofSeed.set(keysetId, ofKeyset))
  return (ofKeyset[index] ??= deriveOnce(seed, keysetId, index))
}

function deriveOnce(seed: Uint8Array, keysetId: string, index: number): Derived {
  const secret = hash('secret', seed, keysetId, String(index)).toString('hex')
  const mask = hash('R', seed, keysetId, String(index))
  return { secret, mask, B_: point(plus(hash('Y', secret), mask)) }
}

/** The wallet's side. */
export function fakeCurve(): CurvePort {
  return {
    makeOutputs: async ({ seed, keysetId, planned }) =>
      planned.map(({ index, amount }) => ({ amount, id: keysetId, B_: derive(seed, keysetId, index).B_ })),
    unblind: async ({ seed, keysetId, keys, planned, signatures }) => {
      if (planned.length !== signatures.length) throw new TuppenceError('mint-response-invalid')
      return signatures.map(({ amount, id, C_, dleq }, at) => {
        const wanted = planned[at] as Planned
        const key = keys[wanted.amount]
        const { secret, mask, B_ } = derive(seed, keysetId, wanted.index)
        if (!key || amount !== wanted.amount || id !== keysetId) throw new TuppenceError('mint-response-invalid')
        if (!dleq) throw new TuppenceError('dleq-missing')
        if (dleq.e !== proofOf(B_, C_, key) || dleq.s !== zero) throw new TuppenceError('dleq-invalid')
        return { amount, id, secret, C: point(plus(coordinate(C_), mask)), dleq: { ...dleq, r: mask.toString('hex') } }
      })
    },
    verify: async ({ coins, keys }) =>
      coins.every(({ amount, secret, C }) => {
        const key = keys[amount]
        return key !== undefined && point(plus(hash('Y', secret), hash('S', key))) === C
      }),
    points: async ({ secrets }) => secrets.map((secret) => point(hash('Y', secret))),
    quoteKey: async ({ seed, index }) => point(hash('quote', seed, String(index))),
    signQuote: async ({ seed, index, quote, outputs }) =>
      fakeQuoteSignature(point(hash('quote', seed, String(index))), { quote, outputs }),
  }
}

type Claimed = { readonly quote: string; readonly outputs: readonly { readonly B_: string }[] }

function fakeQuoteSignature(key: string, { quote, outputs }: Claimed): string {
  const half = hash('claim', key, quote, ...outputs.map(({ B_ }) => B_)).toString('hex')
  return half + half
}

/** What the mint asks of a quote's signature (NUT-20), in these terms. */
export function verifyFakeQuote(claimed: Claimed, signature: string, key: string): boolean {
  return fakeQuoteSignature(key, claimed) === signature
}
