/** Recovery words (BIP39) and the seed they stand for; `@tuppence/core/words`, kept apart for its list of 2,048 words. */
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeed } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { TuppenceError } from '@tuppence/protocol'
import { systemRandom } from './adapters/system.ts'
import type { KeptSeed } from './sealed-seed.ts'

const entropyBytes = 16

/**
 * Spells 128 bits as twelve words.
 *
 * @see BIP39 "Generating the mnemonic"
 */
export function wordsFrom(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist)
}

/**
 * The seed that twelve words stand for, which is NUT-13's.
 *
 * @param words - In any case, with any white space.
 * @returns 64 bytes, and the 16 that the words spell.
 * @throws {TuppenceError} `seed-invalid`: not twelve words of the list, or their checksum is wrong.
 */
export async function seedFromWords(words: string): Promise<KeptSeed> {
  const plain = words.normalize('NFKD').trim().toLowerCase().split(/\s+/).join(' ')
  try {
    const entropy = Uint8Array.from(mnemonicToEntropy(plain, wordlist))
    if (entropy.length !== entropyBytes) throw new Error('twelve words expected')
    return { entropy, seed: Uint8Array.from(await mnemonicToSeed(plain)) }
  } catch {
    // No cause: its message may quote a word.
    throw new TuppenceError('seed-invalid')
  }
}

/** Makes a new seed. */
export function newSeed(): Promise<KeptSeed> {
  return seedFromWords(wordsFrom(systemRandom.bytes(entropyBytes)))
}
