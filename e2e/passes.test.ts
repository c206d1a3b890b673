// What costs nothing any more: a cap that was reached, and a pass, whose price is less what was paid here already.
import type { Page } from '@playwright/test'
import { article, type Article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, press, unlock, unlockButton } from './harness/reader.ts'

test.use({
  terms: {
    news: { cap: { amount: '0.12', per: 'month' } },
    blog: { passes: [{ id: 'week', path: '/pass/week', title: 'A week on Plot 27', price: '0.06', per: 'week' }] },
  },
})

const expectRead = (page: Page, { locked }: Article) => expect(delivered(page)).toContainText(locked.at(-1) ?? '')

test('a cap that is reached becomes a pass: the last price is what is left of it, the rest is free and says so', async ({
  reader,
  house,
}) => {
  test.setTimeout(90_000)
  const { wallet, news } = house.urls
  const ten = article('the-envelope-trick')
  const five = article('a-nickel-a-song')
  const dear = article('the-price-of-deciding')
  const month = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(Date.now())
  await reader.topUp(5)
  const page = await reader.open(`${news}/articles/${ten.slug}`)
  await unlock(reader, page, wallet)

  await test.step('the button says what this reader still pays, and takes just that', async () => {
    await page.goto(`${news}/articles/${five.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    await expect(frame.getByRole('button', { name: 'Unlock 2¢' })).toBeVisible()
    await press(unlockButton(frame))
    await expectRead(page, five)
    await expect(frame.getByText(`The rest of ${month} is free here.`)).toBeVisible()
  })

  await test.step('everything else is free, and the button says so', async () => {
    const mark = house.mark()
    await page.goto(`${news}/articles/${dear.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'covered')
    await expect(frame.getByText(`The rest of ${month} is free here.`)).toBeVisible()
    await press(frame.getByRole('button', { name: 'Read it free' }))
    await expectRead(page, dear)
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'deposit')).toEqual([])
  })
  await page.close()
  expect(await reader.balance()).toBe(500 - 12)
})

test('a pass costs less what was paid here already, as shown before it is paid, and opens what it was bought for', async ({
  reader,
  house,
}) => {
  test.setTimeout(90_000)
  const { wallet, blog } = house.urls
  const three = article('ten-rods', 'posts')
  const post = article('the-honesty-box', 'posts')
  const other = article('garlic-on-a-cold-day', 'posts')
  await reader.topUp(5)
  const page = await reader.open(`${blog}/articles/${three.slug}`)
  await unlock(reader, page, wallet)

  const mark = house.mark()
  await page.goto(`${blog}/articles/${post.slug}`)
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced')
  await frame.getByRole('button', { name: 'or a pass for everything here' }).click()
  await frameState(frame, 'pass')
  await expect(frame.getByText('A week on Plot 27')).toBeVisible()
  await expect(frame.getByText('6¢, less 3¢ that you paid here already.')).toBeVisible()
  await frame.getByRole('button', { name: 'Only this one, please' }).click()
  await frameState(frame, 'priced')
  await frame.getByRole('button', { name: 'or a pass for everything here' }).click()
  await press(frame.getByRole('button', { name: 'Get it 3¢' }))
  await expectRead(page, post)
  expect((await house.since(mark, 'blog')).filter(({ event }) => event === 'deposit')).toHaveLength(1)

  await page.goto(`${blog}/articles/${other.slug}`)
  const next = await frameIn(page, wallet)
  await frameState(next, 'covered')
  await expect(next.getByText(/Your pass is good until/)).toBeVisible()
  await press(next.getByRole('button', { name: 'Read it free' }))
  await expectRead(page, other)
  await page.close()
  expect(await reader.balance()).toBe(500 - 6)
})
