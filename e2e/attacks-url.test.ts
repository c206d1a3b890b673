// A hostile publisher names URLs that are not its own: other publishers' articles, the mint, the wallet, redirects.
import { article } from './harness/articles.ts'
import { blankPage } from './harness/attacker.ts'
import { expect, lockedArticle, ownedArticle, test, type Town } from './harness/fixtures.ts'
import type { Reader } from './harness/reader.ts'
import { unharmed } from './harness/unharmed.ts'

/** From the attacker's page: a frame, a port, and a question about one URL. @returns all that the page heard. */
async function askAbout(
  { house, evil }: Town,
  victim: Reader,
  url: string,
): Promise<{ said: unknown[]; heard: unknown[]; height: number }> {
  const page = await victim.open(evil.origin + evil.page(blankPage))
  const result = await page.evaluate(
    async ({ wallet, url }) => {
      const opened = await attacker.openFrame(wallet)
      attacker.shake(opened, wallet)
      await attacker.ask(opened, { t: 'unlock', id: 'a1', url })
      return {
        said: opened.said,
        heard: attacker.heard.map(({ data }: { data: unknown }) => data),
        height: opened.iframe.contentWindow.length as number,
      }
    },
    { wallet: house.urls.wallet, url },
  )
  await page.close()
  return result
}

const isRefusal = (said: unknown[]) =>
  expect(said.filter((message) => (message as { t: string }).t !== 'resize')).toEqual([
    { t: 'failed', id: 'a1', reason: 'bad-offer' },
  ])

test.describe('a hostile publisher names', () => {
  test('an article of another publisher that the reader has not bought', async ({ town, victim }) => {
    await unharmed(town, victim, async () => {
      const result = await askAbout(town, victim, `${town.house.urls.news}/read/${lockedArticle}`)
      isRefusal(result.said)
      return result
    })
  })

  test('an article that the reader owns, and learns nothing of that', async ({ town, victim }) => {
    await unharmed(town, victim, async () => {
      const owned = await askAbout(town, victim, `${town.house.urls.news}/read/${ownedArticle}`)
      const other = await askAbout(town, victim, `${town.house.urls.news}/read/${lockedArticle}`)
      isRefusal(owned.said)
      expect(owned.said, 'the same for an article that the reader does not own').toEqual(other.said)
      expect(JSON.stringify(owned)).not.toContain(article(ownedArticle).headline)
      return owned
    })
  })

  test("the mint's own URLs", async ({ town, victim }) => {
    const { mint } = town.house.urls
    await unharmed(town, victim, async () => {
      const results = []
      for (const path of ['/', '/v1/info', '/v1/keys', '/v1/swap', '/health']) {
        const result = await askAbout(town, victim, mint + path)
        isRefusal(result.said)
        results.push(result)
      }
      return results
    })
  })

  test("the wallet's own URLs", async ({ town, victim }) => {
    const { wallet } = town.house.urls
    await unharmed(town, victim, async () => {
      const results = []
      for (const path of ['/', '/frame.html', '/popup.html', '/config.js']) {
        const result = await askAbout(town, victim, wallet + path)
        isRefusal(result.said)
        results.push(result)
      }
      return results
    })
  })

  test('its own URL, which redirects to an article that the reader owns', async ({ town, victim }) => {
    const { evil, house } = town
    const path = evil.redirect(`${house.urls.news}/read/${ownedArticle}`)
    await unharmed(town, victim, async () => {
      const result = await askAbout(town, victim, evil.origin + path)
      expect(JSON.stringify(result.said)).toMatch(/failed/)
      return result
    })
  })

  test('its own URL, which redirects to the mint', async ({ town, victim }) => {
    const path = town.evil.redirect(`${town.house.urls.mint}/v1/keys`)
    await unharmed(town, victim, async () => {
      const mark = town.house.mark()
      const result = await askAbout(town, victim, town.evil.origin + path)
      expect(JSON.stringify(result.said)).toMatch(/failed/)
      expect(await town.house.since(mark, 'mint')).toEqual([])
      return result
    })
  })

  test('things that are not offers at all', async ({ town, victim }) => {
    await unharmed(town, victim, async () => {
      const results = []
      for (const url of [
        'javascript:alert(1)',
        'data:text/html,<script>alert(1)</script>',
        'file:///etc/passwd',
        'blob:http://evil.localhost/1',
        'about:blank',
        '',
        '//',
        `http://reader:secret@evil.localhost/offer/5`,
        `${town.house.urls.news.replace('news.', 'NEWS.')}/read/${ownedArticle}`,
        `${town.house.urls.news}.evil.localhost/read/${ownedArticle}`,
      ]) {
        const result = await askAbout(town, victim, url)
        expect(JSON.stringify(result.said), url).not.toMatch(/delivered/)
        results.push(result)
      }
      return results
    })
  })

  test("another publisher's article on a page of the same site but another origin", async ({ town, victim }) => {
    // http://news.localhost:OTHERPORT is the same site as the newspaper and shares its storage partition.
    const { house, evil } = town
    const port = new URL(evil.origin).port
    const page = await victim.open(`http://news.localhost:${port}${evil.page(blankPage)}`)
    await unharmed(town, victim, async () => {
      const result = await page.evaluate(
        async ({ wallet, url }) => {
          const opened = await attacker.openFrame(wallet)
          attacker.shake(opened, wallet)
          await attacker.ask(opened, { t: 'unlock', id: 'a1', url })
          return { said: opened.said as unknown[] }
        },
        { wallet: house.urls.wallet, url: `${house.urls.news}/read/${ownedArticle}` },
      )
      isRefusal(result.said)
      return result
    })
    await page.close()
  })
})
