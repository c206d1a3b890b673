// When something is missing: money, the mint, a till. The reader is told which, and nothing is lost.
import { article } from './harness/articles.ts'
import { elementPage, expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, topUpIn, unlock, unlockButton, waitForPopup } from './harness/reader.ts'

const spare = article('rebecca-at-the-gate')
const other = article('one-more-pennyworth')

test.describe('trouble', () => {
  test('too little money: the top-up is offered, and the unlock goes on by itself', async ({ reader, house, evil }) => {
    const { wallet } = house.urls
    await reader.topUp(5)
    const page = await reader.open(evil.origin + evil.page(elementPage(wallet, '/offer/1000')))
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced', 'insufficient')
    const popupOpens = waitForPopup(reader)
    await frame.getByRole('button').first().click()
    const popup = await popupOpens
    if (popup === undefined) throw new Error('no window to top up in')
    await topUpIn(popup, 20)
    if (!popup.isClosed())
      await popup
        .getByRole('button', { name: /unlock|set aside/i })
        .first()
        .click({ timeout: 3_000 })
        .catch(() => undefined)
    await expect(delivered(page)).toBeVisible()
    await page.close()
    expect(await reader.balance()).toBe(500 + 2_000 - 1_000)
  })

  test('the mint is down: the reader is told, nothing leaves, and later it works', async ({ reader, house }) => {
    const { wallet, news } = house.urls
    await reader.topUp(5)
    // Bought before, so that this site has its coins where sites are kept apart.
    const warm = await reader.open(`${news}/articles/${other.slug}`)
    await unlock(reader, warm, wallet)
    await warm.close()
    const before = await reader.balance()
    await house.parts.mint.stop()
    try {
      const page = await reader.open(`${news}/articles/${spare.slug}`)
      const frame = await frameIn(page, wallet)
      await frameState(frame, 'priced')
      await unlockButton(frame).first().click()
      await expect(frame.getByText(/mint/i).first()).toBeVisible()
      await expect(delivered(page)).toHaveCount(0)
      await page.close()
      expect(await reader.balance(), 'the coins are still counted').toBe(before)
    } finally {
      await house.parts.mint.start()
    }
    const page = await reader.open(`${news}/articles/${spare.slug}`)
    const frame = await frameIn(page, wallet)
    // The till may have settled it by itself meanwhile; then it opens without a click.
    if ((await frameState(frame, 'priced', 'delivered')) === 'priced') await unlockButton(frame).first().click()
    await expect(delivered(page)).toContainText(spare.locked.at(-1) ?? '')
    await page.close()
    expect(await reader.balance(), 'paid once').toBe(before - spare.price)
  })

  test('the till is down: the reader is told which, and no money left', async ({ reader, house }) => {
    const { wallet, blog } = house.urls
    await reader.topUp(5)
    const page = await reader.open(`${blog}/articles/the-honesty-box`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced', 'insufficient')
    await house.parts.blog.stop()
    try {
      const popupOpens = waitForPopup(reader)
      await unlockButton(frame).first().click()
      const told = expect(frame.getByText(/publisher|site|till/i).first()).toBeVisible({ timeout: 15_000 })
      const popup = await Promise.race([popupOpens, told.then(() => undefined)])
      await popup
        ?.getByRole('button', { name: /unlock|set aside/i })
        .first()
        .click({ timeout: 3_000 })
        .catch(() => undefined)
      await told
      await expect(delivered(page)).toHaveCount(0)
    } finally {
      await house.parts.blog.start()
    }
    await page.close()
    expect(await reader.balance()).toBe(500)
  })

  test('the mint is down at the first top-up: the reader is told, and can try again', async ({ reader, house }) => {
    const { wallet } = house.urls
    await house.parts.mint.stop()
    try {
      const page = await reader.open(`${wallet}/`)
      await topUpIn(page, 5).catch(() => undefined)
      await expect(page.getByText(/mint/i).first()).toBeVisible()
      await page.close()
    } finally {
      await house.parts.mint.start()
    }
    await reader.topUp(5)
    expect(await reader.balance()).toBe(500)
  })
})
