// Times the curve code against @cashu/cashu-ts in Node: `node --conditions=@tuppence/source bench/crypto.ts [--json]`.
// Both sides start from the hex that came over the wire. scripts/bench/curve.ts does the like in Chromium.

import * as cashu from '@cashu/cashu-ts'
import { bytesToHex, hexToBytes } from '../src/index.ts'
import * as ours from '../src/crypto/index.ts'

const rounds = 30
const batch = 16
const json = process.argv.includes('--json')

type Sample = { secret: string; r: string; B_: string; C_: string; C: string; K: string; e: string; s: string }

const key = hexToBytes('7f'.repeat(32))
const K = bytesToHex(ours.publicKey(key))
let seed = 1

function sample(): Sample {
  const { secret, factor } = ours.deriveCoin(new Uint8Array(64), `01${'00'.repeat(32)}`, seed++)
  const B_ = ours.blind(secret, factor)
  const C_ = ours.signBlinded(B_, key)
  const C = cashu.unblindSignature(
    cashu.pointFromHex(bytesToHex(C_)),
    BigInt(`0x${bytesToHex(factor)}`),
    cashu.pointFromHex(K),
  )
  const proof = ours.proveDleq({ B_, C_, privateKey: key })
  return { secret, r: bytesToHex(factor), B_: bytesToHex(B_), C_: bytesToHex(C_), C: C.toHex(true), K, ...proof }
}

type Case = { name: string; ours: (samples: Sample[]) => unknown; theirs: (samples: Sample[]) => unknown }

const number = (hex: string) => BigInt(`0x${hex}`)
const cases: Case[] = [
  {
    name: 'blind',
    ours: (samples) =>
      ours.blindAll(samples.map(({ secret, r }) => ({ secret, factor: hexToBytes(r) }))).map(bytesToHex),
    theirs: (samples) =>
      samples.map(({ secret, r }) => cashu.blindMessage(new TextEncoder().encode(secret), number(r)).B_.toHex(true)),
  },
  {
    name: 'unblind',
    ours: (samples) =>
      ours
        .unblindAll(
          samples.map(({ C_, r, K }) => ({ C_: hexToBytes(C_), factor: hexToBytes(r), mintKey: hexToBytes(K) })),
        )
        .map(bytesToHex),
    theirs: (samples) =>
      samples.map(({ C_, r, K }) =>
        cashu.unblindSignature(cashu.pointFromHex(C_), number(r), cashu.pointFromHex(K)).toHex(true),
      ),
  },
  {
    name: 'dleq',
    ours: (samples) =>
      samples.map(({ B_, C_, K, e, s }) =>
        ours.verifyDleq({ B_: hexToBytes(B_), C_: hexToBytes(C_), mintKey: hexToBytes(K), e, s }),
      ),
    theirs: (samples) =>
      samples.map(({ B_, C_, K, e, s }) =>
        cashu.verifyDLEQProof(
          { e: hexToBytes(e), s: hexToBytes(s) },
          cashu.pointFromHex(B_),
          cashu.pointFromHex(C_),
          cashu.pointFromHex(K),
        ),
      ),
  },
  {
    name: 'coinDleq',
    ours: (samples) =>
      samples.map(({ secret, C, K, e, s, r }) =>
        ours.verifyCoinDleq({ secret, C: hexToBytes(C), mintKey: hexToBytes(K), e, s, r }),
      ),
    theirs: (samples) =>
      samples.map(({ secret, C, K, e, s, r }) =>
        cashu.verifyDLEQProof_reblind(
          new TextEncoder().encode(secret),
          { e: hexToBytes(e), s: hexToBytes(s), r: number(r) },
          cashu.pointFromHex(C),
          cashu.pointFromHex(K),
        ),
      ),
  },
]

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const results: Record<string, { oursUs: number; theirsUs: number; ratio: number }> = {}
for (const { name, ...sides } of cases) {
  const times = { ours: [] as number[], theirs: [] as number[] }
  for (let round = -4; round < rounds; round++) {
    const samples = Array.from({ length: batch }, sample)
    const order = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)
    const answers = order.map((side) => {
      const startedMs = performance.now()
      const answer = sides[side](samples)
      if (round >= 0) times[side].push(((performance.now() - startedMs) * 1000) / batch)
      return JSON.stringify(answer)
    })
    if (answers[0] !== answers[1]) throw new Error(`${name}: the two do not agree`)
  }
  const [oursUs, theirsUs] = [median(times.ours), median(times.theirs)]
  results[name] = {
    oursUs: Math.round(oursUs),
    theirsUs: Math.round(theirsUs),
    ratio: Math.round((theirsUs / oursUs) * 100) / 100,
  }
  if (!json)
    console.log(
      name.padEnd(10),
      `${Math.round(oursUs)} us`,
      `cashu-ts ${Math.round(theirsUs)} us`,
      `${results[name].ratio}x`,
    )
}
console.log(JSON.stringify(results))
