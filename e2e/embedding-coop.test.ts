// Pages with Cross-Origin-Opener-Policy: same-origin: no window can reach the frame, so the reader pays at the wallet's own page and comes back.
import type { Page } from '@playwright/test'
import { elementPage, expect, test, type Town } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, press, unlockButton, type Reader } from './harness/reader.ts'

const isolated = { 'cross-origin-opener-policy': 'same-origin' }

/** A page of an isolated publisher, with all that its console says. */
async function openIsolated({ evil, house }: Town, reader: Reader, item: number, more = '') {
  const page = await reader.open('about:blank')
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  const url = evil.origin + evil.page(elementPage(house.urls.wallet, `/item/${item}`, more), isolated)
  await page.goto(url)
  return { page, said, url }
}

const deposits = ({ evil }: Town, item: number) =>
  evil.events.filter((event) => event.event === 'deposit' && JSON.stringify(event).includes(`"item-${item}"`)).length

/** Presses the price, which opens a window in vain, and takes the way over the wallet's page. */
async function travel({ house }: Town, page: Page): Promise<void> {
  const { wallet } = house.urls
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced', 'insufficient')
  await press(unlockButton(frame).first())
  const onward = frame.getByRole('button', { name: /wallet/i })
  await onward.click()
  await page.waitForURL(`${wallet}/trip.html#**`)
  await page.locator('main button.main:enabled').click()
}

test('never been here: money is added at the wallet page, the article opens on the way back, and no window is left', async ({
  town,
  reader,
  thirdPartyCookies,
}) => {
  const { page, said, url } = await openIsolated(town, reader, 71)
  await travel(town, page)
  await page.waitForURL(url)
  await expect(delivered(page)).toHaveText('item 71')
  expect(page.url(), 'no code is left in the address').toBe(url)
  expect(said.join('\n')).toContain('same-origin-allow-popups')
  await expect.poll(() => reader.context.pages().length, { message: 'the window that knew nobody is gone' }).toBe(2)
  expect(deposits(town, 71)).toBe(1)

  await page.reload()
  if (thirdPartyCookies === 'allowed') await expect(delivered(page)).toHaveText('item 71')
  else {
    // Nothing was left in the partition: the way is the same once more, and costs nothing.
    await travel(town, page)
    await page.waitForURL(url)
    await expect(delivered(page)).toHaveText('item 71')
  }
  expect(deposits(town, 71), 'paid once').toBe(1)
  await page.close()
})

test('from a loaded wallet: one click where the frame has the wallet, three by way of its page', async ({
  town,
  reader,
  thirdPartyCookies,
}) => {
  await reader.topUp(5)
  const { page, url } = await openIsolated(town, reader, 72)
  if (thirdPartyCookies === 'allowed') {
    const frame = await frameIn(page, town.house.urls.wallet)
    await frameState(frame, 'priced')
    await press(unlockButton(frame).first())
  } else await travel(town, page)
  await expect(delivered(page)).toHaveText('item 72')
  expect(page.url()).toBe(url)
  await page.close()
  expect(await reader.balance()).toBe(499)
})

test('a code that is nobody’s, or has been used, leads to the price', async ({ town, reader }) => {
  const { page, url } = await openIsolated(town, reader, 73)
  const claim = new URLSearchParams({ 'tuppence-claim': 'AAAAAAAAAAAAAAAAAAAAAA', url: `${town.evil.origin}/item/73` })
  await page.goto('about:blank')
  await page.goto(`${url}#${claim}`)
  const frame = await frameIn(page, town.house.urls.wallet)
  await frameState(frame, 'priced')
  await expect(delivered(page)).toHaveCount(0)
  expect(page.url()).toBe(url)
  await page.close()
})
