// SHA-256 and HMAC, synchronous: WebCrypto's are not, and a curve loop cannot wait. The tests hold them to WebCrypto's.

import { type Bytes, concatBytes, hexToBytes } from '../encoding.ts'

const blockBytes = 64

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. @see FIPS 180-4, section 4.2.2 */
const roundConstants = words(
  [
    '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc3',
    '72be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da',
    '983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13',
    '650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070',
    '19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc70208',
    '90befffaa4506cebbef9a3f7c67178f2',
  ].join(''),
)

/** The same of the square roots of the first 8 primes. @see FIPS 180-4, section 5.3.3 */
const initialHash = words('6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19')

/** SHA-256 of bytes. @see FIPS 180-4, section 6.2 */
export function sha256(message: Uint8Array): Bytes {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n)
  const hash = initialHash.slice()
  const schedule = new Int32Array(64)
  for (let at = 0; at < padded.length; at += blockBytes) {
    for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(at + 4 * t)
    compressBlock(hash, schedule)
  }
  const digest = new DataView(new ArrayBuffer(32))
  hash.forEach((word, i) => digest.setInt32(4 * i, word))
  return new Uint8Array(digest.buffer)
}

/** HMAC-SHA256. @see RFC 2104 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  const block = new Uint8Array(blockBytes)
  block.set(key.length > blockBytes ? sha256(key) : key)
  const inner = sha256(
    concatBytes(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  )
  return sha256(
    concatBytes(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  )
}

/** Mixes one block into the hash; `w` holds its sixteen words, and room for 48 more. */
function compressBlock(hash: Int32Array, w: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!
    const y = w[t - 2]!
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1
  }
  let a = hash[0]!
  let b = hash[1]!
  let c = hash[2]!
  let d = hash[3]!
  let e = hash[4]!
  let f = hash[5]!
  let g = hash[6]!
  let h = hash[7]!
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + roundConstants[t]! + w[t]!) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  hash.set([hash[0]! + a, hash[1]! + b, hash[2]! + c, hash[3]! + d])
  hash.set([hash[4]! + e, hash[5]! + f, hash[6]! + g, hash[7]! + h], 4)
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

function words(hex: string): Int32Array {
  const view = new DataView(hexToBytes(hex).buffer)
  return Int32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getInt32(4 * i))
}
