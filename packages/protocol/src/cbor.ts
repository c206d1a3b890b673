// The part of CBOR (RFC 8949) that tokens and payment requests are written in; token.ts and payment-request.ts use it.
// Small enough for the frame, which a general codec is not. What it does not know it skips, where the RFC lets it.

import { type Bytes, concatBytes, utf8, utf8Decode } from './encoding.ts'
import { TuppenceError } from './errors.ts'

/** What is read. Maps keep text keys only; floating-point numbers and unknown simple values read as undefined. */
export type CborValue = number | string | boolean | null | undefined | Bytes | CborValue[] | CborMap

/** A map by its text keys. */
export type CborMap = Map<string, CborValue>

/** What is written: whole numbers from 0, text, bytes, lists, and records whose undefined members are left out. */
export type CborInput =
  | number
  | string
  | boolean
  | Uint8Array
  | readonly CborInput[]
  | { readonly [key: string]: CborInput | undefined }

/** How deep lists and maps may nest; a token has four levels. */
const depthMax = 8

/** Ends a list or map that was written without its length. */
const breakByte = 0xff

/** Writes a value in preferred form (RFC 8949 section 4.1); records keep the order of their members. */
export function encodeCbor(value: CborInput): Bytes {
  if (typeof value === 'number') return encodeHead(0, value)
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4)
  if (typeof value === 'string') return concatBytes(encodeHead(3, utf8(value).length), utf8(value))
  if (value instanceof Uint8Array) return concatBytes(encodeHead(2, value.length), value)
  if (isList(value)) return concatBytes(encodeHead(4, value.length), ...value.map(encodeCbor))
  const members = Object.entries(value).filter((member): member is [string, CborInput] => member[1] !== undefined)
  return concatBytes(
    encodeHead(5, members.length),
    ...members.flatMap(([key, member]) => [encodeCbor(key), encodeCbor(member)]),
  )
}

/**
 * Reads one value that fills the bytes.
 *
 * Numbers beyond 2^53 come rounded (and so fail any check for safe integers); tags are dropped; lists and maps may be of
 * indefinite length, strings may not. Nothing is allocated for a length that the bytes cannot hold.
 *
 * @throws {TuppenceError} `bad-encoding`.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const cursor: Cursor = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 }
  const value = readItem(cursor, 0)
  check(cursor.at === bytes.length)
  return value
}

/** Where reading is; each read moves `at`. */
type Cursor = { readonly view: DataView<ArrayBufferLike>; at: number }

function readItem(cursor: Cursor, depth: number): CborValue {
  check(depth <= depthMax)
  const first = readUint(cursor, 1)
  const major = first >> 5
  const info = first & 31
  if (major === 7) return readSimple(cursor, info)
  const indefinite = info === 31
  check(info < 28 || (indefinite && (major === 4 || major === 5)))
  const argument = indefinite ? Infinity : readArgument(cursor, info)
  if (major === 0) return argument
  if (major === 1) return -1 - argument
  if (major === 2) return readBytes(cursor, argument)
  if (major === 3) return utf8Decode(readBytes(cursor, argument))
  if (major === 4) return readList(cursor, argument, depth)
  if (major === 5) return readMap(cursor, argument, depth)
  return readItem(cursor, depth + 1)
}

function readList(cursor: Cursor, length: number, depth: number): CborValue[] {
  const list: CborValue[] = []
  while (list.length < length && !atBreak(cursor, length)) list.push(readItem(cursor, depth + 1))
  return list
}

function readMap(cursor: Cursor, length: number, depth: number): CborMap {
  const map: CborMap = new Map()
  const seen = new Set<CborValue>()
  while (seen.size < length && !atBreak(cursor, length)) {
    const key = readItem(cursor, depth + 1)
    // A key twice would mean one thing to one reader and another to the next.
    check((typeof key === 'string' || typeof key === 'number') && !seen.has(key))
    seen.add(key)
    const value = readItem(cursor, depth + 1)
    if (typeof key === 'string') map.set(key, value)
  }
  return map
}

/** Whether a list or map ends here; only one without a length has a mark for it. */
function atBreak(cursor: Cursor, length: number): boolean {
  if (length !== Infinity) return false
  check(cursor.at < cursor.view.byteLength)
  if (cursor.view.getUint8(cursor.at) !== breakByte) return false
  cursor.at++
  return true
}

function readSimple(cursor: Cursor, info: number): CborValue {
  check(info < 28)
  readArgument(cursor, info)
  return info === 20 ? false : info === 21 ? true : info === 22 ? null : undefined
}

/** The number after the first byte: in it up to 23, else in the next 1, 2, 4 or 8 bytes. */
function readArgument(cursor: Cursor, info: number): number {
  return info < 24 ? info : readUint(cursor, 1 << (info - 24))
}

function readUint(cursor: Cursor, length: number): number {
  let number = 0
  for (const byte of readBytes(cursor, length)) number = number * 256 + byte
  return number
}

function readBytes(cursor: Cursor, length: number): Bytes {
  const { view, at } = cursor
  check(length <= view.byteLength - at)
  cursor.at += length
  return new Uint8Array(view.buffer, view.byteOffset + at, length).slice()
}

function encodeHead(major: number, argument: number): Bytes {
  check(Number.isSafeInteger(argument) && argument >= 0)
  const size = argument < 24 ? 0 : argument < 2 ** 8 ? 1 : argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8
  const bytes = new Uint8Array(1 + size)
  bytes[0] = (major << 5) | (size === 0 ? argument : 24 + Math.log2(size))
  for (let i = size, rest = argument; i > 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  return bytes
}

// Array.isArray does not narrow readonly lists.
const isList = (value: CborInput): value is readonly CborInput[] => Array.isArray(value)

function check(holds: boolean): asserts holds {
  if (!holds) throw new TuppenceError('bad-encoding')
}
