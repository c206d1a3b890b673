// Money in by card and by voucher, at a pretended Stripe: from a reader who has nothing to what the publisher sees and is owed.
import { expect, type Page } from '@playwright/test'
import { article } from './harness/articles.ts'
import { openHouse, type House } from './harness/demo.ts'
import { test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, makeReader, press, unlockButton, type Reader } from './harness/reader.ts'

const sold = article('the-price-of-deciding')
const adminToken = 'insights-of-the-end-to-end-tests'

let house: House
let reader: Reader

test.beforeAll(async ({ thirdPartyCookies }) => {
  house = await openHouse({
    card: 'pretended',
    terms: { news: { insights: { adminToken } }, blog: {} },
  })
  const { wallet, news } = house.urls
  reader = await makeReader(wallet, thirdPartyCookies, { sites: [news] })
})
test.afterAll(async () => {
  await reader.close()
  await house.stop()
})

const payButton = (page: Page) => page.getByRole('button', { name: 'Pay 10.00 USD' })

/** Presses the one button on a page, and answers the window that this opens. */
async function popupOf(page: Page): Promise<Page> {
  const frame = await frameIn(page, house.urls.wallet)
  await frameState(frame, 'priced', 'insufficient')
  const opening = reader.context.waitForEvent('page')
  await press(unlockButton(frame).first())
  return opening
}

test('a reader with nothing goes back, is declined, pays by card, and reads: one press on the article, one payment', async () => {
  const { wallet, news } = house.urls
  const page = await reader.open(`${news}/articles/${sold.slug}`)
  const popup = await popupOf(page)
  const byCard = popup.getByRole('button', { name: 'Pay $10 by card and unlock' })
  await byCard.click()
  await popup.getByRole('button', { name: 'Cancel' }).click()
  await expect(popup.getByText('You came back without paying. Nothing was charged.')).toBeVisible()
  await byCard.click()
  await popup.getByLabel('Card number').fill('4000 0000 0000 0002')
  await payButton(popup).click()
  await expect(popup.getByRole('alert')).toHaveText('Your card was declined.')
  // The same checkout as before: who goes back pays for it once.
  expect(house.stripe?.double.world.sessions.size).toBe(1)
  await popup.getByLabel('Card number').fill('4242 4242 4242 4242')
  await Promise.all([popup.waitForEvent('close'), payButton(popup).click()])
  await expect(delivered(page)).toContainText(sold.locked.at(-1) ?? '')
  await page.close()
  expect(await reader.balance()).toBe(1_000 - sold.price)
  expect((await reader.history()).filter((line) => line.includes('Money added'))).toHaveLength(1)
})
