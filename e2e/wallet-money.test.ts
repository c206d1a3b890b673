// Money in and out of the wallet: tokens between two wallets, a link, a third wallet's text, and back the way it came. Exact to the cent.
import { expect, test } from './harness/fixtures.ts'
import { makeReader, readBalance } from './harness/reader.ts'
import { moveBalance, openScreen, part, screenReady } from './harness/wallet.ts'
import type { Page } from '@playwright/test'

test.skip(({ thirdPartyCookies }) => thirdPartyCookies === 'blocked', 'the wallet page is first-party: no difference')

/** Makes a token and answers its text and link. */
async function send(page: Page, amount: string, memo = ''): Promise<{ text: string; link: string }> {
  const box = part(page, 'send')
  await box.getByLabel('Amount').fill(amount)
  await box.getByLabel('A line with it').fill(memo)
  await box.getByRole('button', { name: 'Make a token' }).click()
  await expect(box.locator('details[open] .qr')).toBeVisible()
  return {
    link: await box.locator('details[open]').getByLabel('Link', { exact: true }).inputValue(),
    text: await box.locator('details[open]').getByLabel('Text', { exact: true }).inputValue(),
  }
}

async function paste(page: Page, text: string): Promise<void> {
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

test('what is no token is called that, and nothing is asked of the mint', async ({ reader, house }) => {
  const page = await openScreen(reader, house.urls.wallet, 'move')
  await expect(part(page, 'withdraw').getByLabel('Amount')).toBeVisible()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  for (const text of ['hello', 'cashuBabc', 'https://example.com/#token=', `cashuA${'A'.repeat(2_000)}`]) {
    await paste(page, text)
    await expect(part(page, 'receive').getByRole('alert')).toContainText('not a Cashu token')
  }
  expect(asked.filter((url) => url.startsWith(house.urls.mint))).toEqual([])
})
