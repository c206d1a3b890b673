// Four tabs on one wallet: what is pressed in all of them at once is paid once, and what is different is paid each.
import type { Frame, Page } from '@playwright/test'
import { outstanding, paidOffers } from './harness/books.ts'
import { expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, makeReader, unlock, unlockButton, type Reader } from './harness/reader.ts'
import { openShop, price, type Shop } from './harness/shop-fixture.ts'

const tabs = 4
const rounds = 2
// The button takes a press after half a second in view.
const armedMs = 700

type Tab = { page: Page; frame: Frame }

async function openTabs(reader: Reader, { house, publisher }: Shop, articles: readonly number[]): Promise<Tab[]> {
  const opened: Tab[] = []
  for (const article of articles) {
    const page = await reader.open(`${publisher.origin}/page/${article}`)
    const frame = await frameIn(page, house.urls.wallet)
    await frameState(frame, 'priced')
    await unlockButton(frame).first().hover()
    opened.push({ page, frame })
  }
  await opened[0]?.page.waitForTimeout(armedMs)
  for (const { frame } of opened) await expect(unlockButton(frame).first()).toBeEnabled()
  return opened
}

const pressAll = (opened: readonly Tab[]) =>
  Promise.all(
    opened.map(async ({ page }) => {
      await page.mouse.down()
      await page.mouse.up()
    }),
  )

/** Waits for what was pressed; where the wallet asks in a window instead, closes that and starts again, alone. */
async function finish(reader: Reader, page: Page, wallet: string): Promise<void> {
  const there = await delivered(page)
    .waitFor({ timeout: 3_000 })
    .then(
      () => true,
      () => false,
    )
  if (there) return
  for (const one of reader.context.pages()) if (one.url().startsWith(wallet)) await one.close()
  await page.reload()
  if ((await frameState(await frameIn(page, wallet), 'priced', 'delivered')) === 'priced')
    await unlock(reader, page, wallet)
}

test('four tabs at once: one debit for one article, four for four', async ({ thirdPartyCookies }) => {
  test.setTimeout(150_000)
  const shop = await openShop(30)
  const { house, publisher } = shop
  const reader = await makeReader(house.urls.wallet, thirdPartyCookies, { sites: [`${publisher.origin}/page/29`] })
  const paid = () => paidOffers(shop.till)
  let next = 0
  try {
    await reader.topUp(10)
    // Where sites are kept apart, this one now has money set aside.
    const first = await reader.open(`${publisher.origin}/page/${next++}`)
    await unlock(reader, first, house.urls.wallet)
    await first.close()
    for (let round = 0; round < rounds; round += 1) {
      const same = next++
      const one = await openTabs(
        reader,
        shop,
        Array.from({ length: tabs }, () => same),
      )
      await pressAll(one)
      await expect.poll(() => paid().get(`article-${same}`) ?? 0).toBe(1)
      for (const { page, frame } of one) {
        // Whoever came second may say that it is on its way; then it is there at the next look.
        if ((await frameState(frame, 'delivered', 'failed', 'priced')) !== 'delivered') await page.reload()
        await expect(delivered(page)).toBeVisible()
        await page.close()
      }

      // Once is enough where each of four may have to go through a window of its own.
      if (thirdPartyCookies === 'blocked' && round > 0) continue
      const different = Array.from({ length: tabs }, () => next++)
      const four = await openTabs(reader, shop, different)
      await pressAll(four)
      for (const { page } of four) {
        // An allowance may not have the coins for four at once: then a window asks, and the reader goes on from there.
        if (thirdPartyCookies === 'blocked') await finish(reader, page, house.urls.wallet)
        await expect(delivered(page)).toBeVisible()
        await page.close()
      }
      expect(different.map((article) => paid().get(`article-${article}`))).toEqual(different.map(() => 1))
    }
    expect([...paid().values()].every((times) => times === 1)).toBe(true)
    expect(paid().size).toBe(1 + rounds + tabs * (thirdPartyCookies === 'blocked' ? 1 : rounds))
    await expect.poll(() => reader.balance(), { timeout: 20_000 }).toBe(1_000 - price * paid().size)
    expect(outstanding(shop.mint)).toBe(1_000 - price * paid().size)
  } finally {
    await reader.close()
    await shop.stop()
  }
})
