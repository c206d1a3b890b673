// The test function of every end-to-end test: with a running demo, a hostile publisher and readers, made when asked for.
import { test as base } from '@playwright/test'
import type { ThirdPartyCookies } from './browser.ts'
import { openHouse, type House, type HouseTerms } from './demo.ts'
import { openEvil, type Evil } from './evil.ts'
import { makeReader, unlock, type Reader } from './reader.ts'

export type Options = {
  thirdPartyCookies: ThirdPartyCookies
  /** What the publishers do besides selling at a price. */
  terms: HouseTerms
}
export type Town = { house: House; evil: Evil }
type WorkerFixtures = Options & { town: Town; victim: Reader }
type TestFixtures = { house: House; evil: Evil; reader: Reader }

/** Bought by `victim` before any attack: an attacker must not even learn that it was. */
export const ownedArticle = 'the-price-of-deciding'
/** Not bought by anyone but the test that does. */
export const lockedArticle = 'spend-a-penny'

export const test = base.extend<TestFixtures, WorkerFixtures>({
  thirdPartyCookies: ['allowed', { scope: 'worker', option: true }],
  terms: ['plain', { scope: 'worker', option: true }],
  town: [
    async ({ terms }, use) => {
      const evil = await openEvil()
      const house = await openHouse({ accounts: [evil.account], terms })
      await evil.openTill(house.urls.mint, house.urls.mint.replace('mint.localhost', '127.0.0.1'))
      await use({ house, evil })
      await evil.stop()
      await house.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  victim: [
    async ({ town: { house, evil }, thirdPartyCookies }, use) => {
      const { wallet, news } = house.urls
      const reader = await makeReader(wallet, thirdPartyCookies, {
        sites: [news, evil.origin + evil.page('<!doctype html>')],
      })
      await reader.topUp(5)
      const page = await reader.open(`${news}/articles/${ownedArticle}`)
      await unlock(reader, page, wallet)
      await page.close()
      // Where browsers keep sites apart, a site that was never paid has no coin near it. Give the attacker some.
      const bait = await reader.open(evil.origin + evil.page(elementPage(wallet, '/offer/5')))
      await unlock(reader, bait, wallet)
      await bait.close()
      await use(reader)
      await reader.close()
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  house: async ({ town }, use) => use(town.house),
  evil: async ({ town }, use) => use(town.evil),
  reader: async ({ town, thirdPartyCookies }, use) => {
    const { wallet, news, blog } = town.house.urls
    const sites = [news, blog, town.evil.origin + town.evil.page('<!doctype html>')]
    const reader = await makeReader(wallet, thirdPartyCookies, { sites })
    await use(reader)
    await reader.close()
  },
})

/** A page with one element for an offer, and whatever else. */
export function elementPage(wallet: string, href: string, rest = ''): string {
  return `<!doctype html><html lang="en"><title>page</title><meta name="viewport" content="width=device-width">
<script type="module" src="${wallet}/tuppence.js"></script>
<tuppence-unlock href="${href}" price="0.05" currency="usd"><p slot="teaser">teaser</p><a href="${href}">plain link</a></tuppence-unlock>
${rest}`
}

export { expect } from '@playwright/test'
