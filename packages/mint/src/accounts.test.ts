import { expect, test } from 'vitest'
import { accountFinder } from './accounts.ts'

test('asks for an account once a second, and each time for one that is not there', async () => {
  const asked: string[] = []
  const clock = { ms: 0 }
  const row = { id: 'news', name: 'News', publicKey: 'k', keyId: 'i', createdAtMs: 1 }
  const ledger = {
    account: async (id: string) => {
      asked.push(id)
      return id === 'news' ? { ...row, publicKey: `k${asked.length}` } : undefined
    },
  }
  const find = accountFinder(ledger, () => clock.ms)
  expect((await find('news'))?.publicKey).toBe('k1')
  clock.ms = 999
  expect((await find('news'))?.publicKey).toBe('k1')
  expect([await find('nobody'), await find('nobody')]).toEqual([undefined, undefined])
  clock.ms = 1000
  expect((await find('news'))?.publicKey).toBe('k4')
  expect(asked).toEqual(['news', 'nobody', 'nobody', 'news'])
})
