// Keysets and their ids (NUT-01, NUT-02): a mint publishes them, a wallet recomputes the id and pins the keys.

import { hexToBytes, sha256Hex } from './encoding.ts'
import { TuppenceError } from './errors.ts'

/** Public keys by amount: decimal text (up to 2^64) to a compressed point in hex. */
export type Keys = Record<string, string>

/** What a mint says of a keyset without its keys (NUT-02). `final_expiry` is in Unix seconds. */
export type KeysetInfo = { id: string; unit: string; active: boolean; input_fee_ppk: number; final_expiry?: number }

/** A keyset with its keys (NUT-01). */
export type Keyset = KeysetInfo & { keys: Keys }

/** Hex digits of a short id. */
const shortLength = 16

/**
 * Computes a keyset id version 2 from public data.
 *
 * @param keys - Points in lower-case hex by decimal amount.
 * @param feePpk - Fee per thousand inputs; absent and 0 give the same id.
 * @param finalExpiry - Unix seconds; absent and 0 give the same id.
 * @returns `01` and 32 bytes in hex.
 * @see NUT-02 "Keyset ID V2"
 */
export async function keysetId(keys: Keys, unit: string, feePpk?: number, finalExpiry?: number): Promise<string> {
  const pairs = ascending(keys).map(([amount, key]) => `${amount}:${key}`)
  const fee = feePpk ? `|input_fee_ppk:${feePpk}` : ''
  const expiry = finalExpiry ? `|final_expiry:${finalExpiry}` : ''
  return `01${await sha256Hex(`${pairs.join()}|unit:${unit.toLowerCase()}${fee}${expiry}`)}`
}

/**
 * Computes a keyset id version 1; only to recognise old tokens.
 *
 * @returns `00` and 7 bytes in hex.
 * @see NUT-02 "V1 Keysets (deprecated)"
 */
export async function keysetIdV1(keys: Keys): Promise<string> {
  const hash = await sha256Hex(
    hexToBytes(
      ascending(keys)
        .map(([, key]) => key)
        .join(''),
    ),
  )
  return `00${hash.slice(0, 14)}`
}

/**
 * Checks that a mint's keyset has the id that its keys, unit, fee and expiry give.
 *
 * @throws {TuppenceError} `keyset-mismatch`.
 */
export async function checkKeysetId(keyset: Omit<Keyset, 'active'>): Promise<void> {
  const id = await keysetId(keyset.keys, keyset.unit, keyset.input_fee_ppk, keyset.final_expiry)
  if (id !== keyset.id) throw new TuppenceError('keyset-mismatch')
}

/**
 * Shortens a keyset id to the 8 bytes that tokens may carry.
 *
 * @see NUT-00 "Short keyset ID"
 */
export function shortKeysetId(id: string): string {
  return id.slice(0, shortLength)
}

/**
 * Finds the full keyset id that a token's id means.
 *
 * @param id - Full or short, of version 1 or 2.
 * @param known - Full ids of the mint's keysets.
 * @throws {TuppenceError} `keyset-unknown` when none fits, `keyset-ambiguous` when more than one does.
 */
export function resolveKeysetId(id: string, known: Iterable<string>): string {
  const found = new Set([...known].filter((full) => full === id || (id.length === shortLength && full.startsWith(id))))
  const [only] = found
  if (only === undefined) throw new TuppenceError('keyset-unknown')
  if (found.size > 1) throw new TuppenceError('keyset-ambiguous')
  return only
}

/** Lists a keyset's amounts, ascending; those beyond 2^53 - 1 are left out. */
export function denominations(keyset: { readonly keys: Keys }): number[] {
  return ascending(keyset.keys)
    .map(([amount]) => Number(amount))
    .filter(Number.isSafeInteger)
}

/**
 * Computes the fee for spending coins, rounded up to a whole minor unit.
 *
 * @throws {TuppenceError} `keyset-unknown` when a coin's keyset is not among `keysets`.
 * @see NUT-02 "Fees"
 */
export function inputFee(
  inputs: readonly { readonly id: string }[],
  keysets: readonly { readonly id: string; readonly input_fee_ppk: number }[],
): number {
  const feePpk = new Map(keysets.map((keyset) => [keyset.id, keyset.input_fee_ppk]))
  let sumPpk = 0
  for (const { id } of inputs) {
    const fee = feePpk.get(id)
    if (fee === undefined) throw new TuppenceError('keyset-unknown')
    sumPpk += fee
  }
  return Math.floor((sumPpk + 999) / 1000)
}

/** Keys by amount. Amounts may be beyond 2^53, so they are compared as text: the longer one is the larger. */
function ascending(keys: Keys): [amount: string, key: string][] {
  return Object.entries(keys).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
}
