// A curve that is none: points are hashes, nothing is blind and nothing is secret, and it costs next to nothing; for tests of
// what the mint does with amounts, where the arithmetic of points is not what is tested.

import { createHash } from 'node:crypto'
import type { MintCurve } from '../curve/port.ts'

const hash = (...parts: readonly string[]) => createHash('sha256').update(parts.join(' ')).digest('hex')
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Signs a point by hashing it with the key. */
export const toyCurve: MintCurve = {
  name: 'portable',
  publicKey: (privateKey) => Uint8Array.from(Buffer.from(`02${hash('public', hexOf(privateKey))}`, 'hex')),
  isPoint: () => true,
  hashToCurve: (secret) => `02${hash('point', secret)}`,
  verifyCoin: ({ y, c }, privateKey) => c === `02${hash('signed', y, hexOf(privateKey))}`,
  sign: (output, { privateKey }) => ({
    c: `02${hash('signed', output, hexOf(privateKey))}`,
    e: hash('e', output),
    s: hash('s', output),
  }),
}
