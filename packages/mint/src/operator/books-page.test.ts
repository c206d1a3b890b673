import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBooks, type Books } from '../testing/payouts.ts'
import { booksPage } from './books-page.ts'
import type { Asked } from './page.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())

test('asks one thing after another: who looks at many publishers takes no connection from readers, and gets the most owed', async () => {
  const { ledger } = books.deps
  for (let index = 0; index < 210; index++) {
    const id = `press-${index}`
    await ledger.putAccount({ id, name: id, publicKey: 'k', keyId: id, createdAtMs: 1 })
  }
  let [now, most] = [0, 0]
  const counted = {
    accounts: () => ledger.accounts(),
    keysets: () => ledger.keysets(),
    balances: async (account: string) => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      const rows = await ledger.balances(account)
      now--
      return account.startsWith('publisher:')
        ? [{ account, unit: 'usd', balance: 1000 + Number(account.slice(16)) }]
        : rows
    },
  }
  const page = await booksPage({ deps: { ...books.deps, ledger: counted } } as unknown as Asked)
  expect(most).toBeLessThanOrEqual(10)
  const text = String(await page.body)
  expect([text.includes('press-209'), text.includes('press-9<'), text.includes('and 10 more')]).toEqual([
    true,
    false,
    true,
  ])
})
