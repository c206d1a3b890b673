// Deciding once: a rule set in the frame pays by itself, says so, can be undone, and stops where the reader said.
import type { Frame, Page } from '@playwright/test'
import { article, type Article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, press, unlock } from './harness/reader.ts'

// The newspaper gives money back, the blog does not.
test.use({ terms: { news: { refund: { windowSeconds: 600, allowance: { count: 3, per: 'week' } } }, blog: {} } })

const bought = article('a-nickel-a-song')
const byRule = article('rebecca-at-the-gate')
const undone = article('one-penny-anywhere')
const dear = article('the-envelope-trick')
const later = article('the-sun-for-a-cent')

/** Scrolls to the pay button, as who has read the teaser does. */
async function comeTo(page: Page, wallet: string): Promise<Frame> {
  const frame = await frameIn(page, wallet)
  // Pictures above it may still push it down.
  await page.waitForLoadState('load')
  await page.locator('tuppence-unlock').evaluate((element) => element.scrollIntoView({ block: 'end' }))
  return frame
}

async function setRule(page: Page, wallet: string): Promise<void> {
  const frame = await frameIn(page, wallet)
  await frame.getByRole('button', { name: 'Always here?' }).click()
  await frameState(frame, 'rule')
  await press(frame.getByRole('button', { name: 'Always here' }))
  await frameState(frame, 'delivered')
}

const expectRead = (page: Page, { locked }: Article) => expect(delivered(page)).toContainText(locked.at(-1) ?? '')

test('a rule pays by itself, with undo; what was undone, is dearer, or came after the rule ended, asks', async ({
  reader,
  house,
}) => {
  test.setTimeout(120_000)
  const { wallet, news } = house.urls
  await reader.topUp(5)
  let balance = 500
  const page = await reader.open(`${news}/articles/${bought.slug}`)
  await unlock(reader, page, wallet)
  balance -= bought.price

  await test.step('set after an unlock', async () => {
    await setRule(page, wallet)
    await expect(
      (await frameIn(page, wallet)).getByText(`Up to ${bought.price}¢ opens by itself here now.`),
    ).toBeVisible()
  })

  await test.step('no click, and it says what it did', async () => {
    const mark = house.mark()
    await page.goto(`${news}/articles/${byRule.slug}`)
    const frame = await comeTo(page, wallet)
    await expectRead(page, byRule)
    await expect(frame.getByText(`Paid ${byRule.price}¢ by your rule.`)).toBeVisible()
    // The article has pushed the frame far down: what happened stays in sight for a while all the same.
    const box = await (await frame.frameElement()).boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900)
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'deposit')).toHaveLength(1)
    balance -= byRule.price
  })

  await test.step('undo gives the money back, and it is not paid by itself again', async () => {
    await page.goto(`${news}/articles/${undone.slug}`)
    const frame = await comeTo(page, wallet)
    await frame.getByRole('button', { name: 'Undo' }).click()
    await frameState(frame, 'refunded')
    await expect(delivered(page)).toHaveCount(0)
    const mark = house.mark()
    await page.reload()
    await frameState(await comeTo(page, wallet), 'priced')
    await page.waitForTimeout(3_000)
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'deposit')).toEqual([])
  })

  await test.step('what costs more than the rule says asks', async () => {
    await page.goto(`${news}/articles/${dear.slug}`)
    await frameState(await comeTo(page, wallet), 'priced')
    await page.waitForTimeout(2_500)
    await expect(delivered(page)).toHaveCount(0)
  })

  await test.step('the rule ends where the reader says so', async () => {
    await page.goto(`${news}/articles/${later.slug}`)
    const frame = await comeTo(page, wallet)
    await expectRead(page, later)
    balance -= later.price
    await frame.getByRole('button', { name: 'Ask me again' }).click()
    await expect(frame.getByRole('button', { name: 'Ask me again' })).toHaveCount(0)
    await page.goto(`${news}/articles/the-husband-on-the-bus`)
    await frameState(await comeTo(page, wallet), 'priced')
    await page.waitForTimeout(2_500)
    await expect(delivered(page)).toHaveCount(0)
  })
  await page.close()
  const { balance: left } = await reader.wealth()
  expect([balance, balance - undone.price]).toContain(left)
})

test('where money does not come back there is a moment to say no before it leaves', async ({ reader, house }) => {
  const { wallet, blog } = house.urls
  await reader.topUp(5)
  const page = await reader.open(`${blog}/articles/ten-rods`)
  await unlock(reader, page, wallet)
  await setRule(page, wallet)
  const post = article('the-honesty-box', 'posts')

  const mark = house.mark()
  await page.goto(`${blog}/articles/${post.slug}`)
  const frame = await comeTo(page, wallet)
  await frameState(frame, 'countdown')
  await expect(frame.getByText('Nothing has left yet.')).toBeVisible()
  await frame.getByRole('button', { name: 'Undo' }).click()
  await frameState(frame, 'priced')
  await expect(frame.getByText('Nothing was paid.')).toBeVisible()
  await page.waitForTimeout(3_500)
  expect((await house.since(mark, 'blog')).filter(({ event }) => event === 'deposit')).toEqual([])

  const other = article('garlic-on-a-cold-day', 'posts')
  await page.goto(`${blog}/articles/${other.slug}`)
  await frameState(await comeTo(page, wallet), 'countdown')
  await expectRead(page, other)
  expect((await house.since(mark, 'blog')).filter(({ event }) => event === 'deposit')).toHaveLength(1)
})
