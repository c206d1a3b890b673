// Small files that must survive and stay private: the master secret and the epoch; keys.ts and epoch.ts use them.

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { TuppenceError } from '@tuppence/protocol'

const privateMode = 0o600

/** Reads a file's text; undefined when there is none. */
export function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file whole or not at all, readable by its owner only, and on the disk when this returns. */
export function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.new`
  const file = openSync(draft, 'w', privateMode)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/**
 * Reads the 32-byte master secret, or makes one.
 *
 * @throws {TuppenceError} `key-file-invalid` It is no 64 hex digits, or others on this machine may read it.
 */
export function masterSecret(path: string, randomBytes: (count: number) => Uint8Array): Uint8Array {
  const text = readIfExists(path)
  if (text === undefined) {
    const secret = randomBytes(32)
    writePrivate(path, `${Buffer.from(secret).toString('hex')}\n`)
    return secret
  }
  if (!/^[0-9a-f]{64}\n?$/.test(text)) throw new TuppenceError('key-file-invalid', { details: { file: path } })
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new TuppenceError('key-file-invalid', {
      details: { file: path },
      message: `${path} may be read by others: chmod 600 it`,
    })
  }
  return Uint8Array.from(Buffer.from(text.trim(), 'hex'))
}
