// Money in and out of the wallet: tokens between two wallets, a link, a third wallet's text, and back the way it came. Exact to the cent.
import { openHouse } from './harness/demo.ts'
import { expect, test } from './harness/fixtures.ts'
import { makeReader, readBalance } from './harness/reader.ts'
import { moveBalance, openScreen, part, screenReady } from './harness/wallet.ts'
import type { Page } from '@playwright/test'

test.skip(({ thirdPartyCookies }) => thirdPartyCookies === 'blocked', 'the wallet page is first-party: no difference')

/** One of the screen's three halves of money that moves. */
async function turnTo(page: Page, name: 'Receive' | 'Send' | 'Take out'): Promise<void> {
  await page.getByRole('radio', { name, exact: true }).check()
}

/** Makes a token and answers its text and link. */
async function send(page: Page, amount: string, memo = ''): Promise<{ text: string; link: string }> {
  await turnTo(page, 'Send')
  const box = part(page, 'send')
  await box.getByLabel('Amount').fill(amount)
  await box.getByLabel('A line with it').fill(memo)
  // The one that was made before stays open until the new one is there.
  const shown = box.locator('details[open]').getByLabel('Text', { exact: true })
  const before = (await shown.count()) > 0 ? await shown.inputValue() : ''
  await box.getByRole('button', { name: 'Make a token' }).click()
  await expect(box.locator('details[open] .qr')).toBeVisible()
  await expect(shown).not.toHaveValue(before)
  return {
    link: await box.locator('details[open]').getByLabel('Link', { exact: true }).inputValue(),
    text: await box.locator('details[open]').getByLabel('Text', { exact: true }).inputValue(),
  }
}

async function paste(page: Page, text: string): Promise<void> {
  await turnTo(page, 'Receive')
  const box = part(page, 'receive')
  await box.getByLabel('Token').fill(text)
  await box.getByRole('button', { name: 'Receive' }).click()
}

test('a token goes to another wallet by its text and by its link, once', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.setTimeout(120_000)
  const { wallet } = house.urls
  await reader.topUp(5)
  const page = await openScreen(reader, wallet, 'move')
  const first = await send(page, '1.23', 'for the ferry')
  await expect(page.getByTestId('move-balance')).toHaveText('$3.77')

  const other = await makeReader(wallet, thirdPartyCookies)
  try {
    const there = await openScreen(other, wallet, 'move')
    await paste(there, first.text)
    await expect(part(there, 'receive').getByTestId('offered')).toContainText('$1.23')
    await expect(part(there, 'receive').getByTestId('offered')).toContainText('for the ferry')
    await part(there, 'receive').getByRole('button', { name: 'Take it' }).click()
    await expect(part(there, 'receive').getByRole('status')).toContainText('$1.23 are yours')
    expect(await moveBalance(there)).toBe(123)

    await paste(there, first.text)
    await part(there, 'receive').getByRole('button', { name: 'Take it' }).click()
    await expect(part(there, 'receive').getByRole('alert')).toContainText('taken these coins already')
    expect(await moveBalance(there)).toBe(123)

    const second = await send(page, '0.77')
    await there.close()
    const linked = await other.open(second.link)
    await screenReady(linked)
    expect(linked.url(), 'the token is not kept in the address').toBe(`${wallet}/#move`)
    await part(linked, 'receive').getByRole('button', { name: 'Take it' }).click()
    await expect(part(linked, 'receive').getByRole('status')).toContainText('77¢ are yours')
    expect(await moveBalance(linked)).toBe(200)
    await linked.goBack().catch(() => null)
    expect(linked.url()).not.toContain('token=')
    expect((await other.history()).join('\n')).toMatch(/Received[\s\S]*\+77¢[\s\S]*\+\$1\.23/)
  } finally {
    await other.close()
  }
  expect(await reader.balance()).toBe(300)
})

test('what nobody has taken is taken back; what was taken is not', async ({ reader, house, thirdPartyCookies }) => {
  test.setTimeout(90_000)
  const { wallet } = house.urls
  await reader.topUp(5)
  const page = await openScreen(reader, wallet, 'move')
  await send(page, '2.00')
  await expect(page.getByTestId('move-balance')).toHaveText('$3.00')
  await part(page, 'send').getByRole('button', { name: 'Take back' }).click()
  await expect(page.getByTestId('move-balance')).toHaveText('$5.00')

  const { text } = await send(page, '0.50')
  const other = await makeReader(wallet, thirdPartyCookies)
  try {
    const there = await openScreen(other, wallet, 'move')
    await paste(there, text)
    await part(there, 'receive').getByRole('button', { name: 'Take it' }).click()
    await expect(part(there, 'receive').getByRole('status')).toContainText('50¢')
  } finally {
    await other.close()
  }
  await part(page, 'send').getByRole('button', { name: 'Take back' }).click()
  await expect(part(page, 'send').getByRole('status')).toContainText('taken already')
  await page.goto(`${wallet}/#home`)
  expect(await readBalance(page)).toBe(450)
})

test('unspent money goes out the way it came, to the cent', async ({ reader, house }) => {
  const { wallet } = house.urls
  await reader.topUp(5)
  const page = await openScreen(reader, wallet, 'move')
  await turnTo(page, 'Take out')
  const box = part(page, 'withdraw')
  await box.getByLabel('Amount').fill('nothing')
  await expect(box.getByRole('button', { name: 'Take out' })).toBeEnabled()
  await box.getByRole('button', { name: 'Take out' }).click()
  await expect(box.getByRole('alert')).toContainText('Type an amount')
  await box.getByLabel('Amount').fill('6')
  await box.getByRole('button', { name: 'Take out $6' }).click()
  await expect(box.getByRole('alert')).toContainText('missing')
  await box.getByLabel('Amount').fill('1.37')
  await box.getByRole('button', { name: 'Take out $1.37' }).click()
  await expect(box.getByRole('status')).toContainText('$1.37 went out')
  await expect(page.getByTestId('move-balance')).toHaveText('$3.63')
  await box.getByRole('button', { name: 'All' }).click()
  await box.getByRole('button', { name: 'Take out $3.63' }).click()
  await expect(page.getByTestId('move-balance')).toHaveText('$0.00')
  expect((await reader.history()).join('\n')).toMatch(/Taken out[\s\S]*−\$3\.63[\s\S]*Taken out[\s\S]*−\$1\.37/)
})

test('a request is made in one wallet, paid in another, and taken in the first', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.setTimeout(90_000)
  const { wallet } = house.urls
  const payee = await openScreen(reader, wallet, 'move')
  const ask = part(payee, 'ask')
  await ask.getByLabel('Amount').fill('0.42')
  await ask.getByLabel('What for').fill('a second coffee')
  await ask.getByRole('button', { name: 'Make a request' }).click()
  await expect(ask.getByRole('img')).toBeVisible()
  const request = await ask.getByLabel('Text', { exact: true }).inputValue()
  expect(request).toMatch(/^creq[AB]/)

  const other = await makeReader(wallet, thirdPartyCookies)
  try {
    await other.topUp(5)
    const payer = await openScreen(other, wallet, 'move')
    await turnTo(payer, 'Send')
    const pay = part(payer, 'pay-request')
    await pay.getByLabel('Request').fill(request)
    await pay.getByRole('button', { name: 'Look at it' }).click()
    await expect(pay.getByTestId('request')).toContainText('42¢')
    await expect(pay.getByTestId('request')).toContainText('a second coffee')
    await pay.getByRole('button', { name: 'Pay 42¢' }).click()
    await expect(pay.getByRole('status').first()).toContainText('whoever asked')
    await paste(payee, await pay.getByLabel('Text', { exact: true }).inputValue())
    await part(payee, 'receive').getByRole('button', { name: 'Take it' }).click()
    await expect(part(payee, 'receive').getByRole('status')).toContainText('42¢ are yours')
    expect(await moveBalance(payee)).toBe(42)
    expect(await moveBalance(payer)).toBe(458)
  } finally {
    await other.close()
  }
})

test('coins of a mint that is new to the wallet are taken only after a yes to that mint', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.setTimeout(120_000)
  const elsewhere = await openHouse()
  const other = await makeReader(elsewhere.urls.wallet, thirdPartyCookies)
  try {
    await other.topUp(5)
    const there = await openScreen(other, elsewhere.urls.wallet, 'move')
    const { text } = await send(there, '1.00')
    const page = await openScreen(reader, house.urls.wallet, 'move')
    await paste(page, text)
    const box = part(page, 'receive')
    await expect(box.getByTestId('new-mint')).toContainText(new URL(elsewhere.urls.mint).host)
    await expect(box.getByRole('button', { name: 'Take it', exact: true })).toHaveCount(0)
    await box.getByRole('button', { name: 'Use this mint too' }).click()
    await expect(box.getByRole('status')).toContainText('$1 are yours')
    expect(await moveBalance(page)).toBe(100)
    await page.goto(`${house.urls.wallet}/#settings`)
    await page.reload()
    await screenReady(page)
    await expect(page.getByText(new URL(elsewhere.urls.mint).host)).toBeVisible()
  } finally {
    await other.close()
    await elsewhere.stop()
  }
})

test('what is no token is called that, and nothing is asked of the mint', async ({ reader, house }) => {
  const page = await openScreen(reader, house.urls.wallet, 'move')
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  for (const text of ['hello', 'cashuBabc', 'https://example.com/#token=', `cashuA${'A'.repeat(2_000)}`]) {
    await paste(page, text)
    await expect(part(page, 'receive').getByRole('alert')).toContainText('not a Cashu token')
  }
  expect(asked.filter((url) => url.startsWith(house.urls.mint))).toEqual([])
})
