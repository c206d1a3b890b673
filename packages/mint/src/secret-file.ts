// Small files that must survive and stay private: the master secret and the epoch; keys.ts and epoch.ts use them.

import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { TuppenceError } from '@tuppence/protocol'
import { isSealed, openSealed, sealSecret } from './sealed-key.ts'

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
  const draft = writeDraft(path, text)
  renameSync(draft, path)
  syncFolder(path)
}

/**
 * As writePrivate, but never over a file that is there.
 *
 * @returns Whether it was written; false when another was there first, which stays as it is.
 */
export function createPrivate(path: string, text: string): boolean {
  const draft = writeDraft(path, text)
  try {
    // A link, unlike a rename, fails when the name is taken: of two processes that start at once, one wins.
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(draft)
    syncFolder(path)
  }
}

function writeDraft(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}.new`
  const file = openSync(draft, 'wx', privateMode)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return draft
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/**
 * Reads the 32-byte master secret, or makes one; processes that start at once all get the same.
 *
 * @param mayMake - Whether there is nothing yet that was made with a master secret.
 * @throws {TuppenceError} `key-file-invalid` It is missing and may not be made, is no 64 hex digits, or others on this
 *   machine may read it.
 */
export function masterSecret(
  path: string,
  randomBytes: (count: number) => Uint8Array,
  { mayMake = true, passphrase }: { mayMake?: boolean; passphrase?: string | undefined } = {},
): Uint8Array {
  if (readIfExists(path) === undefined) {
    if (!mayMake) {
      throw new TuppenceError('key-file-invalid', {
        details: { file: path },
        message: `${path} is missing: without it no coin of this ledger can be redeemed; put it back`,
      })
    }
    createPrivate(path, secretText(randomBytes(32), passphrase))
  }
  const text = readIfExists(path) ?? ''
  const sealed = isSealed(text)
  if (!sealed && !/^[0-9a-f]{64}\n?$/.test(text))
    throw new TuppenceError('key-file-invalid', { details: { file: path } })
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new TuppenceError('key-file-invalid', {
      details: { file: path },
      message: `${path} may be read by others: chmod 600 it`,
    })
  }
  if (!sealed) return Uint8Array.from(Buffer.from(text.trim(), 'hex'))
  if (passphrase === undefined) {
    throw new TuppenceError('key-file-invalid', {
      details: { file: path },
      message: `${path} is sealed: give its passphrase`,
    })
  }
  return openSealed(text, passphrase)
}

/** The text of a master secret's file: sealed where there is a passphrase. */
export function secretText(secret: Uint8Array, passphrase: string | undefined): string {
  return passphrase === undefined ? `${Buffer.from(secret).toString('hex')}\n` : sealSecret(secret, passphrase)
}
