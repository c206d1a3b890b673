// Money in by card and by voucher, at a pretended Stripe: from a reader who has nothing to what the publisher sees and is owed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, type Page } from '@playwright/test'
import { signRequest, statementComponents, type Statement } from '@tuppence/protocol'
import { loadAccountKey } from '@tuppence/till'
import jsqr from 'jsqr'
import { article } from './harness/articles.ts'
import { openHouse, runMint, type House } from './harness/demo.ts'
import { test } from './harness/fixtures.ts'
import {
  clickAndClose,
  delivered,
  frameIn,
  frameState,
  makeReader,
  press,
  readBalance,
  unlock,
  unlockButton,
  type Reader,
} from './harness/reader.ts'
import { openScreen, part } from './harness/wallet.ts'

const sold = article('the-price-of-deciding')

// One reader's day, a step a test.
test.describe.configure({ mode: 'serial' })

let house: House
let reader: Reader

test.beforeAll(async ({ thirdPartyCookies }) => {
  house = await openHouse({ card: 'pretended' })
  const { wallet, news } = house.urls
  reader = await makeReader(wallet, thirdPartyCookies, { sites: [news] })
})
test.afterAll(async () => {
  await reader.close()
  await house.stop()
})

const payButton = (page: Page) => page.getByRole('button', { name: 'Pay 10.00 USD' })

/** Presses the one button on a page, and answers the window that this opens. */
async function popupOf(page: Page): Promise<Page> {
  const frame = await frameIn(page, house.urls.wallet)
  await frameState(frame, 'priced', 'insufficient')
  const opening = reader.context.waitForEvent('page')
  await press(unlockButton(frame).first())
  return opening
}

test('a reader with nothing goes back, is declined, pays by card, and reads: one press on the article, one payment', async () => {
  const { news } = house.urls
  const page = await reader.open(`${news}/articles/${sold.slug}`)
  const popup = await popupOf(page)
  const byCard = popup.getByRole('button', { name: 'Pay $10 by card and unlock' })
  await byCard.click()
  await popup.getByRole('button', { name: 'Cancel' }).click()
  await expect(popup.getByText('You came back without paying, as far as the mint knows.')).toBeVisible()
  await byCard.click()
  await popup.getByLabel('Card number').fill('4000 0000 0000 0002')
  await payButton(popup).click()
  await expect(popup.getByRole('alert')).toHaveText('Your card was declined.')
  // The same checkout as before: who goes back pays for it once.
  expect(house.stripe?.double.world.sessions.size).toBe(1)
  await popup.getByLabel('Card number').fill('4242 4242 4242 4242')
  await clickAndClose(payButton(popup))
  await expect(delivered(page)).toContainText(sold.locked.at(-1) ?? '')
  await page.close()
  expect(await reader.balance()).toBe(1_000 - sold.price)
  expect((await reader.history()).filter((line) => line.includes('Money added'))).toHaveLength(1)
})

/** A month of the newspaper's account, as its publisher gets it from the mint. */
async function statement(): Promise<Statement> {
  const { privateKey, thumbprint: keyId } = await loadAccountKey(join(house.dataDir, 'news'))
  // Node does not resolve *.localhost.
  const url = `${house.urls.mint.replace('mint.localhost', '127.0.0.1')}/v1/accounts/farthing/statement`
  const headers = await signRequest(
    { method: 'GET', url, headers: {} },
    { key: privateKey, keyId, createdMs: Date.now(), components: [...statementComponents] },
  )
  const answer = await fetch(url, { headers: headers as Record<string, string> })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Statement
}

test('the publisher sees the sale in its insights, and is owed it by its statement', async ({ thirdPartyCookies }) => {
  test.skip(thirdPartyCookies === 'blocked', 'no matter of cookies')
  const page = await reader.open(`${house.urls.news}/insights`)
  await page.locator('input').fill(readFileSync(join(house.dataDir, 'news', 'insights.token'), 'utf8').trim())
  await page.getByRole('button').click()
  await expect(page.locator('#open')).toContainText(`1 sold for ${sold.price}¢`)
  await page.close()
  const { lines, closing } = await statement()
  expect(lines).toMatchObject([{ kind: 'deposit', amount: sold.price, balance: sold.price }])
  expect(closing).toBe(sold.price)
})

test('what was paid while the mint was away is there when it is back; what was not spent goes back to the card', async ({
  thirdPartyCookies,
}) => {
  test.skip(thirdPartyCookies === 'blocked', 'no matter of cookies')
  const { wallet } = house.urls
  const page = await reader.open(wallet)
  await page.getByRole('button', { name: 'Pay $10 by card' }).click()
  await expect(payButton(page)).toBeVisible()
  await house.parts.mint.stop()
  await payButton(page).click()
  await expect(page.getByText('Your payment of $10 is on its way…')).toBeVisible()
  await house.parts.mint.start()
  await expect(page.getByText('$10 added.')).toBeVisible({ timeout: 60_000 })
  expect(await readBalance(page)).toBe(2_000 - sold.price)
  await page.close()

  const move = await openScreen(reader, wallet, 'move')
  await move.getByRole('radio', { name: 'Take out' }).check()
  const box = part(move, 'withdraw')
  await expect(box.locator('option')).toHaveCount(2)
  await box.getByRole('button', { name: 'All' }).click()
  await expect(box.getByRole('textbox')).toHaveValue('10.00')
  await box.getByRole('button', { name: 'Take out $10' }).click()
  await expect(box.getByText('$10 went out')).toBeVisible()
  await expect(box.locator('option')).toHaveCount(0)
  await move.close()
  const refunds = [...(house.stripe?.double.world.refunds.values() ?? [])]
  expect(refunds.map(({ amount }) => amount)).toEqual([1_000])
})

/** What a camera would read on a page: the first code that is drawn there. */
async function scan(page: Page): Promise<string> {
  const png = (await page.locator('svg').first().screenshot()).toString('base64')
  const { data, width, height } = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes]))
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!
    context.drawImage(bitmap, 0, 0)
    const image = context.getImageData(0, 0, bitmap.width, bitmap.height)
    return { data: [...image.data], width: image.width, height: image.height }
  }, png)
  // Its types say `default`, its file is the function itself.
  const read = jsqr as unknown as typeof jsqr.default
  const code = read(Uint8ClampedArray.from(data), width, height)
  if (!code) throw new Error('no code to be read')
  return code.data
}

test('vouchers: one is typed in where an article is bought, one is scanned from the printed sheet and spent', async ({
  thirdPartyCookies,
}) => {
  test.skip(thirdPartyCookies === 'blocked', 'no matter of cookies')
  const { wallet, news } = house.urls
  const out = join(house.dataDir, 'sheet')
  await runMint(house, ['vouchers', 'sell', '--count', '2', '--amount', '500', '--wallet', wallet, '--out', out])
  const sheet = await reader.open(pathToFileURL(`${out}.html`).href)
  const link = await scan(sheet)
  const [, typed = ''] = await sheet.locator('code').allInnerTexts()
  await sheet.close()

  const friend = await makeReader(wallet, thirdPartyCookies, { sites: [news] })
  const page = await friend.open(`${news}/articles/${sold.slug}`)
  const opening = friend.context.waitForEvent('page')
  await press(unlockButton(await frameIn(page, wallet)).first())
  const popup = await opening
  await popup.getByRole('button', { name: 'I have a voucher' }).click()
  const redeem = popup.getByRole('button', { name: 'Redeem and unlock' })
  await popup.getByLabel('The code on the voucher').fill(typed.replace(/.$/, (last) => (last === '0' ? '1' : '0')))
  await redeem.click()
  await expect(popup.getByText('That is not quite a voucher code.')).toBeVisible()
  await popup.getByLabel('The code on the voucher').fill(` ${typed.toLowerCase().replaceAll('-', ' ')}`)
  await clickAndClose(redeem)
  await expect(delivered(page)).toContainText(sold.locked.at(-1) ?? '')
  await page.close()

  const scanned = await friend.open(link)
  expect(scanned.url()).toBe(`${wallet}/#home`)
  await scanned.getByRole('button', { name: 'Redeem' }).click()
  await expect(scanned.getByText('$5 added.')).toBeVisible()
  expect(await readBalance(scanned)).toBe(1_000 - sold.price)
  // Once is once, whoever comes with it.
  await scanned.goto('about:blank')
  await scanned.goto(link)
  await scanned.getByRole('button', { name: 'Redeem' }).click()
  await expect(scanned.getByRole('alert')).toHaveText('This voucher was used already.')
  await scanned.close()
  const other = await friend.open(`${news}/articles/spend-a-penny`)
  await unlock(friend, other, wallet)
  await friend.close()
})

test('who has paid and goes back before the mint has heard of it is not charged again by another press', async ({
  thirdPartyCookies,
}) => {
  test.skip(thirdPartyCookies === 'blocked', 'no matter of cookies')
  const { wallet, news } = house.urls
  const { double, settled } = house.stripe!
  const hasty = await makeReader(wallet, thirdPartyCookies, { sites: [news] })
  const page = await hasty.open(`${news}/articles/${sold.slug}`)
  const opening = hasty.context.waitForEvent('page')
  await press(unlockButton(await frameIn(page, wallet)).first())
  const popup = await opening
  const byCard = popup.getByRole('button', { name: 'Pay $10 by card and unlock' })
  await byCard.click()
  await expect(payButton(popup)).toBeVisible()
  const session = new URL(popup.url()).pathname.split('/').at(-1) ?? ''
  await popup.goBack()
  await expect(popup.getByText('You came back without paying, as far as the mint knows.')).toBeVisible()
  const begun = double.world.sessions.size
  double.pay(session, { card: '5555555555554444' })
  await settled()
  await clickAndClose(byCard)
  await expect(delivered(page)).toContainText(sold.locked.at(-1) ?? '')
  expect(double.world.sessions.size).toBe(begun)
  expect(await hasty.balance()).toBe(1_000 - sold.price)
  await hasty.close()
})
