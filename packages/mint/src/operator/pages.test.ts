import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freeze, freezeOf } from '../payout/freeze.ts'
import { startTestMint, type TestMint } from '../testing/mint.ts'
import { heldPayout } from '../testing/payout.ts'
import { credentialOf } from './people.ts'
import { sessionLife } from './session.ts'

const token = 'operator-token-of-32-characters!'
const passphrases = { ada: 'ada has a long passphrase', bo: 'bo has another passphrase' }
let mint: TestMint
let number = 1

beforeAll(async () => {
  const people = await Promise.all(
    (['ada', 'bo'] as const).map(async (id) => ({
      id,
      name: id === 'ada' ? 'Ada' : 'Bo <script>alert(1)</script>',
      credential: await credentialOf(passphrases[id], 14),
    })),
  )
  mint = await startTestMint({ admin: { port: 0, token, people } })
}, 30_000)
afterAll(() => mint.close())

const origin = () => `http://127.0.0.1:${mint.served.adminPort}`

function send(
  path: string,
  init: { cookie?: string; form?: Record<string, string>; headers?: Record<string, string> } = {},
) {
  return fetch(origin() + path, {
    redirect: 'manual',
    method: init.form === undefined ? 'GET' : 'POST',
    headers: {
      ...(init.cookie === undefined ? {} : { cookie: init.cookie }),
      ...(init.form === undefined ? {} : { origin: origin(), 'sec-fetch-site': 'same-origin' }),
      ...init.headers,
    },
    ...(init.form === undefined ? {} : { body: new URLSearchParams(init.form) }),
  })
}

const enter = (id: string, passphrase: string) => send('/operator/enter', { form: { id, passphrase } })

async function signIn(id: 'ada' | 'bo'): Promise<string> {
  // Nobody signs in as often as tests do.
  mint.clock.offsetMs += 20_000
  const entered = await enter(id, passphrases[id])
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/operator'])
  return (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

async function put(change: Parameters<typeof heldPayout>[0] = {}) {
  const row = heldPayout({ number: number++, ...change })
  await mint.served.deps.office.db.insertInto('payouts').values(row).execute()
  return row.id
}

const stateOf = async (id: string) =>
  (await mint.served.deps.office.db.selectFrom('payouts').select('state').where('id', '=', id).executeTakeFirst())
    ?.state

/** Says something on a payout's page, with what that page has in its form. */
async function say(id: string, cookie: string, verdict: string, change: Record<string, string> = {}, desk = 'payouts') {
  const page = await (await send(`/operator/${desk}/${id}`, { cookie })).text()
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
  const form = { token: field('token'), seen: field('seen'), note: '', verdict, ...change }
  mint.clock.offsetMs += 1000
  const answer = await send(`/operator/${desk}/${id}`, { cookie, form })
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
}

describe('the operator’s pages', () => {
  test('are for who signs in: nothing is shown, done or told before', async () => {
    const id = await put()
    for (const path of ['/operator', '/operator/log', `/operator/payouts/${id}`, '/operator/nothing']) {
      const page = await send(path)
      expect(page.status).toBe(path === '/operator' ? 200 : 403)
      expect(await page.text()).not.toContain('daily-news')
    }
    expect((await send('/')).headers.get('location')).toBe('/operator')
    // The machines' token is no person's, and a person's session no machine's.
    expect((await send(`/operator/payouts/${id}`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403)
    const cookie = await signIn('ada')
    expect((await send('/metrics', { cookie })).status).toBe(401)
    const page = await send('/operator', { cookie })
    const text = await page.text()
    expect(text).toContain('daily-news, 2026-11')
    expect(text).toContain('The first payout of this publisher.')

    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[\w-]{22}'; .*frame-ancestors 'none'/)
    expect(text).toContain(`<style nonce="${/nonce-([\w-]+)/.exec(policy)?.[1]}">`)
    expect(text).not.toContain('<script')
    expect(page.headers.get('cache-control')).toBe('no-store')
    await mint.served.deps.office.db.updateTable('payouts').set({ state: 'failed' }).where('id', '=', id).execute()
  })

  test('keep the session in a cookie that nobody else sees, end it, and tell no wrong person from an unknown one', async () => {
    const entered = await enter('bo', passphrases.bo)
    expect(entered.headers.get('set-cookie')).toMatch(
      /^tuppence-operator=[\w-]{43}; Path=\/operator; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    )
    const [wrong, unknown] = [await enter('bo', passphrases.ada), await enter('eve', passphrases.ada)]
    expect([wrong.status, unknown.status]).toEqual([403, 403])
    expect(wrong.headers.get('set-cookie')).toBeNull()
    const plain = (text: string) => text.replaceAll(/nonce="[^"]+"/g, '')
    expect(plain(await wrong.text())).toBe(plain(await unknown.text()))

    const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const page = await (await send('/operator', { cookie })).text()
    expect(page).toContain('Bo &lt;script&gt;')
    const formToken = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    expect((await send('/operator/leave', { cookie, form: { token: formToken } })).status).toBe(303)
    expect((await send('/operator/log', { cookie })).status).toBe(403)

    const other = await signIn('bo')
    expect((await send('/operator/log', { cookie: other })).status).toBe(200)
    mint.clock.offsetMs += sessionLife.idleMs + 1000
    expect((await send('/operator/log', { cookie: other })).status).toBe(403)
    expect(mint.log.join('')).not.toContain('passphrase')
  })

  test('take five tries a minute for one person', async () => {
    mint.clock.offsetMs += 61_000
    const statuses = []
    for (let index = 0; index < 6; index++) statuses.push((await enter('ada', 'guess')).status)
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429])
    expect((await enter('ada', passphrases.ada)).status).toBe(429)
    expect((await enter('bo', passphrases.bo)).status).toBe(303)
    mint.clock.offsetMs += 61_000
  })

  test('take forms from their own pages alone', async () => {
    const cookie = await signIn('ada')
    const id = await put()
    const foreign = { cookie, form: { verdict: 'reject', note: 'gotcha', seen: '', token: 'x' } }
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'content-type': 'text/plain' },
    ] as Record<string, string>[])
      expect((await send(`/operator/payouts/${id}`, { ...foreign, headers })).status).toBeGreaterThanOrEqual(400)
    expect((await say(id, cookie, 'approve', { token: 'x' })).status).toBe(403)
    expect((await say(id, cookie, 'note', { note: 'x'.repeat(20_000) })).status).toBe(413)
    expect((await say(id, cookie, 'delete')).status).toBe(400)
    expect(await stateOf(id)).toBe('held')
    expect((await send('/operator/payouts/nothing', { cookie })).status).toBe(404)
    await mint.served.deps.office.db.updateTable('payouts').set({ state: 'failed' }).where('id', '=', id).execute()
  })

  test('let a payout that needs two people go by two, and never by one twice', async () => {
    const [ada, bo] = [await signIn('ada'), await signIn('bo')]
    const id = await put({ people_needed: 2, amount: 250_000 })
    expect(await say(id, ada, 'approve', { note: 'I know them' })).toMatchObject({
      status: 303,
      location: `/operator/payouts/${id}?said=recorded`,
    })
    expect(await stateOf(id)).toBe('held')
    expect(await say(id, ada, 'approve')).toMatchObject({
      status: 409,
      text: expect.stringContaining('It takes another person'),
    })
    const seen = await (await send(`/operator/payouts/${id}`, { cookie: bo })).text()
    expect(seen).toMatch(/1 of 2 people have\s+approved: Ada/)
    expect((await say(id, bo, 'approve')).location).toContain('said=approved')
    expect(await stateOf(id)).toBe('approved')
    expect((await say(id, bo, 'reject', { note: 'no' })).status).toBe(409)
    expect(await stateOf(id)).toBe('approved')
    const log = await (await send('/operator/log', { cookie: bo })).text()
    expect(log).toContain('I know them')
    expect(log).not.toContain('<script>alert')
  })

  test('let nobody approve what they planned, or where they changed the destination, or what has changed', async () => {
    const ada = await signIn('ada')
    const planned = await put({ planned_by: 'ada' })
    expect((await say(planned, ada, 'approve')).text).toContain('you planned it')
    const changed = await put({ destination_changed_by: 'ada' })
    expect((await say(changed, ada, 'approve')).text).toContain('you changed where it goes')
    const blocked = await put({
      findings: JSON.stringify([
        { rule: 'circularity', action: 'block', mode: 'enforce', reason: 'A ring.', figures: {} },
      ]),
    })
    expect((await say(blocked, ada, 'approve')).text).toContain('nobody can approve it')
    const stale = await put()
    const { seen } = await mint.served.deps.office.db
      .selectFrom('payouts')
      .select('reason as seen')
      .executeTakeFirstOrThrow()
    expect((await say(stale, ada, 'approve', { seen })).text).toContain('another than you had before you')
    for (const id of [planned, changed, blocked, stale]) expect(await stateOf(id)).toBe('held')
    expect((await say(changed, ada, 'reject')).text).toContain('say why')
    expect((await say(changed, ada, 'reject', { note: 'a <b>mistake</b>' })).location).toContain('said=rejected')
    expect(await stateOf(changed)).toBe('failed')
    expect(await (await send(`/operator/payouts/${changed}`, { cookie: ada })).text()).toContain('a &lt;b&gt;mistake')
  })

  test('let a person say what became of a payout that nobody knows about', async () => {
    const ada = await signIn('ada')
    const id = await put({
      state: 'unknown',
      needs_person: 1,
      findings: '[]',
      reason: 'It says both.',
      booked_at_ms: 1,
      method: 'stripe-connect',
    })
    expect(await (await send('/operator', { cookie: ada })).text()).toContain('what became of it?')
    expect((await say(id, ada, 'paid')).text).toContain('say how you know')
    expect((await say(id, ada, 'approve')).status).toBe(409)
    expect(await stateOf(id)).toBe('unknown')
  })

  test('stop all payouts until two people say that the books are right', async () => {
    const [ada, bo] = [await signIn('ada'), await signIn('bo')]
    const { db } = mint.served.deps.office
    await freeze(db, { account: '*', reason: 'The books differ by $3.00.', nowMs: 1 })
    const { id } = await db.selectFrom('payout_freezes').select('id').executeTakeFirstOrThrow()
    expect(await (await send('/operator', { cookie: ada })).text()).toContain('All payouts are stopped')
    expect((await say(id, ada, 'reject', { note: 'no' }, 'stops')).status).toBe(409)
    expect((await say(id, ada, 'approve', {}, 'stops')).location).toContain('said=recorded')
    expect((await say(id, ada, 'approve', {}, 'stops')).status).toBe(409)
    expect(await freezeOf(db, 'daily-news')).toBeDefined()
    expect((await say(id, bo, 'approve', {}, 'stops')).location).toContain('said=approved')
    expect(await freezeOf(db, 'daily-news')).toBeUndefined()
  })

  test('show top-ups that wait for somebody, and have the processor asked again', async () => {
    const ada = await signIn('ada')
    const { db } = mint.served.deps.office
    const order = {
      id: 'o1',
      quote: 'q',
      unit: 'usd',
      amount: 1000,
      state: 'held',
      reason: 'funding-held',
      note: 'Paid 900.',
    } as const
    const none = { session: 'cs_1', intent: 'pi_1', instrument: null, address: null, due_at_ms: null }
    const times = { created_at_ms: 1, updated_at_ms: 1, expires_at_ms: 1 }
    await db
      .insertInto('card_orders')
      .values({ ...order, ...none, ...times, captured: 900, returned: 0, credited: 0 })
      .execute()
    const event = {
      id: 'evt_1',
      type: 'charge.dispute.created',
      received_at_ms: Date.now(),
      handled_at_ms: 1,
      outcome: 'booked',
    }
    await db.insertInto('card_events').values(event).execute()
    const held = await (await send('/operator', { cookie: ada })).text()
    for (const text of ['Paid 900.', 'Disputes', 'booked']) expect(held).toContain(text)
    expect((await say('o1', ada, 'again', {}, 'cards')).text).toContain('say what you found')
    expect((await say('o1', ada, 'approve', {}, 'cards')).status).toBe(409)
    expect((await say('o1', ada, 'again', { note: 'Stripe says 1,000 now' }, 'cards')).location).toContain('said=done')
    const { state } = await db.selectFrom('card_orders').select('state').executeTakeFirstOrThrow()
    expect(state).toBe('open')
    expect(await (await send('/operator/log', { cookie: ada })).text()).toContain('Stripe says 1,000 now')
  })

  test('let a person say whose a bank transfer is, and credit nothing to a reference that is none', async () => {
    const bo = await signIn('bo')
    const { db } = mint.served.deps.office
    const line = {
      id: 'ab12',
      booked_on: '2026-11-20',
      amount: 1000,
      currency: 'usd',
      text: 'thanks!',
      state: 'unknown',
    } as const
    const none = { instrument: null, reference: null, note: null, decided_by: null, imported_at_ms: 1 }
    await db
      .insertInto('transfer_lines')
      .values({ ...line, ...none })
      .execute()
    const stateNow = async () => (await db.selectFrom('transfer_lines').select('state').executeTakeFirstOrThrow()).state
    expect(await (await send('/operator', { cookie: bo })).text()).toContain('thanks!')
    expect((await say('ab12', bo, 'assign', { note: 'They called' }, 'transfers')).text).toContain(
      'say which reference',
    )
    const wrong = await say('ab12', bo, 'assign', { note: 'They called', value: 'NO-SUCH' }, 'transfers')
    expect([wrong.status, wrong.text]).toEqual([409, expect.stringContaining('there is no top-up of that reference')])
    expect(await stateNow()).toBe('unknown')
    expect((await say('ab12', bo, 'dismiss', { note: 'Sent back by the bank' }, 'transfers')).status).toBe(303)
    expect(await stateNow()).toBe('dismissed')
    expect((await say('ab12', bo, 'dismiss', { note: 'again' }, 'transfers')).status).toBe(409)
  })

  test('give out a publisher’s statement, to who is signed in', async () => {
    const path = '/operator/statements/daily-news?month=2026-10&unit=usd&format=csv'
    expect((await send(path)).status).toBe(403)
    const file = await send(path, { cookie: await signIn('bo') })
    expect([file.status, file.headers.get('content-disposition')]).toEqual([
      200,
      'attachment; filename="daily-news-2026-10.csv"',
    ])
    expect(await file.text()).toContain('closing')
    expect((await send('/operator/statements/nobody?month=2026-10', { cookie: await signIn('ada') })).status).toBe(404)
  })

  test('show costs, books and rules', async () => {
    const cookie = await signIn('bo')
    expect(await (await send('/operator/costs', { cookie })).text()).toContain('6.25 %')
    const books = await (await send('/operator/books', { cookie })).text()
    for (const text of ['Owed to readers', 'circularity', 'Owed to publishers']) expect(books).toContain(text)
  })
})
