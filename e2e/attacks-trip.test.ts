// Attacks on the trip to the wallet's page and on the code that it brings back.
import { blankPage } from './harness/attacker.ts'
import { elementPage, expect, lockedArticle, ownedArticle, test, type Town } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, type Reader } from './harness/reader.ts'
import { looksAgain, unharmed } from './harness/unharmed.ts'

const tripTo = ({ house }: Town, url: string, back: string) =>
  `${house.urls.wallet}/trip.html#${new URLSearchParams({ url, back })}`

/** Node does not resolve names under localhost; a till does not look at Host. */
const reachable = (url: string) => url.replace(/\/\/\w+\.localhost/, '//127.0.0.1')

test.describe('a hostile page', () => {
  for (const [what, article] of [
    ['owns', ownedArticle],
    ['has not bought', lockedArticle],
  ] as const) {
    test(`sends its reader on a trip for an article of another publisher that the reader ${what}`, async ({
      town,
      victim,
    }) => {
      const { evil, house } = town
      const page = await victim.open(evil.origin + evil.page(blankPage))
      await unharmed(town, victim, async () => {
        await page.goto(tripTo(town, `${house.urls.news}/read/${article}`, page.url()))
        await expect(page.getByRole('alert')).toBeVisible()
        await expect(page.getByRole('button')).toHaveCount(0)
        // What the reader sees is not for the page; where the link leads to is.
        return page.getByRole('link').getAttribute('href')
      })
      await page.close()
    })
  }

  test('names no page to go back to, a script, or another site', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open('about:blank')
    await unharmed(town, victim, async () => {
      for (const back of [
        'javascript:alert(document.domain)',
        'data:text/html,x',
        'file:///etc/passwd',
        '',
        '//',
        house.urls.news,
      ]) {
        await page.goto('about:blank')
        await page.goto(tripTo(town, `${evil.origin}/offer/1000`, back))
        await expect(page.locator('h1')).toBeVisible()
        await expect(page.getByRole('button')).toHaveCount(0)
        for (const link of await page.getByRole('link').all())
          expect(await link.getAttribute('href')).toMatch(/^(\/|http:\/\/news\.localhost:\d+\/)$/)
      }
    })
    await page.close()
  })

  test('puts the trip into a frame, or opens it as a window and looks inside', async ({ town, victim }) => {
    const { evil } = town
    const url = `${evil.origin}/offer/1000`
    const page = await victim.open(
      evil.origin +
        evil.page(
          `${blankPage}<button style="width:300px;height:200px">Go</button><iframe width="600" height="600"></iframe>`,
        ),
    )
    await unharmed(town, victim, async () => {
      const trip = tripTo(town, url, page.url())
      await page.evaluate((src) => {
        document.querySelector('iframe')!.src = src
        document.querySelector('button')!.onclick = () =>
          void Object.assign(globalThis, { other: open(src, 'w', 'width=400,height=700') })
      }, trip)
      const opens = victim.context.waitForEvent('page')
      await page.locator('button').click()
      const other = await opens
      // As fast as a second click of a double click would come.
      await other.mouse.click(200, 600, { clickCount: 3 }).catch(() => undefined)
      await expect(other.locator('main button.main')).toBeVisible()
      const loot = await page.evaluate(async () => {
        const { other } = globalThis as unknown as { other: Window & typeof globalThis }
        const looks = [
          () => other.location.href,
          () => other.document.title,
          () => other.localStorage.length,
          () => other.name,
        ]
        const found = looks.map((look) => {
          try {
            return String(look())
          } catch (error) {
            return (error as Error).name
          }
        })
        for (let n = 0; n < 20; n++) {
          other.postMessage({ tuppence: 'errand', errand: { kind: 'fund', amount: 1 } }, '*', [
            new MessageChannel().port1,
          ])
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        return { found, frames: other.length, heard: attacker.heard }
      })
      expect(loot).toEqual({ found: Array(4).fill('SecurityError'), frames: 0, heard: [] })
      const framed = page.frames().find((frame) => frame.url().includes('trip.html'))
      expect(
        (await framed
          ?.locator('button')
          .count()
          .catch(() => 0)) ?? 0,
        'nothing is drawn in a frame',
      ).toBe(0)
      await other.close()
      return loot
    })
    await page.close()
  })

  test('writes a code of its own into the address', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open('about:blank')
    const path = evil.page(elementPage(house.urls.wallet, '/offer/1000'))
    await unharmed(town, victim, async () => {
      const claim = new URLSearchParams({ 'tuppence-claim': 'x'.repeat(22), url: `${evil.origin}/offer/1000` })
      await page.goto(`${evil.origin}${path}#${claim}`)
      const frame = await frameIn(page, house.urls.wallet)
      await frameState(frame, 'priced', 'insufficient')
      await expect(delivered(page)).toHaveCount(0)
    })
    await page.close()
  })
})

/** A code for what the victim owns at the newspaper, taken on its way back. */
async function takeCode(town: Town, victim: Reader): Promise<{ code: string; url: string }> {
  const { news } = town.house.urls
  const url = `${news}/read/${ownedArticle}`
  const page = await victim.open(tripTo(town, url, `${news}/health`))
  await page.locator('main button.main:enabled').click()
  await page.waitForURL(/tuppence-claim/)
  const code = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('tuppence-claim') ?? ''
  await page.close()
  return { code, url }
}

test('a code is for one article, one site and one use', async ({ town, victim }) => {
  looksAgain(victim)
  const { news } = town.house.urls
  const taken = await takeCode(town, victim)
  const { url } = taken
  let { code } = taken
  expect(code).toMatch(/^[\w-]{22,}$/)
  const redeem = async (address: string, site: string | undefined, scheme = `Tuppence-Claim ${code}`) => {
    const headers = { authorization: scheme, ...(site !== undefined && { 'tuppence-site': site }) }
    const response = await fetch(reachable(address), { headers })
    return { status: response.status, body: await response.text() }
  }
  const refused: [string, string, string | undefined, string?][] = [
    ['at another article', `${news}/read/${lockedArticle}`, news],
    ['for another site', url, town.evil.origin],
    ['for no site', url, undefined],
    ['for a site of the same host', url, news.replace(/:\d+$/, ':1')],
    ['with a letter changed', url, news, `Tuppence-Claim ${code.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))}`],
    ['as another scheme', url, news, `Bearer ${code}`],
  ]
  for (const [how, address, site, scheme] of refused) {
    const answer = await redeem(address, site, scheme)
    expect(answer.status, how).toBeGreaterThanOrEqual(400)
    expect(answer.body, how).not.toContain('tuppence-receipt')
  }
  // Shown to the wrong one, a code is worth nothing any more.
  expect((await redeem(url, news)).status).toBe(403)
  ;({ code } = await takeCode(town, victim))
  expect((await redeem(url, news)).status).toBe(200)
  expect((await redeem(url, news)).status, 'a second time').toBe(403)
})
