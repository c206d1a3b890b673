/** An author's article keys: all made from the secrets of one small file, newest first, so that nothing else need be kept. */
import { bytesToHex, concatBytes, hmacKey, utf8, type Bytes, type SealedKeys } from '@tuppence/protocol'
import { Mistake } from '../problem.ts'

/** The secrets, newest first; at least one. */
export type SealSecrets = readonly [Bytes, ...Bytes[]]

/** Keys of one offer: all that a reader may still need, and which of them seals. */
export type ArticleKeys = Readonly<{
  newest: string
  keys: SealedKeys
  seal: Bytes
  digest: (html: string) => Promise<string>
}>

/** How many generations of keys a till is given: pages of the one before may be in caches and other tabs. */
const generationsMax = 3
const secretBytes = 32

/**
 * Reads the text of a secrets file: one secret a line, the newest first.
 *
 * @throws {Mistake} No secret, or a line that is none.
 */
export function parseSecrets(text: string, file: string): SealSecrets {
  const lines = text.split('\n').map((line, index) => ({ text: line.trim(), line: index + 1 }))
  const secrets = lines
    .filter((line) => line.text !== '')
    .map((line) => {
      if (!/^[0-9a-f]{64}$/.test(line.text))
        throw new Mistake('is no secret of 64 hex digits', { file, line: line.line })
      return new Uint8Array(Buffer.from(line.text, 'hex'))
    })
  const [newest, ...older] = secrets
  if (!newest) throw new Mistake('holds no secret', { file })
  return [newest, ...older]
}

/** The file's text with a new secret on top. */
export function addSecret(text: string): string {
  return `${bytesToHex(crypto.getRandomValues(new Uint8Array(secretBytes)))}\n${text}`
}

/**
 * The keys of one offer.
 *
 * @param offer - Its URL: each article has keys of its own.
 * @see RFC 5869 (HKDF-SHA256)
 */
export async function articleKeys(secrets: SealSecrets, offer: string): Promise<ArticleKeys> {
  const generations = await Promise.all(secrets.slice(0, generationsMax).map((secret) => derive(secret, offer)))
  const [newest] = generations as [Derived, ...Derived[]]
  const mac = await hmacKey(newest.digest)
  return {
    newest: newest.keyId,
    seal: newest.key,
    keys: Object.fromEntries(generations.map(({ keyId, key }) => [keyId, key])),
    digest: async (html) => bytesToHex(new Uint8Array(await crypto.subtle.sign('HMAC', mac, utf8(html)))),
  }
}

type Derived = Readonly<{ key: Bytes; digest: Bytes; keyId: string }>

async function derive(secret: Bytes, offer: string): Promise<Derived> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const bits = async (purpose: string, length: number): Promise<Bytes> => {
    const info = concatBytes(utf8(`tuppence-seal-1\n${purpose}\n`), utf8(offer))
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
    return new Uint8Array(await crypto.subtle.deriveBits(hkdf, key, length))
  }
  const [article, digest, name] = await Promise.all([bits('key', 256), bits('digest', 256), bits('name', 32)])
  return { key: article, digest, keyId: bytesToHex(name) }
}
