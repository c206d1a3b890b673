/** WebCrypto without threads: the same algorithms by node:crypto, at once, so that the order of things follows from the seed alone. */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto'

type Bytes = ArrayBuffer | ArrayBufferView
type Held = {
  readonly type: string
  readonly algorithm: { readonly name: string }
  readonly extractable: boolean
  readonly raw: Uint8Array
}

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const known = new Map<string, KeyObject>()

function bytesOf(data: Bytes): Buffer {
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data)
}

function keyObject({ type, raw }: Held): KeyObject {
  const name = `${type}${Buffer.from(raw).toString('base64')}`
  const found = known.get(name)
  if (found) return found
  const made =
    type === 'private'
      ? createPrivateKey({ key: Buffer.concat([pkcs8Prefix, raw]), format: 'der', type: 'pkcs8' })
      : createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' })
  if (known.size > 2_000) known.clear()
  known.set(name, made)
  return made
}

function nameOf(algorithm: string | { readonly name: string }): string {
  return typeof algorithm === 'string' ? algorithm : algorithm.name
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}

/** Puts it in the place of `crypto.subtle`, for this thread. */
export function installSubtle(): void {
  const ours = {
    digest: async (_: string, data: Bytes) => bufferOf(hash('sha256', bytesOf(data), 'buffer')),
    importKey: async (
      format: string,
      data: Bytes | JsonWebKey,
      algorithm: string | { name: string },
      extractable: boolean,
    ) => {
      const name = nameOf(algorithm)
      const held = (type: string, raw: Uint8Array): Held => ({
        type,
        algorithm: { name },
        extractable,
        raw: Uint8Array.from(raw),
      })
      if (format === 'jwk') {
        const { x = '', d } = data as JsonWebKey
        return d === undefined
          ? held('public', Buffer.from(x, 'base64url'))
          : held('private', Buffer.from(d, 'base64url'))
      }
      if (format === 'pkcs8') return held('private', bytesOf(data as Bytes).subarray(-32))
      return held(name === 'HMAC' ? 'secret' : 'public', bytesOf(data as Bytes))
    },
    exportKey: async (_: string, key: Held) => keyObject(key).export({ format: 'jwk' }),
    sign: async (algorithm: string | { name: string }, key: Held, data: Bytes) =>
      nameOf(algorithm) === 'HMAC'
        ? bufferOf(createHmac('sha256', key.raw).update(bytesOf(data)).digest())
        : bufferOf(sign(null, bytesOf(data), keyObject(key))),
    verify: async (algorithm: string | { name: string }, key: Held, signature: Bytes, data: Bytes) => {
      if (nameOf(algorithm) !== 'HMAC') return verify(null, bytesOf(data), keyObject(key), bytesOf(signature))
      const made = createHmac('sha256', key.raw).update(bytesOf(data)).digest()
      const given = bytesOf(signature)
      return given.length === made.length && timingSafeEqual(given, made)
    },
    generateKey: async () => {
      const privateKey = {
        type: 'private',
        algorithm: { name: 'Ed25519' },
        extractable: true,
        raw: Uint8Array.from(randomBytes(32)),
      }
      const { x = '' } = createPublicKey(keyObject(privateKey)).export({ format: 'jwk' })
      return { privateKey, publicKey: { ...privateKey, type: 'public', raw: Buffer.from(x, 'base64url') } }
    },
  }
  Object.defineProperty(globalThis.crypto, 'subtle', { value: ours, configurable: true })
}
