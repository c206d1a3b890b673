/** What every storage must do; each adapter's test runs it. */
import { describe, expect, test } from 'vitest'
import type { Db, HistoryEntry } from '../tables.ts'

/** A storage place under test. `open` may be called again on the same place: another tab, or after a restart. */
export type Place = { readonly open: () => Promise<Db>; readonly remove?: () => Promise<void> }

const entry = (id: string): HistoryEntry => ({ id, kind: 'pay', end: 'done', amount: 5, unit: 'usd', atMs: 1 })

/**
 * Declares the suite.
 *
 * @param place - Makes a new, empty place.
 */
export function dbContract(name: string, place: () => Place): void {
  describe(`${name} keeps the Db contract`, () => {
    declareRows(place)
    declareTransactions(place)
    declareSharing(place)
  })
}

/** Gives a test an open storage and takes it away again. */
function withDb(place: () => Place, run: (db: Db, place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const here = place()
    const db = await here.open()
    try {
      await run(db, here)
    } finally {
      db.close()
      await here.remove?.()
    }
  }
}

function declareRows(place: () => Place): void {
  test(
    'gives back what was put, and undefined for what was not',
    withDb(place, async (db) => {
      await db.transact(['counters', 'settings'], 'write', async (tx) => {
        await tx.put('counters', 'a', 7)
        await tx.put('settings', 'b', { bytes: new Uint8Array([1, 2, 255]), nested: { list: [1, 'x', null] } })
      })
      await db.transact(['counters', 'settings'], 'read', async (tx) => {
        expect(await tx.get('counters', 'a')).toBe(7)
        expect(await tx.get('counters', 'b')).toBeUndefined()
        const kept = (await tx.get('settings', 'b')) as { bytes: Uint8Array; nested: unknown }
        expect([...kept.bytes]).toEqual([1, 2, 255])
        expect(kept.nested).toEqual({ list: [1, 'x', null] })
      })
    }),
  )

  test(
    'keeps its own copy of a value',
    withDb(place, async (db) => {
      const value = { list: [1] }
      await db.transact(['settings'], 'write', (tx) => tx.put('settings', 'a', value))
      value.list.push(2)
      const first = await db.transact(['settings'], 'read', (tx) => tx.get('settings', 'a'))
      expect(first).toEqual({ list: [1] })
    }),
  )

  test(
    'replaces and deletes; deleting what is not there is nothing',
    withDb(place, async (db) => {
      await db.transact(['counters'], 'write', async (tx) => {
        await tx.put('counters', 'a', 1)
        await tx.put('counters', 'a', 2)
        await tx.put('counters', 'b', 3)
        await tx.delete('counters', 'b')
        await tx.delete('counters', 'never')
      })
      const rows = await db.transact(['counters'], 'read', (tx) => tx.list('counters'))
      expect(rows).toEqual([{ key: 'a', value: 2 }])
    }),
  )

  test(
    'lists a range in key order, either way, up to a limit',
    withDb(place, async (db) => {
      await db.transact(['history'], 'write', async (tx) => {
        for (const id of ['c', 'a', 'e', 'b', 'd']) await tx.put('history', id, entry(id))
      })
      const keys = (range?: Parameters<Parameters<Parameters<Db['transact']>[2]>[0]['list']>[1]) =>
        db.transact(['history'], 'read', async (tx) =>
          (await tx.list('history', range))
            .map(({ key, value }) => {
              expect(value).toEqual(entry(key))
              return key
            })
            .join(''),
        )
      expect(await keys()).toBe('abcde')
      expect(await keys({ from: 'b', to: 'd' })).toBe('bc')
      expect(await keys({ from: 'd' })).toBe('de')
      expect(await keys({ to: 'b' })).toBe('a')
      expect(await keys({ limit: 2 })).toBe('ab')
      expect(await keys({ order: 'descending' })).toBe('edcba')
      expect(await keys({ order: 'descending', limit: 2 })).toBe('ed')
      expect(await keys({ from: 'b', to: 'e', order: 'descending', limit: 2 })).toBe('dc')
      expect(await keys({ from: 'x' })).toBe('')
    }),
  )
}

function declareTransactions(place: () => Place): void {
  test(
    'sees its own writes',
    withDb(place, async (db) => {
      await db.transact(['counters'], 'write', async (tx) => {
        await tx.put('counters', 'a', 1)
        expect(await tx.get('counters', 'a')).toBe(1)
        expect(await tx.list('counters')).toHaveLength(1)
      })
    }),
  )

  test(
    'takes reads that overlap, each with its own answer',
    withDb(place, async (db) => {
      await db.transact(['counters', 'history'], 'write', async (tx) => {
        await tx.put('counters', 'a', 1)
        for (const id of ['h', 'i', 'j']) await tx.put('history', id, entry(id))
      })
      const read = db.transact(['counters', 'history'], 'write', async (tx) => {
        const [one, none, newest, all] = await Promise.all([
          tx.get('counters', 'a'),
          tx.get('counters', 'b'),
          tx.list('history', { order: 'descending', limit: 2 }),
          tx.list('history'),
        ])
        await tx.put('counters', 'b', all.length)
        return [one, none, newest.map(({ key }) => key)]
      })
      expect(await read).toEqual([1, undefined, ['j', 'i']])
      expect(await db.transact(['counters'], 'read', (tx) => tx.get('counters', 'b'))).toBe(3)
    }),
  )

  test(
    'leaves nothing where one of several calls fails, and holds on to no other of them',
    withDb(place, async (db) => {
      const stopped = db.transact(['counters', 'history', 'settings'], 'write', async (tx) => {
        await tx.put('counters', 'a', 1)
        await Promise.all([
          tx.list('history', { order: 'descending', limit: 2 }),
          tx.put('settings', 'f', () => {}),
          tx.list('counters'),
          tx.get('counters', 'a'),
        ])
      })
      await expect(stopped).rejects.toThrow()
      await db.transact(['counters', 'history'], 'write', async (tx) => {
        expect(await tx.get('counters', 'a')).toBeUndefined()
        await tx.put('counters', 'a', 2)
      })
    }),
  )

  test(
    'answers what its body answers',
    withDb(place, async (db) => {
      expect(await db.transact(['counters'], 'read', async () => 'answer')).toBe('answer')
    }),
  )

  test(
    'leaves nothing of a body that throws, and lets its error out unchanged',
    withDb(place, async (db) => {
      await db.transact(['counters'], 'write', (tx) => tx.put('counters', 'a', 1))
      const error = new Error('stop')
      const stopped = db.transact(['counters', 'history'], 'write', async (tx) => {
        await tx.put('counters', 'a', 2)
        await tx.put('history', 'h', entry('h'))
        throw error
      })
      await expect(stopped).rejects.toBe(error)
      await db.transact(['counters', 'history'], 'read', async (tx) => {
        expect(await tx.get('counters', 'a')).toBe(1)
        expect(await tx.list('history')).toEqual([])
      })
    }),
  )

  test(
    'leaves nothing when a value cannot be stored',
    withDb(place, async (db) => {
      const stopped = db.transact(['counters', 'settings'], 'write', async (tx) => {
        await tx.put('counters', 'a', 1)
        await tx.put('settings', 'f', () => {})
      })
      await expect(stopped).rejects.toThrow()
      expect(await db.transact(['counters'], 'read', (tx) => tx.get('counters', 'a'))).toBeUndefined()
    }),
  )

  test(
    'refuses a write while reading, a store that was not named, and a call after the end',
    withDb(place, async (db) => {
      await expect(db.transact(['counters'], 'read', (tx) => tx.put('counters', 'a', 1))).rejects.toThrow()
      await expect(db.transact(['counters'], 'write', (tx) => tx.put('settings', 'a', 1))).rejects.toThrow()
      const kept = await db.transact(['counters'], 'write', async (tx) => tx)
      await expect((async () => kept.put('counters', 'a', 1))()).rejects.toThrow()
      expect(await db.transact(['counters'], 'read', (tx) => tx.get('counters', 'a'))).toBeUndefined()
    }),
  )
}

function declareSharing(place: () => Place): void {
  const increment = (db: Db) =>
    db.transact(['counters'], 'write', async (tx) => {
      const before = (await tx.get('counters', 'n')) ?? 0
      await tx.put('counters', 'n', before + 1)
      return before
    })

  test(
    'never lets two writes read the same value',
    withDb(place, async (db) => {
      const seen = await Promise.all(Array.from({ length: 20 }, () => increment(db)))
      expect(new Set(seen).size).toBe(20)
      expect(await db.transact(['counters'], 'read', (tx) => tx.get('counters', 'n'))).toBe(20)
    }),
  )

  test(
    'holds for two connections to one place',
    withDb(place, async (db, here) => {
      const other = await here.open()
      const seen: number[] = []
      for (let round = 0; round < 10; round++) seen.push(...(await Promise.all([increment(db), increment(other)])))
      expect(new Set(seen).size).toBe(20)
      other.close()
    }),
  )

  test(
    'still has it all after it was closed and opened again',
    withDb(place, async (db, here) => {
      await db.transact(['counters'], 'write', (tx) => tx.put('counters', 'a', 7))
      db.close()
      const again = await here.open()
      expect(await again.transact(['counters'], 'read', (tx) => tx.get('counters', 'a'))).toBe(7)
      again.close()
    }),
  )
}
