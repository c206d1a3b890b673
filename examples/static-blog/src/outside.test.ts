import { createDecipheriv } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getEncodedToken, PaymentRequest, Wallet } from '@cashu/cashu-ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBlog, type Blog } from './blog.ts'

// A reader who has nothing of ours: a Cashu wallet by NUT-24, and node:crypto, by docs/publishing.md alone.

let dataDir: string
let blog: Blog
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'blog-'))
  blog = await openBlog({ dataDir, port: 0, ports: { wallet: 0, mint: 0, till: 0 } })
})
afterEach(async () => {
  await blog.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('an outside wallet buys the key of a sealed article, and opens it with AES-256-GCM', async () => {
  const html = readFileSync(join(blog.dir, 'the-lamp-oil-account/index.html'), 'utf8')
  const [, offer = ''] = /<tuppence-unlock[^>]* href="([^"]+)"/.exec(html) ?? []
  const [, label = '', text = ''] = /data-tuppence-sealed="([^"]+)">([^<]+)</.exec(html) ?? []
  const local = offer.replace('till.localhost', '127.0.0.1')
  const asked = PaymentRequest.fromEncodedRequest((await fetch(local)).headers.get('x-cashu') ?? '')
  const [amount, unit, mint] = [Number(asked.amount), asked.unit ?? '', asked.mints?.[0] ?? '']
  expect([amount, unit, mint]).toEqual([5, 'usd', blog.street.mint.url])

  const wallet = new Wallet(blog.street.mint.internalUrl, { unit })
  await wallet.loadMint()
  const quote = await wallet.createMintQuote('test', { amount, unit })
  await fetch(`${blog.street.mint.internalUrl}/v1/test/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ quote: quote.quote }),
  })
  const proofs = await wallet.mintProofs('test', amount, quote)
  const token = getEncodedToken({ mint, unit, proofs }, { removeDleq: true })
  const bought = (await (await fetch(local, { headers: { 'x-cashu': token } })).json()) as {
    keys: Record<string, string>
  }
  expect(await blog.street.mint.balance('small-lights')).toBe(5)

  const [, version, keyId = '', nonce = ''] = label.split('.')
  const bytes = Buffer.from(text, 'base64')
  const open = createDecipheriv(
    'aes-256-gcm',
    Buffer.from(bought.keys[keyId] ?? '', 'base64url'),
    Buffer.from(nonce, 'base64url'),
  )
  open.setAAD(Buffer.from(`tuppence-sealed-1\n${offer}\n${version}`)).setAuthTag(bytes.subarray(-16))
  const article = Buffer.concat([open.update(bytes.subarray(0, -16)), open.final()]).toString()
  expect(article).toContain('for the first time, a word where a figure should be')
  expect(html).not.toContain('a word where a figure should be')
})
