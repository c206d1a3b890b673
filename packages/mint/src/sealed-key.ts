// A secret under a passphrase: scrypt, then AES-256-GCM; secret-file.ts keeps the master secret so where one is configured.

import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { TuppenceError } from '@tuppence/protocol'

/** 128 MiB and about half a second: once at each start, and once for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 } as const
const memoryMax = 256 * 2 ** 20

interface Sealed {
  readonly v: 1
  readonly kdf: 'scrypt'
  readonly N: number
  readonly r: number
  readonly p: number
  readonly salt: string
  readonly iv: string
  readonly data: string
}

/** Seals 32 bytes under a passphrase, as one line of JSON. */
export function sealSecret(secret: Uint8Array, passphrase: string): string {
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, { ...cost, maxmem: memoryMax }), iv)
  const data = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  const hex = (bytes: Buffer) => bytes.toString('hex')
  const sealed: Sealed = { v: 1, kdf: 'scrypt', ...cost, salt: hex(salt), iv: hex(iv), data: hex(data) }
  return `${JSON.stringify(sealed)}\n`
}

/** Whether a file's text is a sealed secret. */
export function isSealed(text: string): boolean {
  return text.startsWith('{')
}

/** Opens what sealSecret sealed. @throws {TuppenceError} `key-file-invalid` Another passphrase, or a damaged file. */
export function openSealed(text: string, passphrase: string): Uint8Array {
  try {
    const { N, r, p, salt, iv, data } = JSON.parse(text) as Sealed
    const key = scryptSync(passphrase, Buffer.from(salt, 'hex'), 32, { N, r, p, maxmem: memoryMax })
    const bytes = Buffer.from(data, 'hex')
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'hex'))
    decipher.setAuthTag(bytes.subarray(-16))
    return Uint8Array.from(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]))
  } catch (cause) {
    throw new TuppenceError('key-file-invalid', {
      cause,
      message: 'the master secret does not open with this passphrase',
    })
  }
}
