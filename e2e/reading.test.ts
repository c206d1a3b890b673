// The main job: a reader who has never been there reads for a few cents, reads on with one click, and owns what was bought.
import type { BrowserContext, Page } from '@playwright/test'
import { article, type Article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import {
  confirmPopup,
  delivered,
  frameIn,
  frameState,
  press,
  pressAndTopUp,
  unlock,
  unlockButton,
  waitForPopup,
  type Reader,
} from './harness/reader.ts'
import type { House, Mark } from './harness/demo.ts'

const first = article('spend-a-penny')
const second = article('the-envelope-trick')
const third = article('a-nickel-a-song')
const post = article('ten-rods', 'posts')

/** Writes down every request of every page and frame. */
function watchRequests(context: BrowserContext): string[] {
  const urls: string[] = []
  context.on('request', (request) => urls.push(request.url()))
  return urls
}

/** Fails if words of the locked part are in anything that the page loaded so far. */
async function expectLocked(page: Page, { locked }: Article, bodies: string[]): Promise<void> {
  const html = await page.content()
  for (const words of locked) {
    expect(html).not.toContain(words)
    for (const body of bodies) expect(body).not.toContain(words)
  }
}

async function expectRead(page: Page, { locked }: Article): Promise<void> {
  await expect(delivered(page)).toBeVisible()
  await expect(delivered(page)).toContainText(locked.at(-1) ?? '')
}

async function eventsOf(house: House, mark: Mark, part: 'news' | 'blog'): Promise<Record<string, number>> {
  const counts = { paid: 0, reopened: 0, deposit: 0 }
  for (const { event } of await house.since(mark, part)) if (event in counts) counts[event as keyof typeof counts] += 1
  return counts
}

/** What a page with an element must not need: the mint, but for the till's own deposit. */
async function expectNothingOfTheMint(house: House, mark: Mark, urls: string[]): Promise<void> {
  expect(urls.filter((url) => url.startsWith(house.urls.mint))).toEqual([])
  const asked = (await house.since(mark, 'mint')).filter(
    ({ event, path }) => event === 'request' && path !== '/v1/deposit',
  )
  expect(asked).toEqual([])
}

async function firstVisit(reader: Reader, house: House): Promise<void> {
  const { wallet, news } = house.urls
  const bodies: string[] = []
  reader.context.on('response', (response) => {
    response.text().then(
      (text) => bodies.push(text),
      () => undefined,
    )
  })
  const page = await reader.open(`${news}/articles/${first.slug}`)
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced', 'insufficient')
  await expectLocked(page, first, bodies)
  await pressAndTopUp(reader, frame, 5)
  await expectRead(page, first)
  await page.close()
}

test('reads for the first time with test money, then on with one click, here and elsewhere, and owns it', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.setTimeout(120_000)
  const { wallet, news, blog } = house.urls
  let balance = 500 - first.price

  await test.step('first visit to reading', async () => {
    await firstVisit(reader, house)
    expect(await reader.balance()).toBe(balance)
  })

  await test.step('the second article is exactly one click, and the mint is asked for nothing', async () => {
    const mark = house.mark()
    const urls = watchRequests(reader.context)
    const page = await reader.open(`${news}/articles/${second.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    const windows = reader.context.pages().length
    await press(unlockButton(frame).first())
    await expectRead(page, second)
    expect(reader.context.pages().length, 'no window was opened').toBe(windows)
    await expectNothingOfTheMint(house, mark, urls)
    expect(await eventsOf(house, mark, 'news')).toEqual({ paid: 1, reopened: 0, deposit: 1 })
    await page.close()
    balance -= second.price
    expect(await reader.balance()).toBe(balance)
  })

  await test.step('another site is paid from the same balance', async () => {
    const mark = house.mark()
    const page = await reader.open(`${blog}/articles/${post.slug}`)
    await frameState(await frameIn(page, wallet), 'priced', 'insufficient')
    await unlock(reader, page, wallet)
    await expectRead(page, post)
    expect(await eventsOf(house, mark, 'blog')).toEqual({ paid: 1, reopened: 0, deposit: 1 })
    balance -= post.price
    expect(await reader.balance()).toBe(balance)
    await page.close()
  })

  await test.step('tips: a preset, and an amount typed', async () => {
    const tipPage = `${news}/support`
    for (const [amount, choose] of [
      [25, async (frame: Awaited<ReturnType<typeof frameIn>>) => press(frame.getByRole('button', { name: '25¢' }))],
      [
        40,
        async (frame: Awaited<ReturnType<typeof frameIn>>) => {
          await frame.getByRole('textbox').fill('0.40')
          await frame
            .getByRole('button', { name: /tip|give|send/i })
            .last()
            .click()
        },
      ],
    ] as const) {
      const mark = house.mark()
      const page = await reader.open(tipPage)
      await page.locator('tuppence-tip').scrollIntoViewIfNeeded()
      const frame = await frameIn(page, wallet, 'tuppence-tip')
      await frameState(frame, 'priced')
      const popupOpens = waitForPopup(reader)
      await choose(frame)
      const done = frameState(frame, 'delivered')
      const popup = await Promise.race([popupOpens, done.then(() => undefined)])
      if (popup !== undefined) await confirmPopup(popup)
      await done
      expect(await eventsOf(house, mark, 'news')).toMatchObject({ paid: 1, deposit: 1 })
      await page.close()
      balance -= amount
      expect(await reader.balance()).toBe(balance)
    }
  })

  await test.step('reload: it opens by itself, unpaid', async () => {
    const page = await reader.open(`${news}/articles/${first.slug}`)
    await expectRead(page, first)
    const mark = house.mark()
    await page.reload()
    await expectRead(page, first)
    expect(await eventsOf(house, mark, 'news')).toEqual({ paid: 0, reopened: 1, deposit: 0 })
    await page.close()
    expect(await reader.balance()).toBe(balance)
  })

  await test.step('a new browser session, caches cleared: it opens by itself, unpaid', async () => {
    await reader.comeBack()
    const mark = house.mark()
    const urls = watchRequests(reader.context)
    const page = await reader.open(`${news}/articles/${second.slug}`)
    await expectRead(page, second)
    await expectNothingOfTheMint(house, mark, urls)
    expect(await eventsOf(house, mark, 'news')).toEqual({ paid: 0, reopened: 1, deposit: 0 })
    await page.goto(`${blog}/articles/${post.slug}`)
    await expect(delivered(page)).toBeVisible()
    expect(await eventsOf(house, mark, 'blog')).toEqual({ paid: 0, reopened: 1, deposit: 0 })
    await page.close()
    expect(await reader.balance()).toBe(balance)
  })

  await test.step('and a third article', async () => {
    const page = await reader.open(`${news}/articles/${third.slug}`)
    // Where sites are kept apart, what was set aside for this one may be spent by now.
    await unlock(reader, page, wallet)
    await expectRead(page, third)
    await page.close()
    balance -= third.price
    expect(await reader.balance()).toBe(balance)
    const headlines = [first, second, third].map(({ headline }) => headline)
    if (thirdPartyCookies === 'allowed') {
      const history = (await reader.history()).join('\n')
      for (const headline of [...headlines, post.headline]) expect(history).toContain(headline)
    } else {
      // The vault hears of what a site's frame bought when the two meet: here by way of the frame's own link.
      const support = await reader.open(`${news}/support`)
      const pill = await frameIn(support, wallet, 'tuppence-balance')
      await frameState(pill, 'balance')
      const opens = reader.context.waitForEvent('page')
      await pill.getByRole('link').click()
      const home = await opens
      for (const headline of [...headlines, post.headline]) {
        await expect(home.getByTestId('history')).toContainText(headline)
      }
      await home.close()
      await support.close()
    }
  })
})
