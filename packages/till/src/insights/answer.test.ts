import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTill, type Till } from '../app.ts'
import { parseConfig } from '../config.ts'
import { memoryJournal } from '../journal/sqlite.ts'
import { receivedPayment } from '../journal/contract.ts'
import { createHostedTill, type HostedTill } from '../hosted/hosted.ts'

const origin = 'http://news.localhost:4041'
const adminToken = 'a-token-of-more-than-24-characters'
const hostile = '<img src=x onerror=alert(1)>'
const nowMs = (): number => Date.UTC(2026, 10, 22, 12)
// Nobody is there: nothing here needs a mint.
const mint = { url: 'http://127.0.0.1:9' }
const offer = { id: 'salt', kind: 'article' as const, path: '/read/salt', title: hostile, price: '0.05' }

let dir: string
let till: Till
let host: HostedTill
const secrets: Record<string, string> = {}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'till-insights-page-'))
  const journal = memoryJournal()
  for (let reader = 0; reader < 25; reader += 1) {
    const thumbprint = `reader-${reader}`
    const reference = `payment ${reader}`
    const atMs = nowMs() - 36 * 3_600_000
    await journal.receive(
      receivedPayment({ reference, reader: { thumbprint, publicKey: thumbprint }, receivedAtMs: atMs }),
    )
    await journal.deposited(reference, { receipt: 'r', atMs })
  }
  const content = async () => ({ contentType: 'text/plain', body: '' })
  till = await createTill({
    config: { origin, account: 'news', mint, dataDir: join(dir, 'till'), offers: [offer], insights: { adminToken } },
    content,
    journal,
    nowMs,
    log: () => {},
  })
  host = await createHostedTill({ config: { origin, mint, dataDir: join(dir, 'host') }, nowMs, log: () => {} })
  for (const id of ['daily', 'weekly']) secrets[id] = (await host.publishers.add({ id })).secret
})
afterAll(async () => {
  await till.close()
  await host.close()
  rmSync(dir, { recursive: true })
})

const bearer = { authorization: `Bearer ${adminToken}` }
const ask = async (path: string, init: RequestInit = {}, at: Pick<Till, 'handle'> = till): Promise<Response> => {
  const answer = await at.handle(new Request(origin + path, init))
  return answer ?? new Response(null, { status: 404 })
}
const form = (fields: Record<string, string>, from = origin): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers: { origin: from, 'content-type': 'application/x-www-form-urlencoded' },
})

describe('a till’s insights', () => {
  test('are shown to who has the token, and to nobody else', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'tuppence-insights=9999999999999.AAAA' }]) {
      const page = await ask('/insights', { headers })
      expect(page.status).toBe(401)
      expect(await page.text()).not.toContain('salt')
      expect((await ask('/insights/data.json', { headers })).status).toBe(401)
      expect((await ask('/insights/data.csv', { headers })).status).toBe(401)
    }
    const answer = await ask('/insights/data.json', { headers: bearer })
    expect(((await answer.json()) as { offers: unknown[] }).offers).toMatchObject([
      { id: 'salt', sold: 25, amount: 125 },
    ])
    const csv = await ask('/insights/data.csv?table=offers', { headers: bearer })
    expect([csv.headers.get('content-disposition'), await csv.text()]).toEqual([
      'attachment; filename="insights-offers.csv"',
      expect.stringContaining(`salt,${hostile},article,25,1.25`),
    ])
  })

  test('open by a form that leaves a cookie for the page alone', async () => {
    expect((await ask('/insights', form({ action: 'enter', token: 'wrong' }))).status).toBe(403)
    expect((await ask('/insights', form({ action: 'enter', token: adminToken }, 'https://evil.example'))).status).toBe(
      403,
    )
    const entered = await ask('/insights', form({ action: 'enter', token: adminToken }))
    const cookie = entered.headers.get('set-cookie') ?? ''
    expect([entered.status, cookie]).toEqual([
      303,
      expect.stringMatching(/; Path=\/insights; Max-Age=3600; HttpOnly; SameSite=Strict$/),
    ])
    expect(cookie).not.toContain(adminToken)
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    expect((await ask('/insights', { headers })).status).toBe(200)
    const [value = ''] = headers.cookie.split('.')
    expect((await ask('/insights', { headers: { cookie: headers.cookie.replace(value, `${value}0`) } })).status).toBe(
      401,
    )
  })

  test('come as a page with no text of anybody’s making in its markup, under a policy without exceptions', async () => {
    const page = await ask('/insights', { headers: bearer })
    const html = await page.text()
    expect(html).not.toContain(hostile)
    // Whoever names the sum has seen no price: such sales are without a view.
    expect(html).toContain('of 0; tips count as sold')
    expect(html).toContain('&#60;img src=x')
    expect(html).not.toMatch(/<script(?![^>]* src=)|<[^>]*\s(?:on\w+|style)=/)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(page.headers.get('cache-control')).toBe('no-store')
    const files = [...html.matchAll(/(?:src|href)="(\/insights\/[^"]+\.(?:js|css)\?v=[^"]+)"/g)].map(
      ([, url]) => url as string,
    )
    expect(files).toHaveLength(2)
    for (const url of files) {
      const file = await ask(url)
      expect([file.status, (await file.text()).length > 500]).toEqual([200, true])
    }
    expect((await ask('/insights/constructor', { headers: bearer })).status).toBe(404)
    expect((await ask('/insightsx', { headers: bearer })).status).toBe(404)
  })

  test('say what is wrong with a range, and take nothing but GET', async () => {
    const bad = await ask('/insights/data.json?from=tomorrow', { headers: bearer })
    expect([bad.status, ((await bad.json()) as { code: string }).code]).toEqual([400, 'bad-request'])
    expect((await ask('/insights/data.json', { method: 'PUT', headers: bearer })).status).toBe(405)
    const head = await ask('/insights', { method: 'HEAD', headers: bearer })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('have no offer in their way', () => {
    const config = { origin, account: 'n', mint, dataDir: 'd', insights: { adminToken } }
    expect(() => parseConfig({ ...config, offers: [{ ...offer, path: '/insights/x' }] })).toThrow(/where insights are/)
  })
})

describe('a hosted publisher’s insights', () => {
  const enter = async (id: string): Promise<string> => {
    const entered = await ask(`/p/${id}/manage`, form({ action: 'enter', secret: secrets[id] ?? '' }), host)
    return entered.headers.get('set-cookie')?.split(';')[0] ?? ''
  }

  test('are behind the publisher’s own sign-in, and nobody else’s', async () => {
    const [daily, weekly] = [await enter('daily'), await enter('weekly')]
    const page = (id: string, cookie: string, rest = '') =>
      ask(`/p/${id}/manage/insights${rest}`, { headers: { cookie } }, host)
    expect((await page('daily', daily)).status).toBe(200)
    expect(await (await page('daily', daily)).text()).toContain('/p/daily/manage/insights/insights.js')
    expect((await page('daily', daily, '/data.json')).status).toBe(200)
    for (const rest of ['', '/data.json', '/data.csv']) {
      expect((await page('daily', weekly, rest)).status).toBe(401)
      expect((await page('daily', '', rest)).status).toBe(401)
    }
  })

  test('can be had by the secret, and by no other publisher’s', async () => {
    const api = (id: string, secret: string) =>
      ask(
        `/v1/publishers/${id}/insights?from=2026-11-01&to=2026-11-20`,
        { headers: { authorization: `Bearer ${secret}` } },
        host,
      )
    const own = await api('daily', secrets['daily'] ?? '')
    expect(await own.json()).toMatchObject({ from: '2026-11-01', to: '2026-11-20', offers: [] })
    expect((await api('daily', secrets['weekly'] ?? '')).status).toBe(401)
  })

  test('have a group size that no publisher changes', async () => {
    const headers = { authorization: `Bearer ${secrets['daily']}` }
    const put = await ask(
      '/v1/publishers/daily/settings',
      { method: 'PUT', headers, body: '{"insights":{"groupMin":1}}' },
      host,
    )
    expect(put.status).toBe(400)
  })
})
