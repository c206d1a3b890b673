import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dbContract } from './contract.ts'
import { openIdb } from './idb.ts'

beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange))
afterAll(() => void vi.unstubAllGlobals())

dbContract('idb on fake-indexeddb', () => {
  const factory = new IDBFactory()
  return { open: () => openIdb({ factory }) }
})

test('refuses a database that a newer wallet made', async () => {
  const factory = new IDBFactory()
  await new Promise((resolve) => (factory.open('tuppence', 99).onsuccess = resolve))
  await expect(openIdb({ factory })).rejects.toMatchObject({ code: 'storage-version' })
})

test('tells of writes on its channel', async () => {
  const factory = new IDBFactory()
  const [here, there] = [new BroadcastChannel('core-idb-test'), new BroadcastChannel('core-idb-test')]
  const writer = await openIdb({ factory, channel: here })
  const reader = await openIdb({ factory, channel: there })
  const told = new Promise<void>((resolve) => void reader.watch?.(() => resolve()))
  await writer.transact(['counters'], 'write', (tx) => tx.put('counters', 'a', 1))
  await told
  writer.close()
  reader.close()
})
