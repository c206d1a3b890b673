import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openArticle, parseSealedKeys } from '@tuppence/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig, type Settings } from '../config.ts'
import { isMistake } from '../problem.ts'
import type { PutOffer } from '../publisher.ts'
import { addSecret, parseSecrets } from './keys.ts'
import { paywallProblems } from './paywall.ts'
import { sealSite, unsealSite } from './site.ts'

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Blog</title></head>
<body>
<h1>Leaf mould</h1>
<tuppence-unlock class="prose" price="0.05" sealed>
  <p slot="teaser">Leaves fall.</p>
  <p>Heap them in a corner, wet them, and wait for two winters: that is all there is to it.</p>
  <p>Then it is black &amp; crumbly, and the seedlings in it never damp off as they do in peat.</p>
</tuppence-unlock>
<footer>Plot 27</footer>
</body>
</html>
`
const secretWords = ['wait for two winters', 'seedlings in it never']

let root: string
let settings: Settings
let secrets = parseSecrets(addSecret(''), 'test')
let offers: Map<string, PutOffer>
const put = async (id: string, offer: PutOffer): Promise<string> => {
  offers.set(id, offer)
  return `${settings.till}/p/${settings.publisher}/${id}`
}
const write = (name: string, text: string): void => {
  mkdirSync(join(root, 'dist', name, '..'), { recursive: true })
  writeFileSync(join(root, 'dist', name), text)
}
const read = (name: string): string => readFileSync(join(root, 'dist', name), 'utf8')
const seal = (input: { copies?: 'allow' } = {}) => sealSite({ settings, secrets, put, ...input })
const site = (): string =>
  readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(root, 'dist', name)).isFile())
    .map(read)
    .join('\n')
const mistake = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((reason: unknown) => reason)
  if (!isMistake(error)) throw error
  return error.message
}
const template = (html: string) => /<template data-tuppence-sealed="([^"]+)">([^<]+)<\/template>/.exec(html) ?? []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tuppence-seal-'))
  const file = join(root, 'tuppence.json')
  const config = {
    sites: ['https://blog.example', 'https://www.blog.example'],
    wallet: 'https://wallet.example',
    till: 'https://till.example',
    publisher: 'plot-27',
  }
  writeFileSync(file, JSON.stringify(config))
  settings = readConfig(file)
  secrets = parseSecrets(addSecret(''), 'test')
  offers = new Map()
  write('posts/leaf-mould/index.html', page)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('sealing a site', () => {
  test('leaves teaser, link, ciphertext, and no word of what is sold in any file', async () => {
    write('about.html', '<p>About us</p>')
    const { articles, pages } = await seal()
    expect({ pages, ids: articles.map(({ id }) => id) }).toEqual({ pages: 1, ids: ['posts-leaf-mould'] })
    const html = read('posts/leaf-mould/index.html')
    const url = 'https://till.example/p/plot-27/posts-leaf-mould'
    for (const words of secretWords) expect(site()).not.toContain(words)
    expect(html).toContain('<p slot="teaser">Leaves fall.</p>')
    expect(html).toContain(`<a href="${url}" slot="">Read the rest for 5¢</a>`)
    expect(html).toContain(`class="prose tuppence-wall" price="0.05" href="${url}" currency="usd"`)
    expect(html).toContain('<script type="module" src="https://wallet.example/tuppence.js"></script>')
    expect(html).toContain('<script type="module" src="/tuppence-unseal.js"></script>')
    expect(html.endsWith('<footer>Plot 27</footer>\n</body>\n</html>\n')).toBe(true)
    expect(read('about.html')).toBe('<p>About us</p>')
    expect(read('tuppence-unseal.js')).toContain('tuppence-unseal-open.js')
    expect(site()).not.toContain(Buffer.from(secrets[0]).toString('hex'))
  })

  test.each(['dist', 'dist/deep/.tuppence'])(
    'refuses to publish the secrets with it: they are in %s',
    async (folder) => {
      settings = { ...settings, folder: join(root, folder) }
      expect(await mistake(seal())).toBe(
        `${join(root, 'dist')}: is published, and has your secrets in it: build the site into a folder of its own`,
      )
      expect([offers.size, read('posts/leaf-mould/index.html')]).toEqual([0, page])
    },
  )

  test('names offers by any path that a file can have', async () => {
    for (const name of ['100%.html', 'Salt%20tax/index.html', 'salt & sea.html'])
      write(name, page.replaceAll('Leaf mould', name))
    const { articles } = await seal()
    expect(articles.map(({ id }) => id).sort()).toEqual(['100', 'posts-leaf-mould', 'salt-sea', 'salt-tax'])
  })

  test('gives the till a key that opens it, and nothing but its own', async () => {
    write('posts/salt.html', page.replaceAll('Leaf mould', 'Salt'))
    await seal()
    const [, label = '', text = ''] = template(read('posts/leaf-mould/index.html'))
    const sold = offers.get('posts-leaf-mould')
    expect(sold).toMatchObject({ kind: 'article', title: 'Leaf mould', price: '0.05', sites: settings.sites })
    expect(sold?.content?.contentType).toBe('application/tuppence-key+json')
    const offer = 'https://till.example/p/plot-27/posts-leaf-mould'
    const opened = await openArticle({ label, text, offer }, parseSealedKeys(sold?.content?.body ?? ''))
    expect(opened.status === 'open' && opened.html).toContain('Then it is black &amp; crumbly')
    const foreign = parseSealedKeys(offers.get('posts-salt')?.content?.body ?? '')
    expect(await openArticle({ label, text, offer }, foreign)).toEqual({ status: 'no-key' })
  })

  test('is marked as Google asks for: a page without structured data, and one with its own', async () => {
    const own = {
      '@context': 'https://schema.org',
      '@graph': [{ '@type': 'WebSite' }, { '@type': 'NewsArticle', headline: 'x', hasPart: [{ '@type': 'Thing' }] }],
    }
    write(
      'own.html',
      page.replace('</head>', `<script type="application/ld+json">${JSON.stringify(own)}</script></head>`),
    )
    await seal()
    for (const name of ['own.html', 'posts/leaf-mould/index.html']) expect(paywallProblems(read(name))).toEqual([])
    expect(read('own.html').match(/application\/ld\+json/g)?.length).toBe(1)
    expect(read('own.html')).toContain('"hasPart":[{"@type":"Thing"},{')
    expect(read('posts/leaf-mould/index.html')).toContain('"mainEntityOfPage":"https://blog.example/posts/leaf-mould/"')
  })

  test('twice is as good as once, and what is unchanged keeps its bytes', async () => {
    await seal()
    const first = read('posts/leaf-mould/index.html')
    expect((await seal()).written).toEqual([])
    expect(read('posts/leaf-mould/index.html')).toBe(first)
    // Built anew, as every deployment does.
    write('posts/leaf-mould/index.html', page)
    expect((await seal()).articles[0]?.was).toBe('unchanged')
    expect(read('posts/leaf-mould/index.html')).toBe(first)
  })

  test('a changed text gets a fresh nonce and the next version, under the same key', async () => {
    await seal()
    const [, before = '', ciphertext] = template(read('posts/leaf-mould/index.html'))
    write('posts/leaf-mould/index.html', page.replace('two winters', 'three winters'))
    expect((await seal()).articles[0]?.was).toBe('changed')
    const [, after = '', changed] = template(read('posts/leaf-mould/index.html'))
    const [old, now] = [before.split('.'), after.split('.')]
    expect([old[1], now[1]]).toEqual(['1', '2'])
    expect(now[2]).toBe(old[2])
    expect(now[3]).not.toBe(old[3])
    expect(changed).not.toBe(ciphertext)
    // Back to the first text: it was sealed under a nonce of its own then, and is under another now.
    write('posts/leaf-mould/index.html', page)
    await seal()
    expect(template(read('posts/leaf-mould/index.html'))[1]?.split('.')[1]).toBe('3')
    expect(template(read('posts/leaf-mould/index.html'))[1]).not.toContain(old[3])
  })

  test('rotating seals what is sealed already under new keys; old pages still open, the old key does not open the new', async () => {
    await seal()
    const [, label = '', text = ''] = template(read('posts/leaf-mould/index.html'))
    const oldKeys = parseSealedKeys(offers.get('posts-leaf-mould')?.content?.body ?? '')
    secrets = parseSecrets(addSecret(secrets.map((secret) => Buffer.from(secret).toString('hex')).join('\n')), 'test')
    await seal()
    const [, newLabel = '', newText = ''] = template(read('posts/leaf-mould/index.html'))
    const offer = 'https://till.example/p/plot-27/posts-leaf-mould'
    const keys = parseSealedKeys(offers.get('posts-leaf-mould')?.content?.body ?? '')
    expect((await openArticle({ label, text, offer }, keys)).status).toBe('open')
    expect((await openArticle({ label: newLabel, text: newText, offer }, keys)).status).toBe('open')
    expect(await openArticle({ label: newLabel, text: newText, offer }, oldKeys)).toEqual({ status: 'no-key' })
    expect(newLabel.split('.')[2]).not.toBe(label.split('.')[2])
  })

  test('its author gets the text back, and sealing that again changes nothing', async () => {
    await seal()
    const sealed = read('posts/leaf-mould/index.html')
    cpSync(join(root, 'dist'), join(root, 'copy'), { recursive: true })
    expect(await unsealSite(settings, secrets)).toEqual(['posts/leaf-mould/index.html'])
    const plain = read('posts/leaf-mould/index.html')
    for (const words of secretWords) expect(plain).toContain(words)
    expect(plain).toContain(' sealed>')
    await seal()
    expect(read('posts/leaf-mould/index.html').length).toBeLessThan(sealed.length + 10)
    expect((await seal()).written).toEqual([])
    const strangers = parseSecrets(addSecret(''), 'other')
    expect(await mistake(unsealSite(settings, strangers))).toBe(
      'posts/leaf-mould/index.html:9: is sealed with a key that these secrets do not make',
    )
  })

  test('two hundred articles, searched for in a feed of a megabyte, take no time to speak of', async () => {
    const words = (seed: number): string =>
      Array.from({ length: 400 }, (_, index) => `w${seed}x${(index * 104_729) % 9_973}`).join(' ')
    for (let article = 0; article < 200; article++)
      write(
        `many/${article}.html`,
        `<h1>${article}</h1><tuppence-unlock price="0.01" sealed><p>${words(article)}</p></tuppence-unlock>`,
      )
    write('feed.xml', Array.from({ length: 400 }, (_, index) => `<item>${words(1_000 + index)}</item>`).join('\n'))
    const startedMs = performance.now()
    expect((await seal()).articles.length).toBe(201)
    // About a second on a slow machine; comparing each with each would be minutes.
    expect(performance.now() - startedMs).toBeLessThan(20_000)
  })

  test('the link is in the language of the page, or the author’s own', async () => {
    write('de.html', page.replace('lang="en"', 'lang="de-CH"'))
    write('own.html', page.replace('<p slot="teaser">', '<a slot="" href="/buy">Mine</a><p slot="teaser">'))
    await seal()
    expect(read('de.html')).toMatch(/ slot="">Den Rest lesen für 0,05\s\$<\/a>/)
    expect(read('own.html')).toContain('<a slot="" href="/buy">Mine</a>')
    expect(read('own.html')).not.toContain('Read the rest')
  })

  test('two articles in a page are two offers', async () => {
    const two = page.replace(
      '<footer>',
      '<tuppence-unlock price="0.10" sealed><p>And a second one, about the compost that wants air.</p></tuppence-unlock><footer>',
    )
    write('posts/leaf-mould/index.html', two)
    expect((await seal()).articles.map(({ id, price }) => [id, price])).toEqual([
      ['posts-leaf-mould', '0.05'],
      ['posts-leaf-mould-2', '0.10'],
    ])
  })
})

describe('mistakes', () => {
  const at = 'posts/leaf-mould/index.html:6: '
  test.each([
    ['no price', (html: string) => html.replace(' price="0.05"', ''), `${at}has no price: write price="0.05"`],
    ...['-1', '0', '0.001', '1e3', '5¢', '99999999999', '1,50', ''].map(
      (price) =>
        [
          `price "${price}"`,
          (html: string) => html.replace('"0.05"', `"${price}"`),
          `${at}price="${price}" is no price in usd: decimal text above zero, such as "0.05"`,
        ] as const,
    ),
    [
      'no end',
      (html: string) => html.replace('</tuppence-unlock>', ''),
      `${at}<tuppence-unlock sealed> is not closed where it was opened: no </tuppence-unlock> in the same element`,
    ],
    [
      'nothing to seal',
      (html: string) => html.replace(/<p>.*<\/p>\n/g, ''),
      `${at}has nothing to seal: all that is in it has a slot`,
    ],
    [
      'a bad id',
      (html: string) => html.replace('sealed>', 'sealed offer="Ä b">'),
      `${at}offer "Ä b" is no id: 1 to 64 of a-z 0-9 . _ - (set the attribute offer)`,
    ],
    [
      'no title',
      (html: string) => html.replace(/<(h1|title)>.*<\/\1>/g, '<p></p>'),
      `${at}has no title: the page has no <h1> and no <title>; write offer-title="..."`,
    ],
    [
      'one in another',
      (html: string) => html.replace('<p>Heap', '<tuppence-unlock price="1" sealed></tuppence-unlock><p>Heap'),
      `${at}<tuppence-unlock> in a <tuppence-unlock>: one article at a time`,
    ],
    [
      'structured data that is none',
      (html: string) => html.replace('</head>', '<script type="application/ld+json">{</script></head>'),
      'posts/leaf-mould/index.html:3: the structured data (application/ld+json) is no JSON',
    ],
  ] as const)('%s: names file and line, and writes and sells nothing', async (_name, spoil, message) => {
    const html = spoil(page)
    write('posts/leaf-mould/index.html', html)
    write('a.html', page.replaceAll('Leaf mould', 'Another'))
    expect(await mistake(seal())).toBe(message)
    expect(read('posts/leaf-mould/index.html')).toBe(html)
    expect(offers.size).toBe(0)
    expect(read('a.html')).toContain(secretWords[0])
  })

  test('two pages with one offer', async () => {
    write('a.html', page.replace('sealed>', 'sealed offer="one">'))
    write('b.html', page.replace('sealed>', 'sealed offer="one">'))
    expect(await mistake(seal({ copies: 'allow' }))).toContain('b.html:6: offer "one" is sold by a.html:6 too')
  })

  test.each([
    [
      'feed.xml',
      '<rss>\n<item><description>&lt;p&gt;Heap them in a corner, wet them, and wait for two winters: that is all there is to it.&lt;/p&gt;</description></item></rss>',
      2,
    ],
    [
      'search.json',
      '[{"t":"Then it is black \\u0026 crumbly, and the seedlings in it never damp off as they do in peat."}]',
      1,
    ],
    [
      'assets/app.js',
      'export default `\n\nHeap them in a corner, wet them,\n and wait for two winters: that is all`',
      3,
    ],
    [
      'index.html',
      '<p>1</p>\n<p>Heap them in a corner, wet them, and wait for two winters: that is all there is to it.</p>',
      2,
    ],
  ])('a copy of the text in %s is found', async (name, text, line) => {
    write(name, text)
    const said = await mistake(seal())
    expect(said).toMatch(
      new RegExp(`^${name}:${line}: has text that posts/leaf-mould/index.html sells \\("(Heap|Then)`),
    )
    expect(read('posts/leaf-mould/index.html')).toBe(page)
    await seal({ copies: 'allow' })
  })

  test('a till that sells it elsewhere, or refuses it, leaves the pages as they are', async () => {
    await expect(sealSite({ settings, secrets, put: async () => 'https://till.example/p/other/x' })).rejects.toThrow(
      'posts/leaf-mould/index.html:6: the till sells it at https://till.example/p/other/x',
    )
    expect(read('posts/leaf-mould/index.html')).toBe(page)
  })

  test('a page whose ciphertext or address was changed by hand', async () => {
    await seal()
    const sealed = read('posts/leaf-mould/index.html')
    const [, label = '', text = ''] = template(sealed)
    const line = sealed.slice(0, sealed.indexOf('<tuppence-unlock')).split('\n').length
    write(
      'posts/leaf-mould/index.html',
      sealed.replace(text, `A${text.slice(1)}` === text ? `B${text.slice(1)}` : `A${text.slice(1)}`),
    )
    expect(await mistake(seal())).toBe(
      `posts/leaf-mould/index.html:${line}: is sealed, but its text, label and address do not belong together`,
    )
    write('posts/leaf-mould/index.html', sealed.replace(label, '1.1'))
    expect(await mistake(seal())).toContain('data-tuppence-sealed="1.1" is no label of a sealed article')
  })
})
