import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bytesToHex, hexToBytes } from '@tuppence/protocol'
import { openIdb } from './db/idb.ts'
import { adoptSeed, keepSeed, keptEntropy, replaceSeed } from './seed.ts'
import type { HeldCoin } from './coins.ts'
import { seedFromWords, wordsFrom } from './words.ts'

beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange))
afterAll(() => void vi.unstubAllGlobals())

// NUT-13 test vectors ("half depart obvious ..."): words and seed as BIP39 has them.
const words = 'half depart obvious quality work element tank gorilla view sugar picture humble'
const seedHex =
  'dd44ee516b0647e80b488e8dcc56d736a148f15276bef588b37057476d4b2b25780d3688a32b37353d6995997842c0fd8b412475c891c16310471fbc86dcbda8'

describe('recovery words', () => {
  test('give the seed of the vector, whatever their case and white space', async () => {
    const { seed, entropy } = await seedFromWords(`  ${words.toUpperCase().replaceAll(' ', '\n ')} `)
    expect(bytesToHex(seed)).toBe(seedHex)
    expect(wordsFrom(entropy)).toBe(words)
  })

  test.each(['', 'half', words.replace('humble', 'half'), words.replace('half', 'hafl'), `${words} ${words}`])(
    'refuse %j',
    async (wrong) => {
      await expect(seedFromWords(wrong)).rejects.toMatchObject({ code: 'seed-invalid' })
    },
  )
})

describe('a kept seed', () => {
  test('is made once, also by two tabs at the same time, and can be spelled', async () => {
    const factory = new IDBFactory()
    const [here, there] = [await openIdb({ factory }), await openIdb({ factory })]
    const [first, second] = await Promise.all([keepSeed(here)(), keepSeed(there)()])
    expect(first).toHaveLength(64)
    expect(bytesToHex(first)).toBe(bytesToHex(second))
    expect(bytesToHex(await keepSeed(await openIdb({ factory }))())).toBe(bytesToHex(first))
    const spelled = wordsFrom((await keptEntropy(here)) ?? new Uint8Array())
    expect(bytesToHex((await seedFromWords(spelled)).seed)).toBe(bytesToHex(first))
  })

  test('lies in the storage sealed, under a key that cannot be read', async () => {
    const db = await openIdb({ factory: new IDBFactory() })
    const seed = await keepSeed(db)()
    const kept = (await db.transact(['settings'], 'read', (tx) => tx.get('settings', 'seed'))) as {
      key: CryptoKey
      sealed: ArrayBuffer
    }
    expect(kept.key.extractable).toBe(false)
    expect(bytesToHex(new Uint8Array(kept.sealed))).not.toContain(bytesToHex(seed).slice(0, 32))
  })

  test('is taken from words where there is none, and never replaced', async () => {
    const db = await openIdb({ factory: new IDBFactory() })
    expect(await keptEntropy(db)).toBeUndefined()
    await adoptSeed(db, await seedFromWords(words))
    expect(bytesToHex(await keepSeed(db)())).toBe(seedHex)
    await adoptSeed(db, await seedFromWords(words))
    const other = { seed: new Uint8Array(64), entropy: hexToBytes('00'.repeat(16)) }
    await expect(adoptSeed(db, other)).rejects.toMatchObject({ code: 'storage-conflict' })
  })

  test('gives way to another only while it holds nothing', async () => {
    const db = await openIdb({ factory: new IDBFactory() })
    await keepSeed(db)()
    const coin = { keysetId: '01', amount: 1, secret: 'a', C: 'b', mint: 'm', unit: 'usd' } as unknown as HeldCoin
    await db.transact(['counters', 'coins'], 'write', async (tx) => {
      await tx.put('counters', '01', 7)
      await tx.put('coins', 'a', coin)
    })
    const other = await seedFromWords(words)
    await expect(replaceSeed(db, other)).rejects.toMatchObject({ code: 'storage-conflict' })
    await db.transact(['coins'], 'write', (tx) => tx.delete('coins', 'a'))
    await replaceSeed(db, other)
    expect(bytesToHex(await keepSeed(db)())).toBe(seedHex)
    expect(await db.transact(['counters'], 'read', (tx) => tx.list('counters'))).toEqual([])
  })
})
