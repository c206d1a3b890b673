// What a till shows to those who have not paid: challenges, teasers, pages without JavaScript, structured data.
import { parseChallenges } from '@tuppence/protocol'
import { article, articles } from './harness/articles.ts'
import { makeProfile, openBrowser, removeProfile } from './harness/browser.ts'
import { expect, lockedArticle, test } from './harness/fixtures.ts'

/** Node does not resolve names under localhost; Host is not looked at. */
const reachable = (url: string) => url.replace(/\/\/\w+\.localhost/, '//127.0.0.1')

test('every article of the newspaper is locked: its page has a teaser and its href answers 402', async ({ house }) => {
  const { news } = house.urls
  const all = articles()
  expect(all.length).toBeGreaterThanOrEqual(8)
  for (const { slug, price, locked } of all) {
    const html = await (await fetch(reachable(`${news}/articles/${slug}`))).text()
    const [, href = ''] = /<tuppence-unlock[^>]*\bhref="([^"]+)"/.exec(html) ?? []
    expect(href, slug).not.toBe('')
    const response = await fetch(reachable(new URL(href, news).href))
    const body = await response.text()
    expect(response.status, slug).toBe(402)
    expect(response.headers.get('cache-control')).toContain('no-store')
    const [challenge] = parseChallenges(response.headers.get('www-authenticate') ?? '')
    expect(challenge).toMatchObject({
      method: 'cashu',
      intent: 'charge',
      request: { amount: String(price), currency: 'usd' },
    })
    expect(response.headers.get('x-cashu')).toMatch(/^creqA/)
    for (const words of locked) {
      expect(html, slug).not.toContain(words)
      expect(body, slug).not.toContain(words)
    }
    expect(html).toContain('"isAccessibleForFree"')
    expect(html).toMatch(/<script type="application\/ld\+json">/)
  }
})

test('no script of the demo has locked text in it', async ({ house }) => {
  const { news, wallet } = house.urls
  const page = await (await fetch(reachable(`${news}/articles/${lockedArticle}`))).text()
  const scripts = [...page.matchAll(/<script[^>]+src="([^"]+)"/g)].map(([, src = '']) => new URL(src, news).href)
  for (const url of [...scripts, `${wallet}/tuppence.js`]) {
    const text = await (await fetch(reachable(url))).text()
    for (const { locked } of articles()) for (const words of locked) expect(text).not.toContain(words)
  }
})

test('a locked address opened by itself shows a page with the teaser and the button', async ({ reader, house }) => {
  const { news, wallet } = house.urls
  const page = await reader.open(`${news}/read/${lockedArticle}`)
  await expect(page.getByRole('heading', { name: article(lockedArticle).headline })).toBeVisible()
  await expect(page.locator('tuppence-unlock')).toBeVisible()
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith(`${wallet}/frame.html`))).toBe(true)
  const html = await page.content()
  expect(html).toMatch(/noindex/)
  for (const words of article(lockedArticle).locked) expect(html).not.toContain(words)
})

test('without JavaScript there is the teaser, a plain link, and a sentence that says why', async ({
  house,
  thirdPartyCookies,
}) => {
  const profile = makeProfile(thirdPartyCookies)
  const context = await openBrowser(profile, { javaScriptEnabled: false })
  try {
    const page = await context.newPage()
    await page.goto(`${house.urls.news}/articles/${lockedArticle}`)
    const link = page.locator(`tuppence-unlock a[href="/read/${lockedArticle}"]`)
    await expect(link).toBeVisible()
    await link.click()
    await expect(page).toHaveURL(new RegExp(`/read/${lockedArticle}$`))
    await expect(page.getByText(/JavaScript/).first()).toBeVisible()
    for (const words of article(lockedArticle).locked) expect(await page.content()).not.toContain(words)
  } finally {
    await context.close()
    removeProfile(profile)
  }
})

test('with the frame blocked there is a plain link, and a sentence that says why', async ({ reader, house, evil }) => {
  const { wallet, news } = house.urls
  const html = `<!doctype html><html lang="en"><title>strict</title><script type="module" src="${wallet}/tuppence.js"></script>
<tuppence-unlock href="/offer/5"><p slot="teaser">teaser</p><a href="/offer/5">plain link</a></tuppence-unlock>`
  const said: string[] = []
  const page = await reader.open('about:blank')
  page.on('console', (message) => said.push(message.text()))
  await page.goto(
    evil.origin + evil.page(html, { 'content-security-policy': `script-src ${wallet}; frame-src ${news}` }),
  )
  await expect(page.locator('tuppence-unlock')).toHaveAttribute('state', 'blocked')
  await expect(page.locator('tuppence-unlock')).toContainText('teaser')
  // The element's shadow is closed to scripts, and to Playwright's selectors; what a reader perceives is in this tree.
  const devtools = await page.context().newCDPSession(page)
  const { nodes } = await devtools.send('Accessibility.getFullAXTree')
  const perceived = nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => `${role?.value}: ${name?.value}`)
  expect(perceived).toContainEqual(expect.stringMatching(/^link: .*own page/))
  expect(perceived.join('\n')).toMatch(/did not load|policy/)
  expect(said.join('\n')).toContain(`frame-src ${wallet}`)
})
