// When something is missing: money, the mint, a till. The reader is told which, and nothing is lost.
import type { Page } from '@playwright/test'
import { article } from './harness/articles.ts'
import { elementPage, expect, test } from './harness/fixtures.ts'
import {
  delivered,
  frameIn,
  frameState,
  press,
  pressAndTopUp,
  topUpIn,
  unlock,
  unlockButton,
} from './harness/reader.ts'

const spare = article('rebecca-at-the-gate')
const other = article('one-more-pennyworth')
const post = article('the-honesty-box', 'posts')
const otherPost = article('garlic-on-a-cold-day', 'posts')

test.describe('trouble', () => {
  test('too little money: the top-up is offered, and the unlock goes on by itself', async ({ reader, house, evil }) => {
    const { wallet } = house.urls
    await reader.topUp(5)
    const page = await reader.open(evil.origin + evil.page(elementPage(wallet, '/offer/1000')))
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced', 'insufficient')
    await pressAndTopUp(reader, frame, 20)
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
      await press(unlockButton(frame).first())
      await frameState(frame, 'failed')
      await expect(frame.getByText('The mint does not answer.')).toBeVisible()
      await expect(delivered(page)).toHaveCount(0)
      await page.close()
    } finally {
      await house.parts.mint.start()
    }
    const page = await reader.open(`${news}/articles/${spare.slug}`)
    await openOrPress(page, wallet)
    await expect(delivered(page)).toContainText(spare.locked.at(-1) ?? '')
    await page.close()
    expect(await reader.balance(), 'paid once').toBe(before - spare.price)
  })

  test('the till is down: the reader is told which, and the money buys the article later or is still there', async ({
    reader,
    house,
  }) => {
    const { wallet, blog } = house.urls
    await reader.topUp(5)
    // One post is bought before, so that this site has its coins where sites are kept apart.
    const warm = await reader.open(`${blog}/articles/${otherPost.slug}`)
    await unlock(reader, warm, wallet)
    await warm.close()
    const before = await reader.balance()
    const page = await reader.open(`${blog}/articles/${post.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    await house.parts.blog.stop()
    try {
      await press(unlockButton(frame).first())
      await frameState(frame, 'failed')
      await expect(frame.getByText(`${new URL(blog).host} does not answer`)).toBeVisible()
      await expect(delivered(page)).toHaveCount(0)
    } finally {
      await house.parts.blog.start()
    }
    const mark = house.mark()
    await page.reload()
    await openOrPress(page, wallet)
    await expect(delivered(page)).toContainText(post.locked.at(-1) ?? '')
    const deposits = (await house.since(mark, 'blog')).filter(({ event }) => event === 'deposit')
    expect(deposits).toHaveLength(1)
    await page.close()
    expect(await reader.balance(), 'paid once').toBe(before - post.price)
  })

  test('the mint is down at the first top-up: the reader is told, and can try again', async ({ reader, house }) => {
    const { wallet } = house.urls
    await house.parts.mint.stop()
    const page = await reader.open(`${wallet}/`)
    try {
      await expect(page.getByRole('alert')).toHaveText('The mint does not answer, so nothing can be added now.')
    } finally {
      await house.parts.mint.start()
    }
    await page.getByRole('button', { name: 'Try again' }).click()
    await topUpIn(page, 5)
    await expect(page.getByTestId('balance')).toHaveText('$5.00')
  })
})

/** What was pressed before may have been settled meanwhile, by the till or by the wallet: then it opens by itself. */
async function openOrPress(page: Page, wallet: string): Promise<void> {
  const frame = await frameIn(page, wallet)
  if ((await frameState(frame, 'priced', 'delivered')) === 'priced') await press(unlockButton(frame).first())
}
