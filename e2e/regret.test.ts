// "Not worth it?": one click, the coins are back and the article is closed; as often as the publisher allows, and no more.
import { article } from './harness/articles.ts'
import { expect, test } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, unlock, unlockButton } from './harness/reader.ts'

test.use({ terms: { news: { refund: { windowSeconds: 600, allowance: { count: 2, per: 'week' } } }, blog: {} } })

const first = article('spend-a-penny')
const second = article('a-nickel-a-song')

test('gives the money back with one click, closes the article, and stops where the publisher does', async ({
  reader,
  house,
  thirdPartyCookies,
}) => {
  test.setTimeout(120_000)
  const { wallet, news } = house.urls
  await reader.topUp(5)
  const page = await reader.open(`${news}/articles/${first.slug}`)
  await unlock(reader, page, wallet)
  const frame = await frameIn(page, wallet)

  await test.step('coins back, article closed', async () => {
    const mark = house.mark()
    await frame.getByRole('button', { name: 'Not worth it?' }).click()
    await frameState(frame, 'refunded')
    const back = thirdPartyCookies === 'allowed' ? 'is back in your wallet' : 'is on its way back to your wallet'
    await expect(frame.getByText(`${first.price}¢ ${back}.`)).toBeVisible()
    await expect(delivered(page)).toHaveCount(0)
    for (const words of first.locked) expect(await page.content()).not.toContain(words)
    expect((await house.since(mark, 'news')).filter(({ event }) => event === 'refund')).toHaveLength(1)
    await expectBalance(500)
  })

  await test.step('it is not open after a reload, and can be bought again', async () => {
    await page.reload()
    const again = await frameIn(page, wallet)
    await frameState(again, 'priced', 'insufficient')
    await expect(delivered(page)).toHaveCount(0)
    await unlock(reader, page, wallet)
    await (await frameIn(page, wallet)).getByRole('button', { name: 'Not worth it?' }).click()
    await frameState(await frameIn(page, wallet), 'refunded')
    await expectBalance(500)
    await page.close()
  })

  await test.step('a third time in a week is more than this publisher allows: it stays open', async () => {
    const other = await reader.open(`${news}/articles/${second.slug}`)
    await unlock(reader, other, wallet)
    const strip = await frameIn(other, wallet)
    await strip.getByRole('button', { name: 'Not worth it?' }).click()
    await expect(strip.getByText('You gave back as many as this site allows for now.')).toBeVisible()
    await expect(delivered(other)).toContainText(second.locked.at(-1) ?? '')
    await strip.getByRole('button', { name: 'All right' }).click()
    await frameState(strip, 'delivered')
    await other.close()
    expect(await reader.balance()).toBe(500 - second.price)
  })

  /** Where sites are kept apart the vault hears of what the frame did when the reader follows its link. */
  async function expectBalance(cents: number): Promise<void> {
    if (thirdPartyCookies === 'allowed') return void expect(await reader.balance()).toBe(cents)
    const support = await reader.open(`${news}/support`)
    const pill = await frameIn(support, wallet, 'tuppence-balance')
    await frameState(pill, 'balance')
    const opens = reader.context.waitForEvent('page')
    await pill.getByRole('link').click()
    const home = await opens
    await expect.poll(() => reader.balance(), { timeout: 30_000 }).toBe(cents)
    await home.close()
    await support.close()
  }
})

test('is there after a reload too, as long as the window is open', async ({ reader, house }) => {
  const { wallet, news } = house.urls
  await reader.topUp(5)
  const page = await reader.open(`${news}/articles/${first.slug}`)
  await unlock(reader, page, wallet)
  await page.reload()
  const frame = await frameIn(page, wallet)
  await expect(delivered(page)).toContainText(first.locked.at(-1) ?? '')
  await expect(frame.getByText('Yours already, not paid again.')).toBeVisible()
  await frame.getByRole('button', { name: 'Not worth it?' }).click()
  await frameState(frame, 'refunded')
  await expect(delivered(page)).toHaveCount(0)
  await frame.getByRole('button', { name: 'Look again' }).click()
  await frameState(frame, 'priced')
  await expect(unlockButton(frame)).toBeVisible()
})
