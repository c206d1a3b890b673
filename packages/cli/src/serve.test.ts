import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, createServer, type InlineConfig } from 'vite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig, readDraft } from './config.ts'
import { initialise } from './init.ts'
import { serveDev, serveTill } from './serve.ts'
import { openOwnTill, openStreet } from './street/index.ts'
import { tuppence } from './vite.ts'

// What keeps running, and what vite does with the plugin: against real tills and mints.

let root: string
let closing: { close: () => Promise<unknown> }[]
const anyPorts = { wallet: 0, mint: 0, till: 0 }
const sold = 'These words are for sale, and nobody who did not pay can have read them.'
const page = `<!doctype html>\n<html lang="en"><head><title>Salt</title></head><body><h1>Salt</h1>\n<tuppence-unlock price="0.05" sealed><p>${sold}</p></tuppence-unlock>\n</body></html>\n`
const later = <T extends { close: () => Promise<unknown> }>(opened: T): T => {
  closing.push(opened)
  return opened
}
const local = (url: string): string => url.replace(/\/\/\w+\.localhost/, '//127.0.0.1')
const config = (): string => join(root, 'tuppence.json')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tuppence-serve-'))
  closing = []
})
afterEach(async () => {
  for (const opened of closing.toReversed()) await opened.close()
  rmSync(root, { recursive: true, force: true })
})

describe('tuppence dev', () => {
  test('serves a sealed copy under the base of the site, and leaves the site as it was', async () => {
    await initialise({ root, publisher: 'me' })
    writeFileSync(config(), JSON.stringify({ publisher: 'me', base: '/blog/' }))
    mkdirSync(join(root, 'dist'))
    writeFileSync(join(root, 'dist/salt.html'), page)
    const dev = later(await serveDev(readDraft(config()), { port: 0, ports: anyPorts }))
    expect(new URL(dev.url).pathname).toBe('/blog/')
    const html = await (await fetch(local(`${dev.url}salt.html`))).text()
    expect(html).not.toContain(sold)
    expect(html).toContain('src="/blog/tuppence-unseal.js"')
    expect((await fetch(local(`${dev.url}tuppence-unseal.js`))).status).toBe(200)
    expect(readFileSync(join(root, 'dist/salt.html'), 'utf8')).toBe(page)
    const offer = /href="([^"]+)"/.exec(html)?.[1] ?? ''
    expect((await fetch(local(offer))).status).toBe(402)
    expect((await fetch(`${dev.wallet.replace('wallet.localhost', '127.0.0.1')}/frame.html`)).status).toBe(200)
    // Keys of a street are no keys of the site.
    expect((await fetch(local(`${dev.url}.tuppence/seal.secret`))).status).toBe(404)
    expect(await dev.balance()).toBe(0)
  })
})

describe('tuppence till', () => {
  test('is a till of its own, with the account that the mint must know', async () => {
    const street = later(await openStreet({ dataDir: join(root, 'street'), ports: anyPorts }))
    const settings = {
      sites: ['https://blog.example'],
      wallet: 'https://wallet.example',
      till: 'http://till.localhost:4999',
      publisher: 'me',
    }
    await initialise({ root, publisher: 'me' })
    writeFileSync(config(), JSON.stringify(settings))
    await expect(serveTill(readConfig(config()), { port: 0 })).rejects.toThrow(
      'mint: is missing: the mint that your account is at',
    )
    writeFileSync(config(), JSON.stringify({ ...settings, mint: street.mint.url }))
    const till = await serveTill(readConfig(config()), { port: 0 })
    const { publicKey } = till.account
    await till.close()
    expect(publicKey).toMatch(/^[\w-]{43}$/)
    const again = later(await serveTill(readConfig(config()), { port: 0 }))
    expect([again.account.publicKey, again.access.secret]).toEqual([publicKey, till.access.secret])
  })
})

describe('the vite plugin', () => {
  test('seals a build; a mistake fails it, and nothing of the text is left in dist', async () => {
    const street = later(await openStreet({ dataDir: join(root, 'street'), ports: anyPorts }))
    const till = later(
      await openOwnTill({
        port: 0,
        mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
        dataDir: join(root, 'till'),
        secretFile: join(root, '.tuppence/publisher.secret'),
        publisher: 'me',
        sites: ['https://blog.example'],
        register: street.mint.addAccount,
        log: () => {},
      }),
    )
    await initialise({
      root,
      publisher: 'me',
      sites: ['https://blog.example'],
      wallet: 'https://wallet.example',
      till: till.access.till,
    })
    writeFileSync(join(root, 'index.html'), page)
    const options: InlineConfig = { root, configFile: false, logLevel: 'silent', plugins: [tuppence()] }
    await build({ ...options, base: '/blog/' })
    const html = readFileSync(join(root, 'dist/index.html'), 'utf8')
    expect(html).not.toContain(sold)
    expect(html).toContain('data-tuppence-sealed="1.1.')
    expect(html).toContain('src="/blog/tuppence-unseal.js"')
    writeFileSync(join(root, 'index.html'), page.replace('"0.05"', '"free"'))
    await expect(build(options)).rejects.toThrow('price="free" is no price in usd')
    expect(existsSync(join(root, 'dist/index.html'))).toBe(false)
  })

  test('seals pages in development, with a street of its own', async () => {
    await initialise({ root, publisher: 'me' })
    writeFileSync(join(root, 'index.html'), page)
    const server = await createServer({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [tuppence({ ports: anyPorts })],
      server: { port: 0, host: '127.0.0.1' },
    })
    later(server)
    await server.listen()
    const url = server.resolvedUrls?.local[0] ?? ''
    const html = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
    expect(html).not.toContain(sold)
    const offer = /<tuppence-unlock[^>]* href="([^"]+)"/.exec(html)?.[1] ?? ''
    const asked = await fetch(local(offer))
    expect(asked.status).toBe(402)
    expect(await (await fetch(`${url}tuppence-unseal.js`)).text()).toContain('tuppence:success')
  })
})
