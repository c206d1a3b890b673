// How many swaps and deposits the curve alone allows on one core: what the whole mint is measured against; bench.ts runs it.

import { randomBytes } from 'node:crypto'
import { nativeCurve } from '../src/curve/native.ts'

/** Operations a CPU second, of crypto only. */
export interface Ceiling {
  readonly swaps: number
  readonly deposits: number
}

/** Measures: a swap verifies 2 coins and signs 3 outputs with proofs; a deposit verifies 2 coins. */
export function ceiling(rounds = 300): Ceiling {
  const curve = nativeCurve()
  const privateKey = new Uint8Array(32).fill(9)
  const key = { privateKey, publicKey: curve.publicKey(privateKey) }
  const secrets = Array.from({ length: rounds * 2 }, () => randomBytes(32).toString('hex'))
  const outputs = Array.from({ length: rounds * 3 }, () => curve.hashToCurve(randomBytes(32).toString('hex')))
  const verifyTwo = (round: number) => {
    for (const secret of secrets.slice(round * 2, round * 2 + 2)) {
      const y = curve.hashToCurve(secret)
      curve.verifyCoin({ y, c: y }, privateKey)
    }
  }
  const rate = (work: (round: number) => void) => {
    const before = process.cpuUsage()
    for (let round = 0; round < rounds; round++) work(round)
    const { user, system } = process.cpuUsage(before)
    return (rounds * 1_000_000) / (user + system)
  }
  const median = (work: (round: number) => void) =>
    [rate(work), rate(work), rate(work)].sort((a, b) => a - b)[1] as number
  return {
    swaps: median((round) => {
      verifyTwo(round)
      for (const output of outputs.slice(round * 3, round * 3 + 3)) {
        curve.isPoint(output)
        curve.sign(output, key)
      }
    }),
    deposits: median(verifyTwo),
  }
}
