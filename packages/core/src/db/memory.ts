/** Storage in memory, for tests and guests; `@tuppence/core/memory`. */
import type { Range } from '../ports.ts'
import type { Db, Row, StoreName, Tables, Tx } from '../tables.ts'
import { queue } from './queue.ts'

type Store = Map<string, unknown>

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
        const copies = new Map(names.map((name) => [name, new Map(stores.get(name))] as const))
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
      structuredClone(storeOf(name, 'read').get(key)) as Tables[S] | undefined,
    put: async (name, key, value) => void storeOf(name, 'write').set(key, structuredClone(value)),
    delete: async (name, key) => void storeOf(name, 'write').delete(key),
    list: async <S extends StoreName>(name: S, range: Range = {}) =>
      keysIn(storeOf(name, 'read'), range).map((key) => ({
        key,
        value: structuredClone(storeOf(name, 'read').get(key)),
      })) as Row<S>[],
  }
  return { tx, end: () => void (open = false) }
}

function keysIn(store: Store, { from, to, limit, order }: Range): string[] {
  const keys = [...store.keys()]
    .filter((key) => (from === undefined || key >= from) && (to === undefined || key < to))
    .sort()
  if (order === 'descending') keys.reverse()
  return keys.slice(0, limit)
}
