/** Storage in memory, for tests and guests; `@tuppence/core/memory`. */
import type { Range } from '../ports.ts'
import type { Db, Row, StoreName, Tables, Tx } from '../tables.ts'
import { queue } from './queue.ts'

type Kept = { readonly value: unknown; readonly isShared: boolean }
type Store = Map<string, Kept>

/**
 * Opens an empty storage that lives as long as the returned object. Wallets that share it see one another's writes.
 *
 * @example const wallet = createWallet({ db: memoryDb(), ... })
 */
export function memoryDb(): Db {
  const stores = new Map<StoreName, Store>()
  const watchers = new Set<() => void>()
  const inTurn = queue()
  return {
    transact: (names, mode, body) =>
      inTurn(async () => {
        // Readers share what is there: nobody writes while they do.
        const open = (name: StoreName) =>
          mode === 'write' ? new Map(stores.get(name)) : (stores.get(name) ?? new Map())
        const copies = new Map(names.map((name) => [name, open(name)] as const))
        const { tx, end } = openTx(copies, mode)
        const result = await body(tx).finally(end)
        if (mode === 'write') {
          for (const [name, copy] of copies) stores.set(name, copy)
          for (const changed of watchers) queueMicrotask(changed)
        }
        return result
      }),
    watch: (changed) => {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    close: () => watchers.clear(),
  }
}

function openTx(copies: ReadonlyMap<StoreName, Store>, mode: 'read' | 'write'): { tx: Tx; end: () => void } {
  let open = true
  const storeOf = (name: StoreName, use: 'read' | 'write'): Store => {
    const store = copies.get(name)
    if (!open || !store || (use === 'write' && mode === 'read'))
      throw new Error(`Not in this transaction: ${use} ${name}`)
    return store
  }
  const tx: Tx = {
    get: async <S extends StoreName>(name: S, key: string) =>
      given(storeOf(name, 'read').get(key)) as Tables[S] | undefined,
    put: async (name, key, value) => void storeOf(name, 'write').set(key, kept(value)),
    delete: async (name, key) => void storeOf(name, 'write').delete(key),
    list: async <S extends StoreName>(name: S, range: Range = {}) => {
      const store = storeOf(name, 'read')
      return keysIn(store, range).map((key) => ({ key, value: given(store.get(key)) })) as Row<S>[]
    },
  }
  return { tx, end: () => void (open = false) }
}

/** Plain values are copied and frozen once, when they come in, and then shared; anything else is copied each time. */
function kept(value: unknown): Kept {
  const copy = frozen(value)
  return copy === unfreezable ? { value: structuredClone(value), isShared: false } : { value: copy, isShared: true }
}

function given(row: Kept | undefined): unknown {
  return row === undefined || row.isShared ? row?.value : structuredClone(row.value)
}

const unfreezable = /* @__PURE__ */ Symbol('unfreezable')

/** Frozen copies of ours: they need no second one. */
const shared = /* @__PURE__ */ new WeakSet()

/** A frozen copy of a value that is made of plain objects and arrays; `unfreezable` for any other, such as keys and bytes. */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? unfreezable : value
  if (shared.has(value)) return value
  const parts = Array.isArray(value) ? value.map(frozen) : undefined
  if (!parts && Object.getPrototypeOf(value) !== Object.prototype) return unfreezable
  const entries = parts ? [] : Object.entries(value).map(([key, part]) => [key, frozen(part)] as const)
  if (parts?.includes(unfreezable) || entries.some(([, part]) => part === unfreezable)) return unfreezable
  const copy = Object.freeze(parts ?? Object.fromEntries(entries))
  shared.add(copy)
  return copy
}

function keysIn(store: Store, { from, to, limit, order }: Range): string[] {
  const keys = [...store.keys()]
    .filter((key) => (from === undefined || key >= from) && (to === undefined || key < to))
    .sort()
  if (order === 'descending') keys.reverse()
  return keys.slice(0, limit)
}
