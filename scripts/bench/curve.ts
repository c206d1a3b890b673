// The wallet's curve arithmetic against cashu-ts, on the same coins; bundled by bench-wallet.ts for Node and for Chromium.
import { pointFromHex, unblindSignature, verifyDLEQProof } from '@cashu/cashu-ts'
import { bytesToHex, hexToBytes } from '@tuppence/protocol'
import { blindAll, proveDleq, publicKey, signBlinded, unblindAll, verifyDleq } from '@tuppence/protocol/crypto'

/** Milliseconds of each round, by who did it. */
export type Rounds = { ours: number[]; theirs: number[] }

type Signature = { secret: string; r: string; B_: string; C_: string; K: string; e: string; s: string }

// A $5 top-up as the wallet plans it: few denominations, several coins of each. Half of them come from one key.
const denominations = 8
const coinsInRound = 16
const warmUps = 4

const randomHex = () => bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
/** Below the group's order, which is within 2^129 of 2^256. */
const randomScalar = () => `0${randomHex().slice(1)}`

function mintKeys(): { privateKey: Uint8Array; K: string }[] {
  return Array.from({ length: denominations }, () => {
    const privateKey = hexToBytes(randomScalar())
    return { privateKey, K: bytesToHex(publicKey(privateKey)) }
  })
}

/** What a mint would have answered, on secrets that neither side has seen. */
function signatures(keys: { privateKey: Uint8Array; K: string }[]): Signature[] {
  return Array.from({ length: coinsInRound }, (_, index) => {
    const key = keys[index % 2 === 0 ? 0 : index % denominations]
    if (key === undefined) throw new Error('no key')
    const secret = randomHex()
    const r = randomScalar()
    const [B_] = blindAll([{ secret, factor: hexToBytes(r) }])
    if (B_ === undefined) throw new Error('no point')
    const C_ = signBlinded(B_, key.privateKey)
    const { e, s } = proveDleq({ B_, C_, privateKey: key.privateKey })
    return { secret, r, B_: bytesToHex(B_), C_: bytesToHex(C_), K: key.K, e, s }
  })
}

const unblindOurs = (batch: Signature[]) =>
  unblindAll(batch.map(({ C_, r, K }) => ({ C_: hexToBytes(C_), factor: hexToBytes(r), mintKey: hexToBytes(K) }))).map(
    bytesToHex,
  )

const unblindTheirs = (batch: Signature[]) =>
  batch.map(({ C_, r, K }) => unblindSignature(pointFromHex(C_), BigInt(`0x${r}`), pointFromHex(K)).toHex(true))

const dleqOurs = (batch: Signature[]) =>
  batch.map(({ B_, C_, K, e, s }) =>
    verifyDleq({ B_: hexToBytes(B_), C_: hexToBytes(C_), mintKey: hexToBytes(K), e, s }),
  )

const dleqTheirs = (batch: Signature[]) =>
  batch.map(({ B_, C_, K, e, s }) =>
    verifyDLEQProof({ e: hexToBytes(e), s: hexToBytes(s) }, pointFromHex(B_), pointFromHex(C_), pointFromHex(K)),
  )

function timed<T>(into: number[], work: () => T): T {
  const startedMs = performance.now()
  const result = work()
  into.push(performance.now() - startedMs)
  return result
}

function compare<T>(
  rounds: number,
  keys: ReturnType<typeof mintKeys>,
  ours: (batch: Signature[]) => T,
  theirs: (batch: Signature[]) => T,
): Rounds {
  const times: Rounds = { ours: [], theirs: [] }
  for (let round = -warmUps; round < rounds; round += 1) {
    const batch = signatures(keys)
    const into = round < 0 ? { ours: [], theirs: [] } : times
    // Who goes first changes, so that neither always has the warmer caches.
    const run = [() => timed(into.ours, () => ours(batch)), () => timed(into.theirs, () => theirs(batch))]
    const answers = round % 2 === 0 ? run.map((one) => one()) : run.reverse().map((one) => one())
    if (JSON.stringify(answers[0]) !== JSON.stringify(answers[1])) throw new Error('the two do not agree')
  }
  return times
}

/** Unblinds and verifies `rounds` batches of sixteen both ways and sees that the answers agree. */
export function runCurve(rounds: number): { unblind: Rounds; dleq: Rounds } {
  const keys = mintKeys()
  return {
    unblind: compare(rounds, keys, unblindOurs, unblindTheirs),
    dleq: compare(rounds, keys, dleqOurs, dleqTheirs),
  }
}
