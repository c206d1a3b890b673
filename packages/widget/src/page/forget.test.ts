import { noRules, type HistoryEntry, type Purchase, type Rules } from '@tuppence/core'
import { memoryDb } from '@tuppence/core/memory'
import { atom } from 'nanostores'
import { expect, test } from 'vitest'
import { sampleWallet } from '../testing/wallet.ts'
import { forgetSite } from './forget.ts'

const till = 'https://news.example'
/** Begins like the other one, and is somebody else. */
const other = 'https://news.example.org'

test('forgets what one site sold and its rule, and nothing of a site whose name begins like it', async () => {
  const db = memoryDb()
  await db.transact(['purchases', 'history'], 'write', async (tx) => {
    for (const tillOrigin of [till, other]) {
      const url = `${tillOrigin}/read/salt`
      await tx.put('purchases', url, { url, tillOrigin } as Purchase)
      await tx.put('history', url, { id: url, kind: 'pay', url } as HistoryEntry)
    }
  })
  const $rules = atom<Rules>({
    ...noRules,
    autoMax: 10,
    sites: { [till]: { autoMax: 50 }, 'https://m.news.example': { autoMax: 5 }, [other]: { autoMax: 50 } },
  })
  const setRules = (rules: Rules) => Promise.resolve($rules.set(rules))
  const wallet = sampleWallet({ actions: { $rules, setRules, start: () => Promise.resolve() } })
  const facts = { tillOrigin: till, sites: [till, 'https://m.news.example'], unit: 'usd', purchases: [], month: 0 }
  await forgetSite(wallet, db, { ...facts, loans: [] })
  const left = await db.transact(['purchases', 'history'], 'read', async (tx) =>
    [...(await tx.list('purchases')), ...(await tx.list('history'))].map(({ key }) => key),
  )
  expect(left).toEqual([`${other}/read/salt`, `${other}/read/salt`])
  // Where it was to pay less than elsewhere, it still does.
  expect($rules.get().sites).toEqual({ 'https://m.news.example': { autoMax: 5 }, [other]: { autoMax: 50 } })
})
