// A reader with nothing but a finger, on a phone: buys, gives back, tips, adds money and finds every screen of the wallet.
import type { Page } from '@playwright/test'
import { article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, makeReader, readBalance, unlockButton } from './harness/reader.ts'

test.skip(({ thirdPartyCookies }) => thirdPartyCookies === 'blocked', 'fingers do not care for cookies')
test.use({ terms: { news: { refund: { windowSeconds: 600, allowance: { count: 2, per: 'week' } } }, blog: {} } })

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const
const story = article('spend-a-penny')

const isReady = (page: Page) => expect(page.locator('body')).toHaveAttribute('data-state', 'ready')

test('buys, gives back, tips, and finds its way through the wallet by touch alone', async ({ house }) => {
  test.setTimeout(120_000)
  const { wallet, news } = house.urls
  const reader = await makeReader(wallet, 'allowed', phone)
  try {
    await test.step('adds money', async () => {
      const page = await reader.open(`${wallet}/`)
      await isReady(page)
      await page.getByText('$5', { exact: true }).tap()
      await page.getByRole('button', { name: /test money/i }).tap()
      await expect.poll(() => readBalance(page)).toBe(500)
      await page.close()
    })

    await test.step('unlocks, and gives back', async () => {
      const page = await reader.open(`${news}/articles/${story.slug}`)
      await page.locator('tuppence-unlock').scrollIntoViewIfNeeded()
      const frame = await frameIn(page, wallet)
      await frameState(frame, 'priced')
      const button = unlockButton(frame).first()
      await expect(button).toBeEnabled()
      await button.tap()
      await expect(delivered(page)).toBeVisible()
      await frame.getByRole('button', { name: 'Not worth it?' }).tap()
      await frameState(frame, 'refunded')
      await page.close()
      expect(await reader.balance()).toBe(500)
    })

    await test.step('tips', async () => {
      const page = await reader.open(`${news}/support`)
      await page.locator('tuppence-tip').scrollIntoViewIfNeeded()
      const frame = await frameIn(page, wallet, 'tuppence-tip')
      await frameState(frame, 'priced')
      const button = frame.getByRole('button', { name: '25¢' })
      await expect(button).toBeEnabled()
      await button.tap()
      await frameState(frame, 'delivered')
      await page.close()
      expect(await reader.balance()).toBe(475)
    })

    await test.step('every screen of the wallet, by its bar', async () => {
      const page = await reader.open(`${wallet}/`)
      await isReady(page)
      for (const name of ['Sites', 'Rules', 'Backup', 'Settings', 'Wallet']) {
        await page.getByRole('navigation').getByRole('link', { name }).tap()
        await isReady(page)
        await expect(page.getByRole('navigation').getByRole('link', { name })).toHaveAttribute('aria-current', 'page')
      }
      await page.getByRole('link', { name: 'Send or receive' }).tap()
      await isReady(page)
      await page.close()
    })
  } finally {
    await reader.close()
  }
})
