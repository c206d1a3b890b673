import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { headersFor, walletSite } from './wallet.ts'

const rules = {
  rules: [
    { path: '/*', headers: { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' } },
    { path: '/assets/*', headers: { 'cache-control': 'public, max-age=31536000, immutable' } },
    { path: '/frame.html', headers: { 'Content-Security-Policy': "default-src 'none'" } },
  ],
}

describe('headersFor', () => {
  test('applies every rule that matches, later ones over earlier ones', () => {
    expect(Object.fromEntries(headersFor(rules, '/assets/a.js'))).toEqual({
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
    expect(headersFor(rules, '/frame.html').get('content-security-policy')).toBe("default-src 'none'")
    expect(headersFor(rules, '/frame.html.bak').has('content-security-policy')).toBe(false)
  })
})

describe('walletSite', () => {
  const siteDir = mkdtempSync(join(tmpdir(), 'wallet-'))
  mkdirSync(join(siteDir, 'assets'))
  writeFileSync(join(siteDir, 'index.html'), '<!doctype html>wallet')
  writeFileSync(join(siteDir, 'frame.html'), '<!doctype html>frame')
  writeFileSync(join(siteDir, 'assets/a.js'), 'export {}')
  writeFileSync(join(siteDir, 'headers.demo.json'), JSON.stringify(rules))
  const site = walletSite({ siteDir, mints: ['http://mint.localhost:4043'] })
  const get = (path: string, method = 'GET') => site(new Request(`http://wallet.localhost:4040${path}`, { method }))
  afterAll(() => rmSync(siteDir, { recursive: true }))

  test('serves files with their type and the headers of their path', async () => {
    const frame = get('/frame.html')
    expect(await frame.text()).toContain('frame')
    expect(frame.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(frame.headers.get('content-security-policy')).toBe("default-src 'none'")
    expect(get('/assets/a.js').headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await get('/').text()).toContain('wallet')
  })

  test('writes the one file that a deployment owes: which mints there are', async () => {
    const config = get('/config.js')
    expect(config.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await config.text()).toBe('export const config = {"mints":["http://mint.localhost:4043"]}\n')
  })

  test('has nothing else: no folders, no paths out, no header files, no POST', () => {
    for (const path of ['/assets', '/assets/', '/../package.json', '/%2e%2e/package.json', '/headers.demo.json', '/x'])
      expect([path, get(path).status]).toEqual([path, 404])
    expect(get('/frame.html', 'POST').status).toBe(405)
  })
})
