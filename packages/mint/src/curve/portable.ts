// The curve in JavaScript, for machines without a prebuilt libsecp256k1: 50 times slower, the same bytes.

import { bytesToHex, equalBytes, hexToBytes, utf8 } from '@tuppence/protocol'
import { hashToCurve, isPoint, proveDleq, publicKey, signBlinded } from '@tuppence/protocol/crypto'
import type { MintCurve } from './port.ts'

/** Makes the portable curve. */
export function portableCurve(): MintCurve {
  return {
    name: 'portable',
    publicKey,
    isPoint: (point) => isPoint(hexToBytes(point)),
    hashToCurve: (secret) => bytesToHex(hashToCurve(secret)),
    verifyCoin: ({ y, c }, privateKey) => equalBytes(utf8(bytesToHex(signBlinded(hexToBytes(y), privateKey))), utf8(c)),
    sign(output, key) {
      const B_ = hexToBytes(output)
      const C_ = signBlinded(B_, key.privateKey)
      const { e, s } = proveDleq({ B_, C_, privateKey: key.privateKey })
      return { c: bytesToHex(C_), e, s }
    },
  }
}
