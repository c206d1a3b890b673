// A reader who was never here, with nothing loaded: one click from the teaser to the article, in no window, for no money.
import type { Page } from '@playwright/test'
import { article, type Article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, press } from './harness/reader.ts'

test.use({ terms: 'demo' })

const free = [article('spend-a-penny'), article('the-envelope-trick'), article('a-nickel-a-song')]
const fourth = article('rebecca-at-the-gate')

async function expectRead(page: Page, { locked }: Article): Promise<void> {
  await expect(delivered(page)).toContainText(locked.at(-1) ?? '')
}

test('reads the first articles free with one click each, and is told what the next one costs', async ({
  reader,
  house,
}) => {
  const { wallet, news } = house.urls
  const mark = house.mark()
  for (const [index, one] of free.entries()) {
    const page = await reader.open(`${news}/articles/${one.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'free')
    await expect(frame.getByText(`${free.length - index} free this month, then ${one.price}¢ each.`)).toBeVisible()
    for (const words of one.locked) expect(await page.content()).not.toContain(words)
    const windows = reader.context.pages().length
    // The one click.
    await press(frame.getByRole('button', { name: 'Read this one free' }))
    await expectRead(page, one)
    expect(reader.context.pages().length, 'no window was opened').toBe(windows)
    await expect(frame.getByText('Free this time.')).toBeVisible()
    await page.reload()
    await expectRead(page, one)
    await page.close()
  }
  const page = await reader.open(`${news}/articles/${fourth.slug}`)
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced')
  await expect(frame.getByRole('button', { name: `Unlock ${fourth.price}¢` })).toBeVisible()
  await page.close()
  // Free delivery, never coins: nothing of it reached the mint, and there is nothing to be had for it.
  expect((await house.since(mark, 'mint')).filter(({ event }) => event === 'request')).toEqual([])
  const granted = (await house.since(mark, 'news')).filter(({ event }) => event === 'granted')
  expect(granted).toHaveLength(free.length)
  expect(await reader.balance()).toBe(0)
})

test('keeps what was free when the browser comes back tomorrow', async ({ reader, house }) => {
  const { wallet, news } = house.urls
  const [one] = free
  const page = await reader.open(`${news}/articles/${one!.slug}`)
  await press((await frameIn(page, wallet)).getByRole('button', { name: 'Read this one free' }))
  await expectRead(page, one!)
  await reader.comeBack()
  const again = await reader.open(`${news}/articles/${one!.slug}`)
  await expectRead(again, one!)
  await expect((await frameIn(again, wallet)).getByText('Yours already')).toBeVisible()
})
