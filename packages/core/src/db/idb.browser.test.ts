import { dbContract } from './contract.ts'
import { openIdb } from './idb.ts'
import { expect, test } from 'vitest'

let places = 0

dbContract('idb in Chromium', () => {
  const name = `tuppence-test-${++places}`
  return {
    open: () => openIdb({ name }),
    remove: () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name)
        request.onsuccess = () => resolve()
        request.onerror = () => reject(request.error)
      }),
  }
})

test('keeps a key that cannot be exported, and signs with it after the database was opened again', async () => {
  const name = `tuppence-test-${++places}`
  const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  const db = await openIdb({ name })
  const allowance = {
    id: 'l',
    site: 'https://a.example',
    tillOrigin: 'https://a.example',
    realm: 'a',
    key: pair.privateKey,
    publicX: '',
    refundOutputs: [],
  }
  await db.transact(['allowances'], 'write', (tx) => tx.put('allowances', 'a l', allowance))
  db.close()
  const again = await openIdb({ name })
  const kept = await again.transact(['allowances'], 'read', (tx) => tx.get('allowances', 'a l'))
  const message = new Uint8Array([1, 2, 3])
  const signature = await crypto.subtle.sign('Ed25519', kept!.key, message)
  expect(await crypto.subtle.verify('Ed25519', pair.publicKey, signature, message)).toBe(true)
  expect(kept?.key.extractable).toBe(false)
  again.close()
})

test('asks for strict durability', async () => {
  const name = `tuppence-test-${++places}`
  const asked: (string | undefined)[] = []
  const real = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (names, mode, options) {
    asked.push(options?.durability)
    return real.call(this, names, mode, options)
  }
  const db = await openIdb({ name })
  await db.transact(['counters'], 'write', (tx) => tx.put('counters', 'a', 1))
  IDBDatabase.prototype.transaction = real
  expect(asked).toEqual(['strict'])
  db.close()
})
