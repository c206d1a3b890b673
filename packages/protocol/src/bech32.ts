// Bech32 and Bech32m (BIP173, BIP350), as NUT-26 and NIP-19 use them: without the limit of 90 characters.

import type { Bytes } from './encoding.ts'
import { TuppenceError } from './errors.ts'

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** What the checksum comes to: the one difference between the two. */
const constants = { bech32: 1, bech32m: 0x2bc830a3 }

/** Which checksum. */
export type Bech32Kind = keyof typeof constants

const checksumLength = 6

/** Writes bytes under a prefix, in lower case. @see BIP173, BIP350 */
export function encodeBech32(kind: Bech32Kind, prefix: string, bytes: Uint8Array): string {
  const words = regroup(bytes, 8, 5)
  const rest = Array.from({ length: checksumLength }, () => 0)
  const sum = checksum([...prefixWords(prefix), ...words, ...rest]) ^ constants[kind]
  const check = rest.map((_, i) => (sum >>> (5 * (checksumLength - 1 - i))) & 31)
  return `${prefix}1${[...words, ...check].map((word) => alphabet[word]).join('')}`
}

/**
 * Reads bytes under a prefix; all lower or all upper case.
 *
 * @throws {TuppenceError} `bad-encoding`.
 */
export function decodeBech32(kind: Bech32Kind, prefix: string, text: string): Bytes {
  const lower = text.toLowerCase()
  if ((text !== lower && text !== text.toUpperCase()) || !lower.startsWith(`${prefix}1`)) fail()
  const words = Array.from(lower.slice(prefix.length + 1), (c) => alphabet.indexOf(c))
  if (words.length < checksumLength || words.includes(-1)) fail()
  if (checksum([...prefixWords(prefix), ...words]) !== constants[kind]) fail()
  const data = words.slice(0, -checksumLength)
  const bytes = Uint8Array.from(regroup(data, 5, 8))
  // Padding is zeros, fewer than a word: what does not come back the same was written by no encoder.
  const back = regroup(bytes, 8, 5)
  if (back.length !== data.length || back.some((word, i) => word !== data[i])) fail()
  return bytes
}

/** Groups bits anew; towards bytes an unfinished group is dropped, towards words it is filled with zeros. */
function regroup(groups: Iterable<number>, from: number, to: number): number[] {
  const result: number[] = []
  let buffer = 0
  let bits = 0
  for (const group of groups) {
    buffer = ((buffer << from) | group) & 0xfff
    bits += from
    for (; bits >= to; bits -= to) result.push((buffer >> (bits - to)) & ((1 << to) - 1))
  }
  if (to < from && bits > 0) result.push((buffer << (to - bits)) & ((1 << to) - 1))
  return result
}

const prefixWords = (prefix: string): number[] => {
  const codes = Array.from(prefix, (c) => c.charCodeAt(0))
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
}

/** The remainder of the BCH code. */
function checksum(words: readonly number[]): number {
  let sum = 1
  for (const word of words) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ word
    generator.forEach((value, i) => {
      if ((top >>> i) & 1) sum ^= value
    })
  }
  return sum
}

function fail(): never {
  throw new TuppenceError('bad-encoding')
}
