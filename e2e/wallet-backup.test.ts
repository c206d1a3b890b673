// One balance that lasts: a wallet comes back by passkey, by twelve words and from another device, with money and purchases whole.
import type { CDPSession, Page } from '@playwright/test'
import { article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import type { House } from './harness/demo.ts'
import { delivered, frameIn, frameState, makeReader, readBalance, unlock, type Reader } from './harness/reader.ts'
import { openScreen, restored, screenReady, way } from './harness/wallet.ts'

const bought = article('spend-a-penny')

/** Tops up, buys one article, and answers what is left. */
async function readOne(reader: Reader, { urls: { wallet, news } }: House): Promise<number> {
  await reader.topUp(5)
  const page = await reader.open(`${news}/articles/${bought.slug}`)
  await unlock(reader, page, wallet)
  await page.close()
  return reader.balance()
}

/** Opens what was bought on another device: nothing is paid. */
async function expectOwned(reader: Reader, house: House): Promise<void> {
  const { wallet, news } = house.urls
  const mark = house.mark()
  const page = await reader.open(`${news}/articles/${bought.slug}`)
  const frame = await frameIn(page, wallet)
  // Where the browser keeps sites apart, a new device asks its vault once.
  const state = await frameState(frame, 'delivered', 'priced', 'insufficient')
  if (state !== 'delivered') await unlock(reader, page, wallet)
  await expect(delivered(page)).toContainText(bought.locked.at(-1) ?? '')
  const events = (await house.since(mark, 'news')).map(({ event }) => event)
  expect(events).toContain('reopened')
  expect(events).not.toContain('paid')
  await page.close()
}

/** Makes the change come home first: on a device of its own, money that was lent to a site's frame is not found. */
async function callHome(page: Page): Promise<void> {
  await page.goto(new URL('/#sites', page.url()).href)
  await screenReady(page)
  const button = page.getByRole('button', { name: 'Call home' })
  if ((await button.count()) === 0) return
  await button.click()
  await expect(page.getByText('came home')).toBeVisible()
}

async function virtualAuthenticator(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
    },
  })
  return session
}

test('by passkey: all storage cleared, then money and purchases are back', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.skip(thirdPartyCookies === 'blocked', 'what a new device does where sites are kept apart is shown by the words')
  test.setTimeout(120_000)
  const { wallet } = house.urls
  const balance = await readOne(reader, house)
  const page = await openScreen(reader, wallet, 'backup')
  const session = await virtualAuthenticator(page)
  await callHome(page)
  await page.goto(`${wallet}/#backup`)
  await expect(page.locator('[data-backup="no"]')).toBeVisible()
  await way(page, 'passkey').getByRole('button').click()
  await expect(way(page, 'passkey').getByRole('status').last()).toContainText('it opens your wallet')
  await expect(page.locator('[data-backup="yes"]')).toContainText('saved, encrypted', { timeout: 20_000 })

  await session.send('Storage.clearDataForOrigin', { origin: new URL(wallet).origin, storageTypes: 'all' })
  await page.reload()
  await screenReady(page)
  expect(await page.locator('[data-backup="no"]').count()).toBe(1)
  await way(page, 'restore').getByRole('button', { name: 'With my passkey' }).click()
  expect(await restored(page)).toBe(balance)
  await expect(page.getByTestId('history')).toContainText(bought.headline)
  await page.close()
  await expectOwned(reader, house)
})

test('an authenticator without PRF is not trusted with a wallet', async ({ reader, house, thirdPartyCookies }) => {
  test.skip(thirdPartyCookies === 'blocked', 'the wallet page is first-party: no difference')
  const page = await openScreen(reader, house.urls.wallet, 'backup')
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await way(page, 'passkey').getByRole('button').click()
  await expect(way(page, 'passkey').getByRole('status').last()).toContainText('The twelve words always work')
  await expect(page.locator('[data-backup="no"]')).toBeVisible()
})

test('by twelve words, of which three were asked for', async ({ reader, house, thirdPartyCookies }) => {
  test.setTimeout(120_000)
  const { wallet, news } = house.urls
  const balance = await readOne(reader, house)
  const page = await openScreen(reader, wallet, 'backup')
  await callHome(page)
  await page.goto(`${wallet}/#backup`)
  const box = way(page, 'words')
  await box.getByRole('button', { name: 'Show the words' }).click()
  await expect(box.locator('.words li')).toHaveCount(12)
  const words = await box.locator('.words li').allInnerTexts()
  await box.getByRole('button', { name: 'I wrote them down' }).click()

  const fields = box.getByRole('textbox')
  await expect(fields).toHaveCount(3)
  for (const field of await fields.all()) await field.fill('wrong')
  await box.getByRole('button', { name: 'Check' }).click()
  await expect(box.getByRole('alert')).toBeVisible()
  for (const field of await fields.all()) await field.fill(words[Number(await field.getAttribute('name'))]!)
  await box.getByRole('button', { name: 'Check' }).click()
  await expect(box).toHaveAttribute('data-step', 'done')
  await expect(page.locator('[data-backup="yes"]')).toContainText('saved, encrypted', { timeout: 20_000 })

  const other = await makeReader(wallet, thirdPartyCookies, { sites: [news] })
  try {
    const there = await openScreen(other, wallet, 'backup')
    await way(there, 'restore').getByRole('button', { name: 'With my twelve words' }).click()
    const field = way(there, 'restore').getByRole('textbox')
    // BIP39: the sum of twelve times the list's first word is another. Words put in another order add up once in sixteen times.
    await field.fill('abandon '.repeat(12))
    await way(there, 'restore').getByRole('button', { name: 'Bring it here' }).click()
    await expect(way(there, 'restore').getByRole('alert')).toContainText('not right')
    await way(there, 'restore')
      .getByRole('textbox')
      .fill(`  ${words.join('\n').toUpperCase()} `)
    await way(there, 'restore').getByRole('button', { name: 'Bring it here' }).click()
    expect(await restored(there)).toBe(balance)
    await there.close()
    await expectOwned(other, house)
  } finally {
    await other.close()
  }
})

test('from another device, by its link and six digits; then both can pay', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.setTimeout(150_000)
  const { wallet, news, blog } = house.urls
  const balance = await readOne(reader, house)
  const page = await openScreen(reader, wallet, 'sites')
  await callHome(page)
  await page.goto(`${wallet}/#backup`)
  const box = way(page, 'device')
  await box.getByRole('button', { name: 'Connect a device' }).click()
  await expect(box.getByRole('img')).toBeVisible()
  const link = await box.getByRole('textbox').inputValue()
  expect(link).toMatch(new RegExp(`^${wallet}/#pair=`))

  const other = await makeReader(wallet, thirdPartyCookies, { sites: [news, blog] })
  try {
    // As a phone's camera would open it.
    const there = await other.open(link)
    await screenReady(there)
    expect(there.url(), 'what the link brought is not kept in the address').toBe(`${wallet}/#backup`)
    await way(there, 'restore').getByRole('button', { name: 'Bring it here' }).click()
    const digits = await way(there, 'restore').getByTestId('pair-code').innerText()
    expect(digits).toMatch(/^\d{6}$|^\d{3}.\d{3}$/)
    await expect(box.getByTestId('pair-code')).toHaveText(digits, { timeout: 20_000 })
    await box.getByRole('button', { name: 'Yes, the same' }).click()
    await expect(box).toHaveAttribute('data-step', 'done', { timeout: 20_000 })
    expect(await restored(there)).toBe(balance)
    await there.close()

    const more = article('ten-rods', 'posts')
    const post = await other.open(`${blog}/articles/${more.slug}`)
    await frameState(await frameIn(post, wallet), 'priced', 'insufficient')
    await unlock(other, post, wallet)
    await post.close()
    expect(await other.balance()).toBe(balance - more.price)
  } finally {
    await other.close()
  }
})

test('a pairing that shows other digits hands nothing over', async ({ reader, house, thirdPartyCookies }) => {
  test.skip(thirdPartyCookies === 'blocked', 'the wallet page is first-party: no difference')
  const { wallet } = house.urls
  const page = await openScreen(reader, wallet, 'backup')
  const box = way(page, 'device')
  await box.getByRole('button', { name: 'Connect a device' }).click()
  const link = await box.getByRole('textbox').inputValue()
  const other = await makeReader(wallet, thirdPartyCookies)
  try {
    const there = await other.open(link)
    await way(there, 'restore').getByRole('button', { name: 'Bring it here' }).click()
    await expect(box.getByTestId('pair-code')).toBeVisible({ timeout: 20_000 })
    await box.getByRole('button', { name: 'No', exact: true }).click()
    await expect(box).toContainText('Nothing was handed over')
    await expect(way(there, 'restore').getByRole('alert')).not.toBeEmpty({ timeout: 20_000 })
    await there.goto(`${wallet}/#home`)
    expect(await readBalance(there)).toBe(0)
  } finally {
    await other.close()
  }
})
