import { dirname } from 'node:path'
import { rmSync } from 'node:fs'
import { canonicalJson } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { depositHeaders } from '../testing/account.ts'
import {
  accountId,
  activeKeyset,
  depositCoins,
  draft,
  refundCoins,
  startTestMint,
  topUp,
  type TestMint,
} from '../testing/mint.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { payoutFacts, payoutFindings } from './collect.ts'
import { dayMs, dayOf } from './facts.ts'
import { addUpIncome } from './income.ts'
import { findingsNow, fraudMount, watchAccounts } from './watch.ts'
import { forgetTopUps, noteTopUp, topUpFacts, topUpFindings } from './top-ups.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
}, 30_000)

const places = [
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await server.database('fraud_facts') })],
] as const

describe.each(places)('what is known on %s', (_name, place) => {
  let mint: TestMint
  beforeAll(async () => {
    mint = await startTestMint(await place())
  }, 30_000)
  afterAll(() => mint.close())

  let references = 0
  const deposited = async (amounts: number[]): Promise<string> => {
    const reference = (references++).toString(16).padStart(64, '0')
    expect((await depositCoins(mint, await topUp(mint, amounts), { reference })).status).toBe(200)
    return reference
  }
  const nowMs = () => Date.now() + mint.clock.offsetMs

  test('sums of deposits by day, amount and keyset, with what was given back', async () => {
    const old = await topUp(mint, [8, 2])
    const first = await deposited([4, 1])
    await mint.served.keyring.rotate('usd')
    mint.clock.offsetMs += dayMs
    expect((await depositCoins(mint, old, { reference: 'f'.repeat(64) })).status).toBe(200)
    await deposited([4, 1])
    expect((await refundCoins(mint, draft(await activeKeyset(mint), [4, 1]), first)).status).toBe(200)
    // What is a moment old is not read yet.
    mint.clock.offsetMs += 120_000
    const proposal = { account: accountId, unit: 'usd', amount: 15 }
    const facts = await payoutFacts(mint.served.deps, proposal, nowMs())
    const today = dayOf(nowMs())
    expect(facts.income).toEqual([
      {
        dayMs: today - dayMs,
        amount: 5,
        count: 1,
        fresh: 5,
        refunded: 0,
        refundCount: 0,
        sizes: [{ amount: 5, count: 1 }],
      },
      {
        dayMs: today,
        amount: 15,
        count: 2,
        fresh: 5,
        refunded: 5,
        refundCount: 1,
        sizes: expect.arrayContaining([
          { amount: 10, count: 1 },
          { amount: 5, count: 1 },
        ]),
      },
    ])
    expect(facts).toMatchObject({ openedAtMs: today - dayMs, paid: [], topUpsByDestination: { count: 0, amount: 0 } })
    await Promise.all([1, 2, 3].map(() => addUpIncome(mint.served.deps, nowMs())))
    expect((await payoutFacts(mint.served.deps, proposal, nowMs())).income).toEqual(facts.income)
    expect((await payoutFindings(mint.served.deps, proposal, nowMs())).map(({ rule }) => rule)).toEqual(['payout-size'])
  })

  test('reports by a signed request: of a day that is over, the last one counts', async () => {
    const path = `/v1/accounts/${accountId}/report`
    const report = async (fields: object, isSigned: 'signed' | 'unsigned' = 'signed') => {
      const sums = { unit: 'usd', views: 7, unlocks: 2, tips: { count: 0, amount: 0, atMax: 0 }, prices: [5] }
      const body = canonicalJson({ ...sums, ...fields })
      return mint.post(
        path,
        body,
        isSigned === 'signed' ? await depositHeaders(body, { path, createdMs: nowMs() }) : {},
      )
    }
    const day = (ago: number) => new Date(nowMs() - ago * dayMs).toISOString().slice(0, 10)
    expect((await report({ day: day(1) })).status).toBe(200)
    expect((await report({ day: day(1), views: 9 })).status).toBe(200)
    for (const wrong of [{ day: day(0) }, { day: day(30) }, { day: 'soon' }, { day: day(1), views: -1 }])
      expect((await report(wrong)).status).toBe(400)
    expect((await report({ day: day(1) }, 'unsigned')).status).toBe(401)
    const { reports } = await payoutFacts(mint.served.deps, { account: accountId, unit: 'usd', amount: 1 }, nowMs())
    expect(reports).toEqual([
      { dayMs: dayOf(nowMs() - dayMs), views: 9, unlocks: 2, tips: 0, tipsAmount: 0, tipsAtMax: 0, prices: [5] },
    ])
  })

  test('top-ups by instrument, and by an address that is nobody the next day', async () => {
    const { deps: own } = mint.served
    const note = { unit: 'usd', method: 'card', amount: 1500, instrument: 'stripe:a', address: '203.0.113.9' } as const
    for (const _ of [1, 2]) await noteTopUp(own, { ...note, id: 'one', outcome: 'paid' }, nowMs())
    await noteTopUp(own, { ...note, id: 'one', outcome: 'withdrawn', amount: 500 }, nowMs())
    for (const other of ['b', 'c'])
      await noteTopUp(own, { ...note, id: other, instrument: `stripe:${other}`, outcome: 'declined' }, nowMs())
    const facts = await topUpFacts(own, note, nowMs())
    expect(facts.movements.map(({ amount }) => amount).toSorted()).toEqual([-500, 1500])
    expect(facts.address).toEqual({ otherInstruments: 2, declinesMs: [expect.any(Number), expect.any(Number)] })
    expect((await topUpFindings(own, note, nowMs())).map(({ rule }) => rule)).toEqual(['velocity'])
    expect(JSON.stringify(await own.office.db.selectFrom('fraud_top_ups').selectAll().execute())).not.toContain('203.0')
    const tomorrow = nowMs() + dayMs
    await forgetTopUps(own, tomorrow)
    expect((await topUpFacts(own, note, tomorrow)).address).toEqual({ otherInstruments: 0, declinesMs: [] })
    const rows = await own.office.db.selectFrom('fraud_top_ups').select(['address', 'instrument']).execute()
    expect(rows.map(({ address }) => address)).toEqual([null, null, null, null])
    const { topUpsByDestination } = await payoutFacts(
      own,
      { account: accountId, unit: 'usd', amount: 1, destinationFingerprint: 'stripe:a' },
      nowMs(),
    )
    expect(topUpsByDestination).toEqual({ count: 1, amount: 1500 })
  })

  test('what the rules say of accounts before they are paid, since when, and no more once it is over', async () => {
    const { deps: own } = mint.served
    await deposited([256, 256, 256])
    mint.clock.offsetMs += 120_000
    await watchAccounts(own)
    const [first] = await findingsNow(own)
    expect(first).toMatchObject({ account: accountId, rule: 'payout-size', action: 'review', mode: 'enforce' })
    expect(first?.owed).toBeGreaterThan(700)
    mint.clock.offsetMs += dayMs
    await watchAccounts(own)
    expect(await findingsNow(own)).toMatchObject([{ rule: 'payout-size', first_at_ms: first?.first_at_ms }])
    const answer = await fraudMount(own)(new Request('http://mint/fraud/findings'), '/fraud/findings')
    expect(await answer?.json()).toMatchObject({ findings: [{ figures: { amount: first?.owed } }] })
    await own.office.db
      .insertInto('fraud_paid')
      .values({ sequence: 1, account: accountId, unit: 'usd', amount: 700, at_ms: nowMs() })
      .execute()
    await watchAccounts(own)
    expect(await findingsNow(own)).toEqual([])
  })
})
