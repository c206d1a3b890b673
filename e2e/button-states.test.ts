// The button where something is missing: the line, room, storage, a file of the wallet's. It says what is so, and goes on by itself when it can.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame, Page } from '@playwright/test'
import { article } from './harness/articles.ts'
import { elementPage, expect, test } from './harness/fixtures.ts'
import {
  clickAndClose,
  delivered,
  frameIn,
  frameState,
  makeReader,
  press,
  unlock,
  unlockButton,
  waitForPopup,
  type Reader,
} from './harness/reader.ts'
import type { House } from './harness/demo.ts'

const warm = article('one-more-pennyworth')
const one = article('spend-a-penny')

/** A reader with money on this site, on the page of an article that is for sale. */
async function atThePrice(reader: Reader, { urls: { wallet, news } }: House, slug = one.slug): Promise<Page> {
  await reader.topUp(5)
  // Bought before, so that this site has its coins where sites are kept apart.
  const before = await reader.open(`${news}/articles/${warm.slug}`)
  await unlock(reader, before, wallet)
  await before.close()
  const page = await reader.open(`${news}/articles/${slug}`)
  await frameState(await frameIn(page, wallet), 'priced')
  return page
}

/** Does what "clear this site's data" does, to the storage that the frame lives on. */
async function wipe({ context, thirdPartyCookies }: Reader, frame: Frame, wallet: string): Promise<void> {
  const devtools = await context.newCDPSession(thirdPartyCookies === 'allowed' ? frame.page() : frame)
  if (thirdPartyCookies === 'allowed')
    await devtools.send('Storage.clearDataForOrigin', { origin: wallet, storageTypes: 'all' })
  else {
    const { frameTree } = await devtools.send('Page.getFrameTree')
    const { storageKey } = await devtools.send('Storage.getStorageKeyForFrame', { frameId: frameTree.frame.id })
    await devtools.send('Storage.clearDataForStorageKey', { storageKey, storageTypes: 'all' })
  }
}

/** The built file that the frame loads beside the price. Its name is a hash; what it exports is not. */
function laterFile(): string {
  const assets = join(import.meta.dirname, '../packages/widget/dist/site/assets')
  const exporting = (name: string) => /export\s*\{[^}]*\bas payInPopup\b/.test(readFileSync(join(assets, name), 'utf8'))
  const found = readdirSync(assets).find((name) => name.endsWith('.js') && exporting(name))
  if (found === undefined) throw new Error('no built file exports payInPopup')
  return `**/assets/${found}`
}

test.describe('the button', () => {
  test('says that it works while it does, and what was on its way is finished when the line is back', async ({
    reader,
    house,
  }) => {
    const { wallet } = house.urls
    const page = await atThePrice(reader, house)
    const frame = await frameIn(page, wallet)
    const gate = Promise.withResolvers<void>()
    await reader.context.route('**/read/**', async (route) => {
      await gate.promise
      await route.abort('internetdisconnected')
    })
    const mark = house.mark()
    await press(unlockButton(frame))
    await frameState(frame, 'paying')
    await expect(frame.getByText('Paying…')).toBeVisible()
    await reader.context.setOffline(true)
    gate.resolve()
    await frameState(frame, 'failed')
    await expect(frame.getByText(`${one.price}¢ is on its way.`)).toBeVisible()
    await expect(frame.getByText('You are offline. It will be finished when you are back online.')).toBeVisible()
    await reader.context.unroute('**/read/**')
    await reader.context.setOffline(false)
    await expect(delivered(page)).toContainText(one.locked.at(-1) ?? '')
    await expect(frame.getByText(`Paid ${one.price}¢.`)).toBeVisible()
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'deposit')).toHaveLength(1)
  })

  test('offline before anything was asked says that nothing was paid, and asks again by itself', async ({
    reader,
    house,
  }) => {
    const { wallet, news } = house.urls
    const gate = Promise.withResolvers<void>()
    await reader.context.route('**/read/**', async (route) => {
      await gate.promise
      await route.abort('internetdisconnected')
    })
    const page = await reader.open(`${news}/articles/${one.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'loading')
    await reader.context.setOffline(true)
    gate.resolve()
    await frameState(frame, 'failed')
    await expect(frame.getByText('You are offline.')).toBeVisible()
    await expect(frame.getByText('Nothing was paid.')).toBeVisible()
    await reader.context.unroute('**/read/**')
    await reader.context.setOffline(false)
    await frameState(frame, 'priced')
  })

  test('above a small amount asks again in a window, whose button waits until it has been seen', async ({
    reader,
    house,
    evil,
  }) => {
    const { wallet } = house.urls
    await reader.topUp(20)
    const page = await reader.open(evil.origin + evil.page(elementPage(wallet, '/offer/250')))
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    const opens = waitForPopup(reader)
    await press(unlockButton(frame))
    await frameState(frame, 'popup')
    const popup = (await opens)!
    const yes = popup.getByRole('button', { name: /\$2\.50/ })
    await expect(yes).toBeVisible()
    await expect(popup.getByText(/Pay \$2\.50\?|Keep some change ready/)).toBeVisible()
    await clickAndClose(yes)
    await expect(delivered(page)).toBeVisible()
    expect(await reader.balance()).toBe(2_000 - 250)
  })

  test('put aside in the window pays nothing and shows the price again', async ({ reader, house, evil }) => {
    const { wallet } = house.urls
    await reader.topUp(20)
    const page = await reader.open(evil.origin + evil.page(elementPage(wallet, '/offer/250')))
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    const opens = waitForPopup(reader)
    await press(unlockButton(frame))
    const popup = (await opens)!
    await clickAndClose(popup.getByRole('button', { name: 'Not now' }))
    await frameState(frame, 'priced')
    await expect(delivered(page)).toHaveCount(0)
    expect(await reader.balance()).toBe(2_000)
  })

  test('where sites are kept apart says why it asks, once for each site', async ({
    reader,
    house,
    thirdPartyCookies,
  }) => {
    test.skip(thirdPartyCookies === 'allowed', 'one vault everywhere')
    const { wallet, news } = house.urls
    await reader.topUp(5)
    const page = await reader.open(`${news}/articles/${one.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    const opens = waitForPopup(reader)
    await press(unlockButton(frame))
    const popup = (await opens)!
    await expect(popup.getByText('Your browser keeps sites apart, so it asks once for each new site.')).toBeVisible()
    await clickAndClose(popup.getByRole('button', { name: /unlock/i }))
    await expect(delivered(page)).toBeVisible()
    await page.goto(`${news}/articles/${warm.slug}`)
    const second = await frameIn(page, wallet)
    await frameState(second, 'priced')
    const windows = reader.context.pages().length
    await press(unlockButton(second))
    await expect(delivered(page)).toBeVisible()
    expect(reader.context.pages().length).toBe(windows)
  })

  test('no room left: says so, and nothing leaves', async ({ reader, house, thirdPartyCookies }) => {
    test.skip(thirdPartyCookies === 'blocked', 'DevTools limit the room of a site, not of a partition')
    const { wallet, news } = house.urls
    await (await atThePrice(reader, house)).close()
    // A browser asks how much room there is when it opens a storage, and not at every write.
    await reader.comeBack()
    const devtools = await reader.context.newCDPSession(await reader.context.newPage())
    for (const origin of [wallet, news]) await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 })
    const mark = house.mark()
    const page = await reader.open(`${news}/articles/${warm.slug}`)
    await page.goto(`${news}/articles/${one.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced')
    await press(unlockButton(frame))
    await frameState(frame, 'failed')
    await expect(frame.getByText('Your browser has no room left for the wallet.')).toBeVisible()
    await expect(frame.getByText('Nothing was paid.')).toBeVisible()
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'deposit')).toEqual([])
    for (const origin of [wallet, news]) await devtools.send('Storage.overrideQuotaForOrigin', { origin })
    await frame.getByRole('button', { name: 'Try again' }).click()
    await frameState(frame, 'priced')
    await press(unlockButton(frame))
    await expect(delivered(page)).toBeVisible()
  })

  test('storage switched off: says so, and takes no press', async ({ house, thirdPartyCookies }) => {
    const { wallet, news } = house.urls
    const reader = await makeReader(wallet, thirdPartyCookies, { storage: 'blocked' })
    try {
      const page = await reader.open(`${news}/articles/${one.slug}`)
      const frame = await frameIn(page, wallet)
      await frameState(frame, 'failed')
      await expect(frame.getByText('Your browser would not let the wallet store anything.')).toBeVisible()
      await expect(frame.getByRole('button')).toHaveCount(0)
    } finally {
      await reader.close()
    }
  })

  test('storage wiped in between: nothing leaves, and the wallet begins anew', async ({ reader, house }) => {
    const { wallet } = house.urls
    const page = await atThePrice(reader, house)
    const frame = await frameIn(page, wallet)
    const mark = house.mark()
    await wipe(reader, frame, wallet)
    await press(unlockButton(frame))
    await frameState(frame, 'failed')
    await expect(frame.getByText('Your browser would not let the wallet store anything.')).toBeVisible()
    await expect(frame.getByText('Nothing was paid.')).toBeVisible()
    await frame.getByRole('button', { name: 'Try again' }).click()
    await frameState(frame, 'priced')
    // What this browser had is gone with its data; it says nothing else.
    await expect(frame.getByText('No account, no subscription.')).toBeVisible()
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'deposit')).toEqual([])
  })

  test('a file of the wallet’s that does not come is not called anything else', async ({ reader, house }) => {
    const { wallet, news } = house.urls
    const file = laterFile()
    await reader.context.route(file, (route) => route.abort('connectionfailed'))
    await reader.context.route('**/read/**', (route) => route.abort('connectionfailed'))
    const page = await reader.open(`${news}/articles/${one.slug}`)
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'lost')
    await reader.context.unroute(file)
    await reader.context.unroute('**/read/**')
    await frame.getByRole('button', { name: /did not load/ }).click()
    await expect.poll(async () => frameState(await frameIn(page, wallet), 'priced').catch(() => '')).toBe('priced')
  })
})
