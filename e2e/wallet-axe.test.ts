// Nothing for axe to find on the wallet page's screens with a real wallet behind them, and nothing that needs sideways
// scrolling at 320 pixels; light, dark and forced colours. `npm run test:long` adds the other languages.
import type { Page } from '@playwright/test'
import axe from 'axe-core'
import { article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { unlock } from './harness/reader.ts'
import { openScreen, part, screenReady, way, type Screen } from './harness/wallet.ts'

test.skip(({ thirdPartyCookies }) => thirdPartyCookies === 'blocked', 'the wallet page is first-party: no difference')

const languages = (process.env['TUPPENCE_LANGUAGES'] ?? 'en').split(' ')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']
/** A phone; what a desk at 400% zoom leaves (WCAG 1.4.10); a desk. */
const sizes = [
  { width: 390, height: 844 },
  { width: 320, height: 600 },
  { width: 1280, height: 900 },
]

/** What axe has to say, in a line each. */
async function findings(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  return page.evaluate(async (values) => {
    type Run = (root: Document, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
    const { run } = (globalThis as unknown as { axe: { run: Run } }).axe
    const { violations } = await run(document, {
      runOnly: { type: 'tag', values },
      rules: { 'target-size': { enabled: true } },
      resultTypes: ['violations'],
    })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`))
  }, tags)
}

async function look(page: Page, state: string): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size)
    const name = `${state} at ${size.width} pixels`
    const found = await findings(page)
    expect.soft(found, name).toEqual([])
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect.soft(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(1)
  }
}

async function go(page: Page, wallet: string, screen: Screen | 'home'): Promise<void> {
  await page.goto(`${wallet}/#${screen}`)
  if (screen === 'home') await expect(page.getByTestId('balance')).toBeVisible()
  else await page.locator(`[data-screen="${screen}"] h1`).waitFor()
}

const unfold = (page: Page) => page.evaluate(`document.querySelectorAll('details').forEach((one) => (one.open = true))`)

/** Every screen of a wallet with money in it, each with all that can be opened. */
async function lookAtAll(page: Page, wallet: string, name: string): Promise<void> {
  await go(page, wallet, 'home')
  await unfold(page)
  await expect(page.locator('[data-check="good"]').first()).toBeVisible()
  await look(page, `${name}: home`)
  await go(page, wallet, 'sites')
  await unfold(page)
  await page.locator('[data-site] button.quiet').first().click()
  await look(page, `${name}: sites`)
  await go(page, wallet, 'rules')
  await page.locator('input[name="autoMax"][value="10"]').check()
  await look(page, `${name}: rules`)
  await go(page, wallet, 'backup')
  await way(page, 'words').getByRole('button').click()
  await expect(page.locator('.words li')).toHaveCount(12)
  await look(page, `${name}: words`)
  await way(page, 'words').getByRole('button').click()
  await look(page, `${name}: words asked for`)
  await go(page, wallet, 'move')
  await look(page, `${name}: receive`)
  await page.locator('input[name="way"]').nth(1).check()
  await unfold(page)
  await look(page, `${name}: send`)
  await page.locator('input[name="way"]').nth(2).check()
  await part(page, 'withdraw').locator('form').waitFor()
  await look(page, `${name}: take out`)
  await go(page, wallet, 'settings')
  await look(page, `${name}: settings`)
}

test('axe finds nothing on a new wallet page', async ({ reader, house }) => {
  test.setTimeout(90_000)
  const page = await openScreen(reader, house.urls.wallet, 'backup')
  await look(page, 'backup of nothing')
  await way(page, 'restore').getByRole('button', { name: 'words' }).click()
  await look(page, 'bring by words')
  await go(page, house.urls.wallet, 'home')
  await look(page, 'home of nothing')
})

for (const language of languages) {
  test(`axe finds nothing on any screen of a used wallet: ${language}`, async ({ reader, house }) => {
    test.setTimeout(240_000)
    const { wallet, news } = house.urls
    await reader.topUp(5)
    const shop = await reader.open(`${news}/articles/${article('spend-a-penny').slug}`)
    await unlock(reader, shop, wallet)
    await shop.close()
    const page = await openScreen(reader, wallet, 'move')
    await page.locator('input[name="way"]').nth(1).check()
    await part(page, 'send').locator('input').first().fill('0.30')
    await part(page, 'send').locator('button[type="submit"]').click()
    await part(page, 'send').locator('.qr').waitFor()
    await go(page, wallet, 'settings')
    await page.locator('#language').selectOption(language)
    await page.reload()
    await screenReady(page)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, forcedColors: 'none' })
      await lookAtAll(page, wallet, `${language}, ${colorScheme}`)
    }
    await page.emulateMedia({ forcedColors: 'active' })
    await go(page, wallet, 'rules')
    await look(page, `${language}, forced colours: rules`)
  })
}
