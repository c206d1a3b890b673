// The curve by libsecp256k1 (npm `secp256k1`, prebuilt): what a mint runs on; open.ts loads it if the machine has it.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import { TuppenceError } from '@tuppence/protocol'
import type * as Secp256k1 from 'secp256k1'
import type { BlindSigned, DenominationKey, MintCurve } from './port.ts'

/** NUT-00 "hash_to_curve". */
const hashToCurveDomain = Buffer.from('Secp256k1_HashToCurve_Cashu_')
/** NUT-12: nonce r = HMAC-SHA256(a, domain || A || B' || C' || ctr). */
const nonceDomain = Buffer.from('Cashu_DLEQ_R_v1')
const hashToCurveTriesMax = 2 ** 16
const nonceTriesMax = 256
/** Order of the group (SEC 2, section 2.4.1). */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * Loads the native curve.
 *
 * `secp256k1` itself falls back to elliptic, which is neither fast nor constant in time: its bindings are asked for.
 *
 * @throws {Error} There is no prebuilt binary for this machine.
 */
export function nativeCurve(): MintCurve {
  const lib = createRequire(import.meta.url)('secp256k1/bindings.js') as typeof Secp256k1
  // Blinds the multiplications of G, against whoever listens to the machine.
  lib.contextRandomize(Uint8Array.from(randomBytes(32)))
  const xBytes = new Uint8Array(32)
  const yBytes = new Uint8Array(32)
  const uncompress = (x: Uint8Array, y: Uint8Array) => {
    const point = new Uint8Array(65)
    point[0] = 4
    point.set(x, 1)
    point.set(y, 33)
    return point
  }
  // ecdh() is the only constant-time multiplication here; its hash function may return the point itself.
  const ecdhOptions = { hashfn: uncompress, xbuf: xBytes, ybuf: yBytes }
  const multiply = (point: Uint8Array, scalar: Uint8Array): Uint8Array =>
    lib.ecdh(point, scalar, ecdhOptions, new Uint8Array(65))

  return {
    name: 'native',
    publicKey: (privateKey) => lib.publicKeyCreate(privateKey, true),
    isPoint: (point) => point.length === 66 && lib.publicKeyVerify(Buffer.from(point, 'hex')),
    hashToCurve(secret) {
      const message = createHash('sha256').update(hashToCurveDomain).update(secret, 'utf8').digest()
      const preimage = Buffer.alloc(36)
      message.copy(preimage)
      const point = new Uint8Array(33)
      point[0] = 2
      for (let counter = 0; counter < hashToCurveTriesMax; counter++) {
        preimage.writeUInt32LE(counter, 32)
        point.set(createHash('sha256').update(preimage).digest(), 1)
        if (lib.publicKeyVerify(point)) return Buffer.from(point).toString('hex')
      }
      throw new TuppenceError('bad-secret')
    },
    verifyCoin({ y, c }, privateKey) {
      const expected = Buffer.from(toHex(multiply(Buffer.from(y, 'hex'), privateKey)))
      const given = Buffer.from(c)
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
    sign: (output, key) => sign(lib, multiply, output, key),
  }
}

function sign(
  lib: typeof Secp256k1,
  multiply: (point: Uint8Array, scalar: Uint8Array) => Uint8Array,
  output: string,
  key: DenominationKey,
): BlindSigned {
  const compressed = Buffer.from(output, 'hex')
  if (compressed.length !== 33 || !lib.publicKeyVerify(compressed)) throw new TuppenceError('bad-point')
  const A = lib.publicKeyConvert(key.publicKey, false)
  const B = lib.publicKeyConvert(compressed, false)
  const C = multiply(compressed, key.privateKey)
  const nonce = deriveNonce(lib, key.privateKey, A, B, C)
  const R1 = lib.publicKeyCreate(nonce, false)
  const R2 = multiply(compressed, nonce)
  const hash = createHash('sha256')
  for (const point of [R1, R2, A, C]) hash.update(Buffer.from(point).toString('hex'))
  const e = hash.digest()
  const s = Uint8Array.from(key.privateKey)
  lib.privateKeyTweakMul(s, reduce(e))
  lib.privateKeyTweakAdd(s, nonce)
  return { c: toHex(C), e: e.toString('hex'), s: Buffer.from(s).toString('hex') }
}

function deriveNonce(
  lib: typeof Secp256k1,
  privateKey: Uint8Array,
  A: Uint8Array,
  B: Uint8Array,
  C: Uint8Array,
): Uint8Array {
  for (let counter = 0; counter < nonceTriesMax; counter++) {
    const hmac = createHmac('sha256', privateKey).update(nonceDomain).update(A).update(B).update(C)
    const nonce = Uint8Array.from(hmac.update(Uint8Array.of(counter)).digest())
    if (lib.privateKeyVerify(nonce)) return nonce
  }
  throw new Error('dleq: no nonce in 256 tries')
}

/** The challenge is public: reducing it (needed once in 2^128) may take what time it likes. */
function reduce(challenge: Buffer): Uint8Array {
  const value = BigInt(`0x${challenge.toString('hex')}`)
  if (value < order) return Uint8Array.from(challenge)
  return Uint8Array.from(Buffer.from((value - order).toString(16).padStart(64, '0'), 'hex'))
}

/** Compresses an uncompressed point to hex. */
function toHex(point: Uint8Array): string {
  const parity = (point[64] as number) % 2 === 0 ? '02' : '03'
  return parity + Buffer.from(point.buffer, point.byteOffset + 1, 32).toString('hex')
}
