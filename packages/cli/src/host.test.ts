import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addPublisher, serveHost } from './host.ts'
import { listOffers, putOffer, readPublisher } from './publisher.ts'

let root: string
let file: string
let origin: string
const adminToken = 'an-operators-token-of-some-length'

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tuppence-host-'))
  file = join(root, 'host.json')
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => resolve(free))
    })
  })
  origin = `http://till.localhost:${port}`
  write({})
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (more: object): void =>
  writeFileSync(
    file,
    JSON.stringify({ origin, mint: { url: 'https://mint.example' }, dataDir: 'data', adminToken, ...more }),
  )

test('an operator adds two publishers; each has an id, a secret and a page, and nothing of the other', async () => {
  const host = await serveHost(file, { port: Number(new URL(origin).port) })
  const one = await addPublisher(file, { id: 'one', sites: ['https://one.example'] })
  const two = await addPublisher(file, { id: 'two', sites: [] })
  expect(one.page).toBe(`${origin}/p/one/manage`)
  expect(one.publicKey).not.toBe(two.publicKey)
  const access = { till: origin, publisher: 'one', secret: one.secret }
  const content = { contentType: 'text/html', body: 'x' }
  expect(await putOffer(access, 'a', { kind: 'article', title: 'A', price: '0.05', content })).toBe(`${origin}/p/one/a`)
  expect((await readPublisher(access))['sites']).toEqual(['https://one.example'])
  expect(await listOffers({ till: origin, publisher: 'two', secret: two.secret })).toEqual([])
  await expect(listOffers({ ...access, publisher: 'two' })).rejects.toThrow('refuses the secret of publisher two')
  expect((await fetch(one.page.replace('till.localhost', '127.0.0.1'))).status).toBe(200)
  await expect(addPublisher(file, { id: 'one', sites: [] })).rejects.toThrow('id: is taken')
  await expect(addPublisher(file, { id: 'No good', sites: [] })).rejects.toThrow('id: must be 1 to 32 of a-z 0-9 -')
  write({ adminToken: 'another-token-of-some-length' })
  await expect(addPublisher(file, { id: 'three', sites: [] })).rejects.toThrow(origin)
  await host.close()
  await expect(addPublisher(file, { id: 'three', sites: [] })).rejects.toThrow('the till does not answer')
})

test.each([
  [502, 'answers 502'],
  [200, 'is it a till?'],
])('what answers %i in a till’s place is named, not read', async (status, message) => {
  const server = createHttpServer((_, response) => response.writeHead(status).end('<h1>Hello</h1>'))
  await new Promise<void>((resolve) => server.listen(Number(new URL(origin).port), '127.0.0.1', resolve))
  await expect(addPublisher(file, { id: 'one', sites: [] })).rejects.toThrow(message)
  server.close()
})

test.each([
  [{ prize: 1 }, 'prize: unknown field'],
  [{ mint: undefined }, 'mint: is missing'],
  [{ origin: 'http://till.example' }, 'origin: must be https, but for loopback names'],
  [{ adminToken: 'short' }, 'adminToken: must be 24 to 256 printable characters'],
])('a configuration with %j is refused by its field', async (more, message) => {
  write(more)
  await expect(serveHost(file, { port: 0 })).rejects.toThrow(`${file}:${message}`)
})
