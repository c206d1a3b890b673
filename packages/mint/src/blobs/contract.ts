// The suite that every store of blobs must pass; blobs.test.ts runs it on a real file and a real PostgreSQL.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Blobs } from './port.ts'

const key = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const bounds = { nowSeconds: 100, charsMax: 20 }
const blob = (version: number, data = 'data', expires = 200) => ({ version, data, expires })

/** Runs the suite. @param make - A new, empty store. */
export function blobsContract(name: string, make: () => Promise<Blobs>): void {
  describe(`blobs in ${name}`, () => {
    let blobs: Blobs
    beforeEach(async () => {
      blobs = await make()
    })
    afterEach(() => blobs.close())

    test('keeps what was written last, by key', async () => {
      expect(await blobs.read(key, 100)).toBeUndefined()
      expect(await blobs.write(key, blob(1), bounds)).toEqual({ status: 'stored' })
      expect(await blobs.write(other, blob(1, 'other'), bounds)).toEqual({ status: 'stored' })
      expect(await blobs.write(key, blob(2, 'later'), bounds)).toEqual({ status: 'stored' })
      expect(await blobs.read(key, 100)).toEqual(blob(2, 'later'))
      expect(await blobs.read(other, 100)).toEqual(blob(1, 'other'))
    })

    test('takes the next version only, and the same again', async () => {
      expect(await blobs.write(key, blob(2), bounds)).toEqual({ status: 'conflict', version: 0 })
      await blobs.write(key, blob(1), bounds)
      expect(await blobs.write(key, blob(1), bounds)).toEqual({ status: 'stored' })
      expect(await blobs.write(key, blob(1, 'another'), bounds)).toEqual({ status: 'conflict', version: 1 })
      expect(await blobs.write(key, blob(3), bounds)).toEqual({ status: 'conflict', version: 1 })
    })

    test('lets one of many that write the same version at once win', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, index) => blobs.write(key, blob(1, `mine${index}`), bounds)),
      )
      expect(outcomes.filter(({ status }) => status === 'stored')).toHaveLength(1)
    })

    test('forgets what has expired, and starts its versions again', async () => {
      await blobs.write(key, blob(1, 'x'.repeat(15), 110), bounds)
      expect(await blobs.read(key, 110)).toBeUndefined()
      expect(await blobs.write(key, blob(2), { ...bounds, nowSeconds: 110 })).toEqual({
        status: 'conflict',
        version: 0,
      })
      expect(await blobs.write(other, blob(1, 'x'.repeat(15)), bounds)).toEqual({ status: 'full' })
      await blobs.sweep(110)
      expect(await blobs.write(other, blob(1, 'x'.repeat(15)), bounds)).toEqual({ status: 'stored' })
    })

    test('holds no more in all than it may, but lets a blob shrink', async () => {
      await blobs.write(key, blob(1, 'x'.repeat(20)), bounds)
      expect(await blobs.write(other, blob(1, 'y'), bounds)).toEqual({ status: 'full' })
      expect(await blobs.write(key, blob(2, 'x'.repeat(21)), bounds)).toEqual({ status: 'full' })
      expect(await blobs.write(key, blob(2, 'x'), bounds)).toEqual({ status: 'stored' })
      expect(await blobs.write(other, blob(1, 'y'.repeat(19)), bounds)).toEqual({ status: 'stored' })
    })
  })
}
