/** Writes a secret into a file of its own: for its owner only, and whole or not at all. init, keys and a till of one's own call it. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes it. A file that was there is replaced, whoever could read it: a crash leaves the one or the other.
 *
 * @param text - As it is to stand in the file.
 */
export function writeSecret(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  renameSync(draft, file)
}
