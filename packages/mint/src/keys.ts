// The mint's keys: derived from the master secret, one keyset active for each unit; issue, redeem and main.ts use them.

import { createHmac } from 'node:crypto'
import { bytesToHex, keysetId, TuppenceError, type Keyset } from '@tuppence/protocol'
import type { DenominationKey, MintCurve } from './curve/port.ts'
import { workHere, type CurveWork } from './curve/work.ts'
import type { KeysetRow, Ledger } from './ledger/port.ts'
import type { Clock } from './ports.ts'

/** 1 .. 32768: every amount to 65535 minor units in at most 16 coins. */
export const denominations: readonly number[] = powersOfTwo(16)

function powersOfTwo(count: number): number[] {
  return Array.from({ length: count }, (_, exponent) => 2 ** exponent)
}

const scalarTriesMax = 256

/** A keyset with its private keys and the form in which wallets see it. */
export interface KeysetKeys {
  readonly row: KeysetRow
  readonly keys: ReadonlyMap<number, DenominationKey>
  /** What its coins are checked and signed with. */
  readonly curve: MintCurve
  /** The same by the list, perhaps on threads. */
  readonly work: CurveWork
  readonly wire: Keyset
}

/** The mint's keysets. */
export interface Keyring {
  /** A keyset by id, active or not. @throws {TuppenceError} `keyset-unknown`. */
  find(id: string): Promise<KeysetKeys>
  /** All keysets, read anew: another process may have rotated them. */
  list(): Promise<readonly KeysetKeys[]>
  /** Makes a new active keyset for a unit and retires the one before. */
  rotate(unit: string): Promise<KeysetKeys>
  /** Rotates the units whose active keyset is half through its life, so that coins are good for at least the other half. */
  rotateDue(): Promise<void>
}

interface KeyringParts {
  readonly ledger: Ledger
  readonly curve: MintCurve
  /** Done on the asking thread by default. */
  readonly work?: CurveWork
  readonly clock: Clock
  readonly master: Uint8Array
  readonly inputFeePpk: number
  /** How many denominations a new keyset has: 1, 2, 4 ...; 16 by default. */
  readonly denominationCount?: number
  /** How long the coins of a new keyset are good, in seconds; for ever by default. */
  readonly lifetimeSeconds?: number | undefined
  /** When the mint closes, if it does: no new keyset outlives it, and none is rotated because of its age. */
  readonly closesAtMs?: () => number | undefined
}

/**
 * Opens the keyring, making a keyset for every unit that has none active.
 *
 * @throws {TuppenceError} `key-file-invalid` The ledger's keysets were made from another master secret.
 */
export async function openKeyring(parts: KeyringParts, units: readonly string[]): Promise<Keyring> {
  const byId = new Map<string, KeysetKeys>()
  const list = async () => {
    const rows = await parts.ledger.keysets()
    for (const row of rows) byId.set(row.id, refreshed(byId.get(row.id), row) ?? (await derive(parts, row)))
    return rows.map((row) => byId.get(row.id) as KeysetKeys)
  }
  const keyring: Keyring = {
    list,
    find: async (id) => {
      const known = byId.get(id) ?? (await list()).find((keyset) => keyset.row.id === id)
      if (known === undefined) throw new TuppenceError('keyset-unknown', { details: { keyset: id } })
      return known
    },
    rotate: async (unit) => {
      const rows = await parts.ledger.keysets()
      const number = 1 + rows.reduce((highest, row) => Math.max(highest, row.number), 0)
      const made = await make(parts, number, unit)
      await parts.ledger.addKeyset(made.row)
      await list()
      return made
    },
    rotateDue: async () => {
      if (parts.closesAtMs?.() !== undefined) return
      const nowMs = parts.clock.nowMs()
      for (const { row } of await list()) {
        if (!row.active || row.finalExpiry === undefined) continue
        const halfMs = (row.createdAtMs + row.finalExpiry * 1000) / 2
        if (nowMs >= halfMs) await keyring.rotate(row.unit)
      }
    },
  }
  const known = await list()
  await keyring.rotateDue()
  for (const unit of units) {
    if (!known.some(({ row }) => row.unit === unit && row.active)) await makeFirst(keyring, unit)
  }
  return keyring
}

/** Makes a unit's first keyset, unless another process that starts at the same time has just made it. */
async function makeFirst(keyring: Keyring, unit: string): Promise<void> {
  try {
    await keyring.rotate(unit)
  } catch (error) {
    const now = await keyring.list()
    if (!now.some(({ row }) => row.unit === unit && row.active)) throw error
  }
}

function refreshed(known: KeysetKeys | undefined, row: KeysetRow): KeysetKeys | undefined {
  if (known === undefined || known.row.active === row.active) return known
  return { ...known, row, wire: { ...known.wire, active: row.active } }
}

/** The id that a keyset has if its keys are of this master secret; the audit compares. */
export function keysetIdOf(
  parts: Pick<KeyringParts, 'curve' | 'master'>,
  row: Pick<KeysetRow, 'number' | 'unit' | 'inputFeePpk' | 'denominations' | 'finalExpiry'>,
): Promise<string> {
  const keys = deriveKeys(parts, row.number, row.unit, row.denominations)
  const wire = Object.fromEntries([...keys].map(([amount, key]) => [String(amount), bytesToHex(key.publicKey)]))
  return Promise.resolve(keysetId(wire, row.unit, row.inputFeePpk, row.finalExpiry))
}

/** Derives a stored keyset's keys, and proves by its id that they are the ones that signed. */
async function derive(parts: KeyringParts, row: KeysetRow): Promise<KeysetKeys> {
  const keys = deriveKeys(parts, row.number, row.unit, row.denominations)
  const wire = wireOf(row, keys)
  if ((await keysetId(wire.keys, row.unit, row.inputFeePpk, row.finalExpiry)) !== row.id) {
    throw new TuppenceError('key-file-invalid', {
      details: { keyset: row.id },
      message: 'the master secret is not the one that made the ledger’s keysets',
    })
  }
  return { row, keys, wire, ...curveOf(parts, row.id) }
}

/** The curve of a keyset, by the version of its id: there is one of either yet (ADR 15). */
function curveOf(
  { curve, work = workHere(curve) }: Pick<KeyringParts, 'curve' | 'work'>,
  id: string,
): Pick<KeysetKeys, 'curve' | 'work'> {
  if (!id.startsWith('01')) throw new TuppenceError('keyset-version-unsupported', { details: { keyset: id } })
  return { curve, work }
}

/**
 * Has lists done by the work of each item's keyset; nearly always they are all of one.
 *
 * @returns Results in the order of the items.
 */
export async function eachByWork<T extends { readonly work: CurveWork }, R>(
  items: readonly T[],
  each: (work: CurveWork, list: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const results: R[] = []
  for (const work of new Set(items.map((item) => item.work))) {
    const own = [...items.entries()].filter(([, item]) => item.work === work)
    const done = await each(
      work,
      own.map(([, item]) => item),
    )
    for (const [place, [index]] of own.entries()) results[index] = done[place] as R
  }
  return results
}

async function make(parts: KeyringParts, number: number, unit: string): Promise<KeysetKeys> {
  const amounts = powersOfTwo(parts.denominationCount ?? denominations.length)
  const keys = deriveKeys(parts, number, unit, amounts)
  const nowMs = parts.clock.nowMs()
  const finalExpiry = expiryOf(parts, nowMs)
  const draft: KeysetRow = {
    number,
    id: '',
    unit,
    active: true,
    inputFeePpk: parts.inputFeePpk,
    denominations: amounts,
    createdAtMs: nowMs,
    ...(finalExpiry === undefined ? {} : { finalExpiry }),
  }
  const row = { ...draft, id: await keysetId(wireOf(draft, keys).keys, unit, parts.inputFeePpk, draft.finalExpiry) }
  return { row, keys, wire: wireOf(row, keys), ...curveOf(parts, row.id) }
}

/** When a keyset that is made now ends, in Unix seconds: after its life, or with the mint. */
function expiryOf({ lifetimeSeconds, closesAtMs }: KeyringParts, nowMs: number): number | undefined {
  const closesMs = closesAtMs?.()
  const ends = [
    ...(lifetimeSeconds === undefined ? [] : [Math.floor(nowMs / 1000) + lifetimeSeconds]),
    ...(closesMs === undefined ? [] : [Math.floor(closesMs / 1000)]),
  ]
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function wireOf(row: KeysetRow, keys: ReadonlyMap<number, DenominationKey>): Keyset {
  return {
    id: row.id,
    unit: row.unit,
    active: row.active,
    input_fee_ppk: row.inputFeePpk,
    ...(row.finalExpiry === undefined ? {} : { final_expiry: row.finalExpiry }),
    keys: Object.fromEntries([...keys].map(([amount, key]) => [String(amount), bytesToHex(key.publicKey)])),
  }
}

function deriveKeys(
  { master, curve }: Pick<KeyringParts, 'curve' | 'master'>,
  number: number,
  unit: string,
  amounts: readonly number[],
): Map<number, DenominationKey> {
  return new Map(
    amounts.map((amount) => {
      const privateKey = deriveScalar(master, `keyset/${number}/${unit}/${amount}`, curve)
      return [amount, { privateKey, publicKey: curve.publicKey(privateKey) }]
    }),
  )
}

/** A private key for a purpose: HMAC-SHA256(master, "tuppence-mint/" + purpose + "/" + try), the first that is a scalar. */
export function deriveScalar(master: Uint8Array, purpose: string, curve: MintCurve): Uint8Array {
  for (let attempt = 0; attempt < scalarTriesMax; attempt++) {
    const candidate = deriveSecret(master, `${purpose}/${attempt}`)
    try {
      curve.publicKey(candidate)
      return candidate
    } catch {
      // Zero or beyond the order: once in 2^128.
    }
  }
  throw new Error('keys: no scalar in 256 tries')
}

/** 32 secret bytes for a purpose. */
export function deriveSecret(master: Uint8Array, purpose: string): Uint8Array {
  return Uint8Array.from(createHmac('sha256', master).update(`tuppence-mint/${purpose}`).digest())
}
