import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminMounts } from '../admin-mounts.ts'
import { createAdmin } from '../admin.ts'
import { openBooks, plainPayouts, type Books } from '../testing/payouts.ts'
import type { Deps } from '../deps.ts'
import { releasePayout } from './decide.ts'
import { destinationOf } from './destination.ts'
import { payoutMount } from './mount.ts'

const token = 'a token of the operator, long enough'
const debtor = { name: 'Mint', iban: 'DE89370400440532013000' }
let books: Books
let admin: ReturnType<typeof createAdmin>
beforeAll(async () => {
  books = await openBooks({ payout: { ...plainPayouts, bankFile: { enabled: true, units: ['usd'], debtor } } })
  admin = createAdmin({ token, ...adminMounts(books.deps) })
  await books.deps.ledger.putAccount({ id: 'press', name: 'Press', publicKey: 'k', keyId: 'i', createdAtMs: 1 })
  await books.deposit('press', 2500)
})
afterAll(() => books.close())

const ask = async (path: string, body?: unknown, authorization = `Bearer ${token}`) => {
  const init =
    body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }
  const answer = await admin(new Request(`http://admin${path}`, { ...init, headers: { authorization } }))
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}
const read = async <T>(path: string, body?: unknown) => JSON.parse((await ask(path, body)).text) as T

test('a month of payouts, from the destination to what the bank did', async () => {
  const iban = 'DE02120300000000202051'
  const to = { account: 'press', by: 'anna', method: 'bank-file', details: { name: 'Press', iban } }
  expect(await read('/destinations', to)).toMatchObject({ label: 'DE02 … 2051' })
  const { planned } = await read<{ planned: { payout: string }[] }>('/payouts/plan', { by: 'anna' })
  const id = planned[0]?.payout ?? ''
  await releasePayout(books.deps.office.db, id, books.clock.ms)
  const hold = { payout: id, person: 'bert', reason: 'wait' }
  expect(await read('/payouts/hold', hold)).toEqual({ held: true })
  expect(await read('/payouts/send', {})).toMatchObject({ underWay: 0 })
  await releasePayout(books.deps.office.db, id, books.clock.ms)
  expect(await read('/payouts/send', {})).toEqual({ paid: 0, failed: 0, held: 0, underWay: 1 })
  const { files } = await read<{ files: { id: string; total: number }[] }>('/payouts/files')
  expect(files).toMatchObject([{ payments: 1, total: 2500 }])
  const xml = await ask(`/payouts/file?id=${files[0]?.id ?? ''}`)
  expect(xml).toMatchObject({ status: 200, type: 'application/xml' })
  expect(xml.text).toContain(`<IBAN>${iban}</IBAN>`)
  expect((await ask(`/payouts/file?id=${files[0]?.id ?? ''}&format=csv`)).text).toContain(`${iban},,25.00,USD`)
  const said = {
    person: 'anna',
    payouts: [
      { payout: id, outcome: 'paid', reference: 'bank 1' },
      { payout: 'po-none', outcome: 'paid' },
    ],
  }
  expect(await read('/payouts/confirm', said)).toMatchObject({
    confirmed: [{ status: 'done' }, { status: 'not-found' }],
  })
  expect(await read('/payouts?account=press')).toMatchObject({ payouts: [{ id, state: 'paid', external: 'bank 1' }] })
  expect(await read('/payouts/hold', hold)).toEqual({ held: false })
  const csv = await ask('/statement?account=press&format=csv')
  expect(csv.type).toContain('text/csv')
  expect(csv.text).toContain(`payout,${id},1,-25.00`)
})

test('a name is one of a person: not what the mint itself goes by, nor another spelling of who may not approve it', async () => {
  const iban = 'DE02120300000000202051'
  const to = { account: 'press', method: 'bank-file', details: { name: 'Press', iban } }
  for (const by of ['account', 'chore', 'cli', 'Account']) {
    expect((await ask('/destinations', { ...to, by })).status).toBe(400)
    expect((await ask('/payouts/plan', { by })).status).toBe(400)
  }
  await ask('/destinations', { ...to, details: { name: 'Press & Co', iban }, by: 'Anna' })
  expect(await destinationOf(books.deps, 'press')).toMatchObject({ changed_by: 'anna' })
  const people = [{ id: 'anna', name: 'Anna', credential: '' }]
  const config = { ...books.deps.config, admin: { ...books.deps.config.admin, people } } as Deps['config']
  const withPeople = createAdmin({ token, machines: [payoutMount({ ...books.deps, config })], pages: [] })
  const plan = async (by: string) => {
    const init = { method: 'POST', body: JSON.stringify({ by }), headers: { authorization: `Bearer ${token}` } }
    return (await withPeople(new Request('http://admin/payouts/plan', init))).status
  }
  expect([await plan('ghost'), await plan('anna')]).toEqual([400, 200])
})

test('changes of a destination at one moment come one after the other, and the same one is there once', async () => {
  const iban = 'DE02120300000000202051'
  const number = async () => (await destinationOf(books.deps, 'press'))?.number ?? 0
  const change = async (name: string) =>
    (await ask('/destinations', { account: 'press', by: 'anna', method: 'bank-file', details: { name, iban } })).status
  const before = await number()
  expect(await Promise.all(['One', 'Two', 'Three'].map(change))).toEqual([200, 200, 200])
  expect(await number()).toBe(before + 3)
  expect(await Promise.all(['Four', 'Four'].map(change))).toEqual([200, 200])
  expect(await number()).toBe(before + 4)
})

test('is for who has the token, and takes nothing else', async () => {
  for (const path of ['/payouts', '/payouts/files', '/statement?account=press'])
    expect((await ask(path, undefined, 'Bearer x')).status).toBe(401)
  expect((await ask('/payouts/plan', 'not json')).status).toBe(400)
  expect((await ask('/payouts/plan', {})).status).toBe(400)
  expect((await ask('/payouts/confirm', { person: 'anna', payouts: [{ payout: 'x', outcome: 'maybe' }] })).status).toBe(
    400,
  )
  expect(
    (
      await ask('/destinations', {
        account: 'press',
        by: 'anna',
        method: 'bank-file',
        details: { name: 'x', iban: 'x' },
      })
    ).status,
  ).toBe(400)
  expect((await ask('/payouts/file?id=../../etc/passwd')).status).toBe(404)
  expect((await ask('/statement?account=nobody')).status).toBe(404)
  expect((await ask('/statement?account=press&month=1')).status).toBe(400)
})
