// A wallet kept under a passkey, and found again by it: what the device gives, and what lies at the mint.
import { findByPasskey, keepUnderPasskey, type KeptSeed } from '@tuppence/core/passkey'
import { askPasskey, makePasskey, type PasskeyAnswer } from './webauthn.ts'

type Not = Exclude<PasskeyAnswer['status'], 'given'>

/**
 * Makes a passkey and keeps the seed under it. Done only when the seed was read back.
 *
 * @throws {TuppenceError} The mint did not keep it.
 */
export async function keepByPasskey(seed: KeptSeed, mint: string, name: string): Promise<'done' | Not> {
  const answer = await makePasskey(name)
  if (answer.status !== 'given') return answer.status
  await keepUnderPasskey({ mint }, answer.secret, seed)
  const found = await findByPasskey({ mint }, answer.secret)
  return found?.entropy.every((byte, at) => byte === seed.entropy[at]) ? 'done' : 'unable'
}

/** Finds a seed by any of the reader's passkeys. `none`: nothing is kept under that one. */
export async function seedByPasskey(mint: string): Promise<KeptSeed | 'none' | Not> {
  const answer = await askPasskey()
  if (answer.status !== 'given') return answer.status
  return (await findByPasskey({ mint }, answer.secret)) ?? 'none'
}
