// The wallet page in itself: its languages, what it says of sites, rules that stay, receipts and the page without a network, guests, keys.
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { readBalance, unlock } from './harness/reader.ts'
import { openScreen, screenReady } from './harness/wallet.ts'

test.skip(({ thirdPartyCookies }) => thirdPartyCookies === 'blocked', 'the wallet page is first-party: no difference')

const bought = article('spend-a-penny')

async function savedBy(page: Page, press: () => Promise<void>): Promise<string> {
  const saving = page.waitForEvent('download')
  await press()
  return readFileSync(await (await saving).path(), 'utf8')
}

test('speaks the language that was chosen, from then on, written its own way', async ({ reader, house }) => {
  const { wallet } = house.urls
  const page = await openScreen(reader, wallet, 'settings')
  for (const [code, title, dir] of [
    ['ar', 'الإعدادات', 'rtl'],
    ['ko', '설정', 'ltr'],
    ['de', 'Einstellungen', 'ltr'],
    ['es', 'Ajustes', 'ltr'],
  ]) {
    await page.locator('#language').selectOption(code!)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title!)
    await expect(page.locator('html')).toHaveAttribute('lang', code!)
    await expect(page.locator('html')).toHaveAttribute('dir', dir!)
  }
  await page.reload()
  await screenReady(page)
  await expect(page.locator('html')).toHaveAttribute('lang', 'es')
  await page.goto(`${wallet}/#home`)
  await expect(page.getByTestId('balance')).toHaveText('0,00 US$')
  await page.goto(`${wallet}/#settings`)
  await page.locator('#language').selectOption('')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
})

test('says what a site knows, checks its receipt without a network, and forgets it', async ({ reader, house }) => {
  test.setTimeout(90_000)
  const { wallet, news } = house.urls
  await reader.topUp(5)
  const shop = await reader.open(`${news}/articles/${bought.slug}`)
  await unlock(reader, shop, wallet)
  await shop.close()

  const page = await openScreen(reader, wallet, 'sites')
  const site = page.locator(`[data-site="${news}"]`)
  await expect(site).toContainText('a key made for it alone · 1 purchase')
  await expect(site).toContainText(`${bought.price}¢`)

  await page.goto(`${wallet}/#home`)
  await reader.context.setOffline(true)
  const line = page.locator('[data-kind="pay"]')
  await line.getByText('Receipt', { exact: true }).click()
  await expect(line.locator('[data-check="good"]')).toHaveText('Checked: signed by the mint')
  const receipt = await savedBy(page, () => line.getByRole('button', { name: 'Save the receipt' }).click())
  expect(JSON.parse(receipt)).toMatchObject({
    format: 'tuppence-history',
    entries: [{ title: bought.headline, amount: bought.price, receipt: { receipt: { amount: bought.price } } }],
    receiptKeys: { [house.urls.mint]: [{ kty: 'OKP' }] },
  })
  const csv = await savedBy(page, () => page.getByRole('button', { name: 'CSV' }).click())
  expect(csv.split('\r\n')[0]).toBe('time,kind,end,amount,unit,title,site,url,mint,reference')
  expect(csv).toContain(`pay,done,0.0${bought.price},usd,`)
  await reader.context.setOffline(false)

  await page.goto(`${wallet}/#sites`)
  await site.getByRole('button', { name: 'Forget this site' }).click()
  await site.getByRole('button', { name: 'Forget it' }).click()
  await expect(page.getByRole('status').first()).toContainText('is forgotten here')
  await expect(site).toHaveCount(0)
  await page.reload()
  await screenReady(page)
  await expect(site).toHaveCount(0)
  expect(await reader.balance()).toBe(500 - bought.price)
})

test('keeps rules, each as it is chosen', async ({ reader, house }) => {
  const page = await openScreen(reader, house.urls.wallet, 'rules')
  await expect(page.getByRole('radio', { name: 'Ask always' })).toBeChecked()
  await page.getByRole('group', { name: 'Pay by itself' }).getByRole('radio', { name: '10¢' }).check()
  await page.getByRole('group', { name: 'Altogether in a day' }).getByRole('radio', { name: '$2' }).check()
  await expect(page.getByText('Kept.')).toBeVisible()
  // Reloaded at once, the page may have been quicker than its storage.
  await expect(async () => {
    await page.reload()
    await screenReady(page)
    const checked = page.getByRole('radio', { checked: true })
    await expect(checked).toHaveCount(3, { timeout: 2_000 })
    const values = await checked.evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value))
    expect(values).toEqual(['10', '200', '50'])
  }).toPass()
})

test('opens without a network and says so, with the balance that the device knows', async ({ reader, house }) => {
  const { wallet } = house.urls
  await reader.topUp(5)
  const page = await reader.open(wallet)
  await page.evaluate('navigator.serviceWorker.ready.then(() => 0)')
  const kept = await page.evaluate(async () => {
    const [name] = await caches.keys()
    const cache = await caches.open(name!)
    return (await cache.keys())
      .map(({ url }) => new URL(url))
      .filter(({ origin }) => origin === location.origin)
      .map(({ pathname }) => pathname)
  })
  expect(kept).toContain('/')
  expect(
    kept.filter((path) => path.startsWith('/frame') || path.startsWith('/popup') || path.startsWith('/v1')),
  ).toEqual([])
  // A worker answers for pages that were opened after it was ready.
  await page.reload()
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
  await reader.context.setOffline(true)
  await page.reload()
  expect(await readBalance(page)).toBe(500)
  await expect(page.getByText('You are offline')).toBeVisible()
  await page.getByRole('link', { name: 'Backup' }).click()
  await screenReady(page)
  await page.goto(`${wallet}/#home`)
  await expect(page.getByRole('alert')).toHaveText('The mint does not answer, so nothing can be added now.')
  await reader.context.setOffline(false)
  await expect(page.getByText('You are offline')).toHaveCount(0)
  await expect(page.getByRole('button', { name: /test money/ })).toBeVisible()
})

test('a guest is told that nothing is saved, and adds five dollars at most', async ({ reader, house }) => {
  // As Firefox and Safari answer in a private window; Chromium does not let one tell.
  await reader.context.addInitScript(() => {
    Object.defineProperty(StorageManager.prototype, 'getDirectory', {
      value: () => Promise.reject(new DOMException('private', 'SecurityError')),
    })
  })
  const page = await reader.open(house.urls.wallet)
  await expect(page.getByText('Guest, not saved')).toContainText('$5')
  await expect(page.getByRole('radio')).toHaveCount(1)
  await page.getByRole('button', { name: 'Add $5 test money' }).click()
  await expect(page.getByTestId('balance')).toHaveText('$5.00')
})

test('by keys alone: past the navigation, another amount, money added', async ({ reader, house }) => {
  const page = await reader.open(house.urls.wallet)
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('main')).toBeFocused()
  const chosen = page.getByRole('radio', { name: '$10' })
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press('Tab')
    if (await chosen.evaluate((input) => input === document.activeElement)) break
  }
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: '$20' })).toBeChecked()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('balance')).toHaveText('$20.00')
})
