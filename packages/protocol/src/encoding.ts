// Bytes and text: hex, base64, UTF-8, canonical JSON and SHA-256; everything that goes over a wire passes here.

import { TuppenceError } from './errors.ts'

/** Bytes that WebCrypto takes as they are. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1)
  return text
}

/** @throws {TuppenceError} `bad-encoding`: odd length or a character that is no hex digit. Either case is read. */
export function hexToBytes(hex: string): Bytes {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) throw new TuppenceError('bad-encoding')
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (hexDigit(hex, 2 * i) << 4) | hexDigit(hex, 2 * i + 1)
  return bytes
}

/** The value of a digit: codes of letters have bit 6 set, and end in 1 to 6. */
function hexDigit(hex: string, at: number): number {
  const code = hex.charCodeAt(at)
  return (code & 15) + (code >> 6) * 9
}

/** Standard base64 with padding (structured fields, digests). */
export function base64Encode(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** @throws {TuppenceError} `bad-encoding`: not canonical, padded standard base64. */
export function base64Decode(text: string): Bytes {
  return decodeBase64(text, text)
}

/** base64url without padding (RFC 4648 section 5). */
export function base64UrlEncode(bytes: Uint8Array): string {
  return base64Encode(bytes).replace(/[+/=]/g, (c) => (c === '+' ? '-' : c === '/' ? '_' : ''))
}

/** @throws {TuppenceError} `bad-encoding`: padding, other characters, or bits that no encoder writes. */
export function base64UrlDecode(text: string): Bytes {
  if (!/^[\w-]*$/.test(text)) throw new TuppenceError('bad-encoding')
  const standard = text.replace(/[-_]/g, (c) => (c === '-' ? '+' : '/'))
  return decodeBase64(standard + '='.repeat(-text.length & 3), standard)
}

function decodeBase64(padded: string, original: string): Bytes {
  let binary: string
  try {
    binary = atob(padded)
  } catch (cause) {
    throw new TuppenceError('bad-encoding', { cause })
  }
  // One text for one value: what does not encode back to itself is refused (hashes and signatures are over the text).
  if (btoa(binary).slice(0, original.length) !== original || padded.length % 4 !== 0)
    throw new TuppenceError('bad-encoding')
  return Uint8Array.from(binary, (c) => c.charCodeAt(0))
}

/** UTF-8 bytes of a string. */
export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes
}

/** @throws {TuppenceError} `bad-encoding`: not UTF-8. A byte order mark is kept as what it is: a character. */
export function utf8Decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new TuppenceError('bad-encoding', { cause })
  }
}

/** All parts, one after the other. */
export function concatBytes(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Whether two byte strings are the same; takes the same time wherever they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let different = a.length ^ b.length
  for (let i = 0; i < a.length; i++) different |= (a[i] as number) ^ (b[i] ?? 0)
  return different === 0
}

/** SHA-256 of bytes, or of the UTF-8 of a string. */
export async function sha256(data: Uint8Array | string): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', asBytes(data)))
}

/** SHA-256 in lower-case hex. */
export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  return bytesToHex(await sha256(data))
}

/** HMAC-SHA256 (RFC 2104). */
export async function hmacSha256(key: Uint8Array, data: Uint8Array | string): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(key), asBytes(data)))
}

/** A WebCrypto key for HMAC-SHA256. */
export function hmacKey(key: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key as Bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

/** A random name: 128 bits (or the bytes given) as base64url. */
export function randomId(bytes: Uint8Array = crypto.getRandomValues(new Uint8Array(16))): string {
  return base64UrlEncode(bytes)
}

/**
 * Canonical JSON: sorted keys, no white space, numbers as ECMAScript writes them.
 *
 * Whole of RFC 8785 for JSON values, fractions included. Members that are `undefined` are left out, as JSON.stringify does.
 *
 * @throws {TuppenceError} `bad-json`: a number that is not finite, a lone surrogate, or what JSON has no form for
 *   (bigint, function, symbol, undefined outside an object, class instances, more than 64 levels). Nothing calls toJSON.
 * @see RFC 8785 section 3.2
 */
export function canonicalJson(value: unknown): string {
  return canonical(value, jsonDepthMax)
}

/** Nothing here nests deeper; without a bound, hostile nesting would end in a RangeError. */
const jsonDepthMax = 64

function canonical(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value)
  const inner = (item: unknown): string => canonical(item, depth - 1)
  if (Array.isArray(value) && depth > 0) return `[${Array.from(value, inner).join()}]`
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : value
  if ((prototype !== Object.prototype && prototype !== null) || depth === 0) throw new TuppenceError('bad-json')
  // Default sort order is by UTF-16 code units, which is what section 3.2.3 asks for.
  const members = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${inner(key)}:${inner(member)}`).join()}}`
}

function asBytes(data: Uint8Array | string): Bytes {
  return typeof data === 'string' ? utf8(data) : (data as Bytes)
}
