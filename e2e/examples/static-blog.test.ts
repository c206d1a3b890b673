import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openBlog } from '../../examples/static-blog/src/blog.ts'
import { readPosts } from '../../examples/static-blog/src/site.ts'
import { credited } from '../harness/books.ts'
import { frameOf, frameState, unlockButton } from '../harness/reader.ts'
import { byCommand } from './command.ts'
import { paywallProblems } from 'tuppence'
import { buy, expect, fitsTheScreen, screens, test, touch, type Screen } from './visitor.ts'

const anyPorts = { wallet: 0, mint: 0, till: 0 }
const slug = 'the-lamp-oil-account'
const ending = 'for the first time, a word where a figure should be'

/** A file server that is not ours and knows nothing: Python's. */
async function python(dir: string): Promise<{ port: number; close: () => Promise<void> }> {
  const port = await new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => resolve(free))
    })
  })
  const child = spawn('python3', ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', dir], {
    stdio: 'ignore',
  })
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true)
  return { port, close: async () => void child.kill() }
}

/** Every file of the site as text, whatever it is. */
const filesOf = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((name) => statSync(name).isFile())
    .map((name) => readFileSync(name, 'latin1'))

/** On the phone by its one command; at the desk from code, behind a file server that is not ours. */
async function open(screen: Screen, dataDir: string) {
  if (screen === 'phone') return byCommand('static-blog', ['--data', dataDir, '--port', '0'])
  const { url, street, close } = await openBlog({ dataDir, ports: anyPorts, serve: python })
  return { url, wallet: street.wallet, close }
}

for (const screen of Object.keys(screens) as Screen[])
  test(`static blog, ${screen}: sealed in plain files, opened by its key, and again without paying`, async ({
    dataDir,
    visit,
    closing,
  }) => {
    const blog = closing(await open(screen, dataDir))
    const dir = join(dataDir, 'dist')
    const texts = filesOf(dir)
    expect(texts.length).toBeGreaterThan(6)
    for (const post of readPosts())
      for (const run of post.sold.match(/[A-Za-z][A-Za-z ,.]{30,60}/g) ?? [])
        for (const text of texts) expect(text).not.toContain(Buffer.from(run).toString('latin1'))
    for (const name of [slug, 'counting-stairs'])
      expect(paywallProblems(readFileSync(join(dir, name, 'index.html'), 'utf8'))).toEqual([])
    const { wallet } = blog
    const reader = await visit(wallet, screen)
    const page = await reader.open(`${blog.url}/${slug}/`)
    await fitsTheScreen(page)
    const element = page.locator('tuppence-unlock')
    await expect(page.getByText(ending)).toHaveCount(0)
    await buy(wallet, element, screen)
    await expect(page.getByText(ending)).toBeVisible()
    await expect(page.locator('.fade')).toBeHidden()
    expect(credited(join(dataDir, '.tuppence', 'dev', 'mint', 'ledger.db'), 'small-lights')).toBe(5)
    await page.reload()
    await expect(page.getByText(ending)).toBeVisible()
    expect(credited(join(dataDir, '.tuppence', 'dev', 'mint', 'ledger.db'), 'small-lights')).toBe(5)
    expect(await reader.balance()).toBe(495)
  })

test('static blog: what was changed in the page changes no price, and opens nothing', async ({
  dataDir,
  visit,
  closing,
}) => {
  const blog = closing(await openBlog({ dataDir, port: 0, ports: anyPorts }))
  const { wallet, mint } = blog.street
  const reader = await visit(wallet, 'desk')
  const change = (name: string, edit: (html: string) => string): void => {
    const file = join(blog.dir, name, 'index.html')
    writeFileSync(file, edit(readFileSync(file, 'utf8')))
  }

  await test.step('a price and a title that are lies: the wallet shows the till’s', async () => {
    change(slug, (html) => html.replace('price="0.05"', 'price="0.01" offer-title="A gift"'))
    const page = await reader.open(`${blog.url}/${slug}/`)
    const frame = await frameOf(page.locator('tuppence-unlock'), wallet)
    await frameState(frame, 'priced')
    await expect(unlockButton(frame).first()).toHaveText(/5¢/)
    await page.close()
    expect(await mint.balance('small-lights')).toBe(0)
  })

  await test.step('the address of another article: its key is bought, and does not open this one', async () => {
    const cheap =
      /href="([^"]+counting-stairs)"/.exec(readFileSync(join(blog.dir, 'counting-stairs/index.html'), 'utf8'))?.[1] ??
      ''
    change(slug, (html) => html.replaceAll(/href="[^"]+the-lamp-oil-account"/g, `href="${cheap}"`))
    const page = await reader.open(`${blog.url}/${slug}/`)
    await buy(wallet, page.locator('tuppence-unlock'), 'desk')
    await expect(page.getByRole('alert')).toContainText('stays yours')
    await expect(page.getByText(ending)).toHaveCount(0)
    expect(await mint.balance('small-lights')).toBe(3)
    await page.close()
  })

  await test.step('an address that is not this publisher’s: no button, nothing is paid', async () => {
    await blog.seal()
    change(slug, (html) => html.replaceAll(/href="[^"]+the-lamp-oil-account"/g, `href="${wallet}/frame.html"`))
    const page = await reader.open(`${blog.url}/${slug}/`)
    const frame = await frameOf(page.locator('tuppence-unlock'), wallet)
    await frameState(frame, 'failed')
    await page.close()
    expect(await mint.balance('small-lights')).toBe(3)
  })

  await test.step('ciphertext that was damaged: it stays shut and says so; mended, it opens without paying again', async () => {
    await blog.seal()
    change(slug, (html) =>
      html.replace(
        /(data-tuppence-sealed="[^"]+">)(.)/,
        (_, start: string, first: string) => start + (first === 'A' ? 'B' : 'A'),
      ),
    )
    const page = await reader.open(`${blog.url}/${slug}/`)
    const frame = await frameOf(page.locator('tuppence-unlock'), wallet)
    await frameState(frame, 'priced')
    await touch(unlockButton(frame).first(), 'desk')
    await expect(page.getByRole('alert')).toContainText('does not open this article')
    await expect(page.getByText(ending)).toHaveCount(0)
    expect(await blog.seal()).toEqual(['unchanged', 'unchanged'])
    await page.reload()
    await expect(page.getByText(ending)).toBeVisible()
    expect(await mint.balance('small-lights')).toBe(8)
  })
})
