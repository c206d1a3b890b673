/** Storage in IndexedDB, first-party, partitioned or through a storage-access handle; `@tuppence/core/idb`. */
import { TuppenceError } from '@tuppence/protocol'
import type { Range } from '../ports.ts'
import { storeNames, type Db, type Row, type StoreName, type Tables, type Tx } from '../tables.ts'

/** 2: coins and open payments lie there sealed; a wallet that can't open them is to keep out. */
const versionNow = 2

/** What `openIdb` is given. */
export type IdbOptions = {
  /** The page's own when absent; a storage-access handle brings another. */
  readonly factory?: IDBFactory
  readonly name?: string
  /** Tells other tabs and frames of writes, and this one of theirs; a handle brings its own. */
  readonly channel?: BroadcastChannel
}

/**
 * Opens or creates the wallet's database. Written without the `idb` library, which costs more than this file does.
 *
 * Coins and open payments lie there sealed (`sealed.ts`). Writes ask for strict durability: every engine's default lets a power cut take back what was reported as done.
 *
 * @throws {TuppenceError} `storage-unavailable` (private window, blocked), `storage-version` (a newer wallet was here).
 */
export async function openIdb({ factory = indexedDB, name = 'tuppence', channel }: IdbOptions = {}): Promise<Db> {
  const sealing = import('./sealed.ts')
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = factory.open(name, versionNow)
    request.onupgradeneeded = () => {
      for (const store of storeNames)
        if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(storageError(request.error))
  }).catch((error: unknown) => {
    throw storageError(error)
  })
  database.onversionchange = () => database.close()
  const { sealedDb } = await sealing
  return sealedDb({
    transact: async (names, mode, body) => {
      const result = await transact(database, names, mode, body)
      if (mode === 'write') channel?.postMessage(0)
      return result
    },
    ...(channel && {
      watch: (changed) => {
        channel.addEventListener('message', changed)
        return () => channel.removeEventListener('message', changed)
      },
    }),
    close: () => {
      channel?.close()
      database.close()
    },
  })
}

async function transact<T>(
  database: IDBDatabase,
  names: readonly StoreName[],
  mode: 'read' | 'write',
  body: (tx: Tx) => Promise<T>,
): Promise<T> {
  let inner: IDBTransaction
  try {
    inner = database.transaction(names, mode === 'write' ? 'readwrite' : 'readonly', { durability: 'strict' })
  } catch (error) {
    throw storageError(error)
  }
  const finished = new Promise<void>((resolve, reject) => {
    inner.oncomplete = () => resolve()
    inner.onabort = () => reject(storageError(inner.error))
  })
  try {
    const result = await body(openTx(inner))
    await finished
    return result
  } catch (error) {
    try {
      inner.abort()
    } catch {
      // It has ended already, by the failure that brought us here.
    }
    // Wait for the end, so that whoever catches this finds nothing half done.
    await finished.catch(() => {})
    throw error
  }
}

function openTx(inner: IDBTransaction): Tx {
  return {
    get: <S extends StoreName>(name: S, key: string) =>
      settled(inner.objectStore(name).get(key)) as Promise<Tables[S] | undefined>,
    put: async (name, key, value) => void (await settled(inner.objectStore(name).put(value, key))),
    delete: (name, key) => settled(inner.objectStore(name).delete(key)),
    list: async <S extends StoreName>(name: S, range: Range = {}) => {
      const store = inner.objectStore(name)
      const bounds = keyRange(range)
      const { to, limit } = range
      // Both at once; `getAll` begins at the lowest key, so that the last rows are had from the first of their keys on.
      if (range.order !== 'descending')
        return rows<S>(
          ...(await Promise.all([settled(store.getAllKeys(bounds, limit)), settled(store.getAll(bounds, limit))])),
        )
      const keys = (await settled(store.getAllKeys(bounds))).slice(-(limit ?? Infinity))
      const [first] = keys
      if (first === undefined) return []
      return rows<S>(keys, await settled(store.getAll(keyRange({ from: String(first), to })))).reverse()
    },
  }
}

function rows<S extends StoreName>(keys: readonly IDBValidKey[], values: readonly unknown[]): Row<S>[] {
  return keys.map((key, at) => ({ key, value: values[at] })) as Row<S>[]
}

function keyRange({ from, to }: Range): IDBKeyRange | undefined {
  if (from !== undefined && to !== undefined) return IDBKeyRange.bound(from, to, false, true)
  if (from !== undefined) return IDBKeyRange.lowerBound(from)
  return to === undefined ? undefined : IDBKeyRange.upperBound(to, true)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(storageError(request.error))
  })
}

/** By the name of the DOMException; what is a TuppenceError already stays as it is. */
function storageError(cause: unknown): unknown {
  const { name = '', code } = (cause ?? {}) as { name?: string; code?: unknown }
  if (typeof code === 'string') return cause
  if (name === 'VersionError') return new TuppenceError('storage-version', { cause })
  return new TuppenceError(name === 'QuotaExceededError' ? 'storage-full' : 'storage-unavailable', { cause })
}
