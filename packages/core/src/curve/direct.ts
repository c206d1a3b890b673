/** Curve arithmetic in this thread: the implementation of `CurvePort` that a worker serves and `createWallet` falls back to. */
import { bytesToHex, hexToBytes, TuppenceError, type BlindSignature, type Coin } from '@tuppence/protocol'
import {
  blindAll,
  deriveCoin,
  deriveKey,
  hashToCurve,
  publicKey,
  signQuote,
  unblindAll,
  verifyCoinDleq,
  verifyDleq,
} from '@tuppence/protocol/crypto'
import type { CurvePort, Planned } from '../ports.ts'

type Unblinding = Parameters<CurvePort['unblind']>[0]

/** Derives, blinds, checks and unblinds where it is called. Importing this file loads the curve. */
export function directCurve(): CurvePort {
  return {
    makeOutputs: async ({ seed, keysetId, planned }) => {
      const blinded = blindAll(planned.map(({ index }) => deriveCoin(seed, keysetId, index)))
      return planned.map(({ amount }, at) => ({ amount, id: keysetId, B_: bytesToHex(blinded[at] ?? fail()) }))
    },
    unblind: async (input) => unblindChecked(input),
    verify: async ({ coins, keys }) => coins.every((coin) => isGenuine(coin, keys[coin.amount])),
    points: async ({ secrets }) => secrets.map((secret) => bytesToHex(hashToCurve(secret))),
    quoteKey: async ({ seed, index }) => bytesToHex(publicKey(quoteSecret(seed, index))),
    signQuote: async ({ seed, index, quote, outputs }) => signQuote({ quote, outputs }, quoteSecret(seed, index)),
  }
}

function unblindChecked({ seed, keysetId, keys, planned, signatures }: Unblinding): Coin[] {
  if (planned.length !== signatures.length) fail()
  const derived = planned.map(({ index }) => deriveCoin(seed, keysetId, index))
  // B_ is made again rather than kept: what was journaled is an index, and the proof is over what that index gives.
  const blinded = blindAll(derived)
  const checked = signatures.map((signature, at) => {
    const B_ = blinded[at] ?? fail()
    return {
      factor: derived[at]?.factor ?? fail(),
      ...checkSignature({ signature, planned: planned[at] ?? fail(), keysetId, keys, B_ }),
    }
  })
  const points = unblindAll(checked)
  return checked.map(({ signature, factor }, at) => ({
    amount: signature.amount,
    id: keysetId,
    secret: derived[at]?.secret ?? fail(),
    C: bytesToHex(points[at] ?? fail()),
    dleq: { e: signature.dleq.e, s: signature.dleq.s, r: bytesToHex(factor) },
  }))
}

type Answered = {
  signature: BlindSignature
  planned: Planned
  keysetId: string
  keys: Unblinding['keys']
  B_: Uint8Array
}
type Proven = BlindSignature & { dleq: { e: string; s: string } }

/** W6: amount, keyset and proof of one signature. */
function checkSignature({ signature, planned, keysetId, keys, B_ }: Answered): {
  signature: Proven
  C_: Uint8Array
  mintKey: Uint8Array
} {
  const key = keys[planned.amount]
  const { dleq } = signature
  if (!key || signature.amount !== planned.amount || signature.id !== keysetId) fail()
  if (!dleq) throw new TuppenceError('dleq-missing')
  const [C_, mintKey] = [hexToBytes(signature.C_), hexToBytes(key)]
  if (!verifyDleq({ B_, C_, mintKey, e: dleq.e, s: dleq.s })) throw new TuppenceError('dleq-invalid')
  return { signature: { ...signature, dleq }, C_, mintKey }
}

function isGenuine({ secret, C, dleq }: Coin, key: string | undefined): boolean {
  if (!key) return false
  if (!dleq) return true
  const { e, s, r } = dleq
  return r !== undefined && verifyCoinDleq({ secret, C: hexToBytes(C), mintKey: hexToBytes(key), e, s, r })
}

function quoteSecret(seed: Uint8Array, index: number): Uint8Array {
  return deriveKey(seed, `quote/${index}`)
}

function fail(): never {
  throw new TuppenceError('mint-response-invalid')
}
