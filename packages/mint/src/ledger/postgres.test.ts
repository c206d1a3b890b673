import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { hashOf, ledgerContract, pointOf } from './contract.ts'
import { openPostgresLedger } from './postgres.ts'
import type { Operation } from './port.ts'

let server: TestPostgres
let databases = 0
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
}, 30_000)

ledgerContract('a real PostgreSQL', async () => {
  const url = await server.database(`contract_${databases++}`)
  let ledger = await openPostgresLedger({ url })
  return {
    ledger: () => ledger,
    reopen: async () => {
      await ledger.close()
      ledger = await openPostgresLedger({ url })
    },
    destroy: () => ledger.close(),
  }
})

describe('two processes on one PostgreSQL', () => {
  const keyset = { number: 1, id: 'k', unit: 'usd', active: true, inputFeePpk: 0, denominations: [1], createdAtMs: 1 }
  const swap = (name: string, coins: readonly string[]): Operation => ({
    hash: hashOf(name),
    kind: 'swap',
    unit: 'usd',
    atMs: 1,
    answer: name,
    spends: coins.map((coin) => ({ keyset: 'k', y: pointOf(coin), amount: 1 })),
    promises: coins.map((coin) => ({
      keyset: 'k',
      b: pointOf(`B ${name} ${coin}`),
      amount: 1,
      c: pointOf('C'),
      e: hashOf('e'),
      s: hashOf('s'),
    })),
    entries: [],
  })
  const fund = (count: number): Operation => ({
    ...swap('fund', []),
    kind: 'mint',
    promises: Array.from({ length: count }, (_, index) => ({
      keyset: 'k',
      b: pointOf(`fund ${index}`),
      amount: 1,
      c: pointOf('C'),
      e: hashOf('e'),
      s: hashOf('s'),
    })),
    entries: [{ account: 'paid-in:test', amount: -count }],
  })

  test('start at once on an empty database, and never both have a coin, however their requests overlap', async () => {
    const url = await server.database('two')
    const ledgers = await Promise.all([openPostgresLedger({ url }), openPostgresLedger({ url })])
    const [a, b] = ledgers as [(typeof ledgers)[0], (typeof ledgers)[0]]
    await a.addKeyset(keyset)
    expect(new Set([await a.nextEpoch(), await b.nextEpoch()]).size).toBe(2)
    await a.commit([fund(200)])
    // Chains {1,2} {2,3} {3,4} ... from both ends at once: whoever waits for another in a circle would be stopped.
    const wins = new Map<string, number>()
    for (let round = 0; round < 5; round++) {
      const coin = (index: number) => `coin ${round} ${index % 20}`
      const batch = (who: string) =>
        Array.from({ length: 20 }, (_, index) => swap(`${who} ${round} ${index}`, [coin(index), coin(index + 1)]))
      const outcomes = await Promise.all([a.commit(batch('a')), b.commit(batch('b').toReversed())])
      for (const outcome of outcomes.flat()) {
        expect(outcome.status === 'committed' || (outcome.status === 'refused' && outcome.code === 'coins-spent')).toBe(
          true,
        )
        if (outcome.status === 'committed') {
          const [, r, index] = outcome.answer.split(' ').map(Number) as [number, number, number]
          for (const name of [index, index + 1].map((each) => `coin ${r} ${each % 20}`)) {
            wins.set(name, (wins.get(name) ?? 0) + 1)
          }
        }
      }
    }
    expect(new Set(wins.values())).toEqual(new Set([1]))
    const { entries, balances, spent } = await a.totals()
    expect(balances).toEqual(entries)
    expect(spent[0]?.amount).toBe(wins.size)
    await Promise.all([a.close(), b.close()])
  })

  test('never pay out together what only one of them may, however their requests overlap', async () => {
    const url = await server.database('owed')
    const [a, b] = [await openPostgresLedger({ url }), await openPostgresLedger({ url })]
    await Promise.all([a.nextEpoch(), b.nextEpoch()])
    await a.putAccount({ id: 'x', name: 'X', publicKey: 'k', keyId: 'i', createdAtMs: 1 })
    const move = (name: string, from: string, to: string): Operation => ({
      ...swap(name, []),
      kind: 'payout',
      promises: [],
      entries: [
        { account: from, amount: -1 },
        { account: to, amount: 1 },
      ],
    })
    let paid = 0
    for (let round = 0; round < 20; round++) {
      await a.commit([move(`in ${round}`, 'paid-in:test', 'publisher:x')])
      const both = await Promise.all(
        [a, b, a, b, a, b].map((each, who) =>
          each.commit([move(`out ${round} ${who}`, 'publisher:x', 'paying-out:x')]),
        ),
      )
      paid += both.flat().filter(({ status }) => status === 'committed').length
    }
    expect(paid).toBe(20)
    expect(await a.balances('publisher:x')).toMatchObject([{ balance: 0 }])
    await Promise.all([a.close(), b.close()])
  })

  test('give the first answer to the same request sent to both', async () => {
    const url = await server.database('same')
    const [a, b] = [await openPostgresLedger({ url }), await openPostgresLedger({ url })]
    await a.addKeyset(keyset)
    await a.commit([fund(100)])
    for (let round = 0; round < 10; round++) {
      const request = swap(`same ${round}`, [`c ${round}`])
      const [one, two] = await Promise.all([
        a.commit([{ ...request, answer: 'from a' }]),
        b.commit([{ ...request, answer: 'from b' }]),
      ])
      expect([one[0]?.status, two[0]?.status].toSorted()).toEqual(['committed', 'repeated'])
      expect((one[0] as { answer: string }).answer).toBe((two[0] as { answer: string }).answer)
    }
    await Promise.all([a.close(), b.close()])
  })

  test('refuses text that PostgreSQL cannot keep without harm to the rest of a batch', async () => {
    const url = await server.database('nul')
    const ledger = await openPostgresLedger({ url })
    await ledger.addKeyset(keyset)
    await ledger.commit([fund(10)])
    const request = swap('nul', ['x'])
    const spends = request.spends.map((coin) => ({ ...coin, witness: 'a\u0000b' }))
    expect(await ledger.commit([{ ...request, spends }])).toEqual([{ status: 'committed', answer: 'nul' }])
    expect(await ledger.coinStates([pointOf('x')])).toEqual([{ state: 'SPENT', witness: 'a\u0000b' }])
    await expect(ledger.commit([{ ...swap('bad', ['y']), answer: '\u0000' }])).rejects.toMatchObject({
      code: 'internal',
    })
    await ledger.close()
  })
})
