// Sealed articles: ciphertext that stands in a static page, and the keys that its till sells. Whoever seals writes both, the page reads them.

import {
  base64Decode,
  base64Encode,
  base64UrlDecode,
  base64UrlEncode,
  utf8,
  utf8Decode,
  type Bytes,
} from './encoding.ts'

/** Media type of what a till delivers for a sealed article. */
export const sealedKeysMediaType = 'application/tuppence-key+json'

/** Of the article key, AES-256. */
export const sealedKeyBytes = 32
const nonceBytes = 12
const format = '1'

/** What stands beside the ciphertext, readable by all. */
export type SealedLabel = Readonly<{
  /** Counts the texts that were sealed under this offer, from 1. */
  version: number
  /** Names the key; says nothing about it. */
  keyId: string
  /** 12 bytes, never used twice with one key. */
  nonce: Bytes
}>

/** An article's keys by their ids: the newest, and those that pages published before may still need. */
export type SealedKeys = Readonly<Record<string, Bytes>>

/** What came of opening: the article, no key for it, or ciphertext, offer, version and key that do not belong together. */
export type Opened = Readonly<{ status: 'open'; html: string } | { status: 'no-key' } | { status: 'refused' }>

/** The label as an attribute's text: `1.<version>.<key id>.<nonce, base64url>`. */
export function formatSealedLabel({ version, keyId, nonce }: SealedLabel): string {
  return [format, version, keyId, base64UrlEncode(nonce)].join('.')
}

/** Reads a label. @returns Nothing for what is no label of this format. */
export function parseSealedLabel(text: string): SealedLabel | undefined {
  const [, version, keyId, nonce] = /^1\.([1-9]\d{0,8})\.([\w-]{1,32})\.([\w-]{16})$/.exec(text) ?? []
  if (!version || !keyId || !nonce) return undefined
  return { version: Number(version), keyId, nonce: base64UrlDecode(nonce) }
}

/**
 * Encrypts an article.
 *
 * @param offer - URL of the offer that sells the key; bound in, as is the version.
 * @returns Ciphertext and tag, base64.
 * @see NIST SP 800-38D
 */
export async function sealArticle(html: string, key: Bytes, label: SealedLabel, offer: string): Promise<string> {
  const bytes = await crypto.subtle.encrypt(parameters(label, offer), await aesKey(key, 'encrypt'), utf8(html))
  return base64Encode(new Uint8Array(bytes))
}

/** Decrypts an article; anything that does not belong together opens nothing. */
export async function openArticle(
  sealed: Readonly<{ label: string; text: string; offer: string }>,
  keys: SealedKeys,
): Promise<Opened> {
  const label = parseSealedLabel(sealed.label)
  if (!label) return { status: 'refused' }
  if (!Object.hasOwn(keys, label.keyId)) return { status: 'no-key' }
  try {
    const key = await aesKey(keys[label.keyId] as Bytes, 'decrypt')
    const text = base64Decode(sealed.text.trim())
    const bytes = await crypto.subtle.decrypt(parameters(label, sealed.offer), key, text)
    return { status: 'open', html: utf8Decode(new Uint8Array(bytes)) }
  } catch {
    return { status: 'refused' }
  }
}

/** The body that a till delivers: `{"v":1,"offer","keys":{"<key id>":"<base64url>"}}`. */
export function formatSealedKeys(offer: string, keys: SealedKeys): string {
  const encoded = Object.entries(keys).map(([keyId, key]) => [keyId, base64UrlEncode(key)])
  return JSON.stringify({ v: 1, offer, keys: Object.fromEntries(encoded) })
}

/** Reads such a body. @returns No key at all for anything else. */
export function parseSealedKeys(body: string): SealedKeys {
  try {
    const { v, keys } = JSON.parse(body) as { v?: unknown; keys?: Record<string, unknown> }
    const read = Object.entries(v === 1 ? (keys ?? {}) : {}).map(([keyId, key]) => [
      keyId,
      base64UrlDecode(String(key)),
    ])
    return Object.fromEntries(read) as SealedKeys
  } catch {
    return {}
  }
}

function parameters({ version, nonce }: SealedLabel, offer: string): AesGcmParams {
  // Parts end at a line feed, which no URL has: two different offers never give the same bytes.
  return { name: 'AES-GCM', iv: nonce, additionalData: utf8(`tuppence-sealed-${format}\n${offer}\n${version}`) }
}

function aesKey(key: Bytes, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  if (key.length !== sealedKeyBytes) throw new RangeError(`an article key has ${sealedKeyBytes} bytes`)
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use])
}

/** A nonce that was never used: 96 random bits. */
export function sealedNonce(random: (bytes: number) => Uint8Array): Bytes {
  return new Uint8Array(random(nonceBytes))
}
