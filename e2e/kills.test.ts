// Whoever kills the wallet in the middle of a payment or a top-up loses nothing and pays nothing twice: in a real
// browser, against the rows of mint and till. TUPPENCE_BROWSER_KILLS says how many times (npm run test:long: 500).
import type { Page } from '@playwright/test'
import { outstanding, paidOffers } from './harness/books.ts'
import { expect, test as base } from './harness/fixtures.ts'
import { crashFrame, crashPage, removeFrame } from './harness/kill.ts'
import {
  confirmPopup,
  delivered,
  frameIn,
  frameState,
  makeReader,
  press,
  readBalance,
  topUpIn,
  unlockButton,
  type Reader,
} from './harness/reader.ts'
import { openShop, price, type Shop } from './harness/shop-fixture.ts'

const killsOfBothProjects = Number(process.env['TUPPENCE_BROWSER_KILLS'] ?? 10)
const rounds = Math.ceil(killsOfBothProjects / 2)
const seed = Number(process.env['TUPPENCE_SEED'] ?? Date.now() % 2 ** 31)
/** How long after a press the end may come. A payment takes about 150 ms here, a top-up or a loan ten times that. */
const soonMs = 160
const laterMs = 1_600

const test = base.extend<object, { shop: Shop }>({
  shop: [
    async ({}, use) => {
      const shop = await openShop(rounds + 4)
      await use(shop)
      await shop.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

/** Small, seeded and good enough to choose moments by. @see mulberry32, Tommy Ettinger, public domain */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Deed = 'unlock' | 'top-up'
type End = 'renderer of the frame' | 'renderer of the page' | 'frame removed' | 'browser killed'
const ends: readonly End[] = ['browser killed', 'renderer of the frame', 'frame removed', 'renderer of the page']

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Presses the button and goes through whatever window that opens; what is killed meanwhile stays undone. */
async function unlockHere(reader: Reader, page: Page): Promise<void> {
  const popup = await Promise.race([
    reader.context.waitForEvent('page', { timeout: laterMs }).catch(() => undefined),
    delivered(page)
      .waitFor()
      .then(() => undefined),
  ])
  if (popup !== undefined) await confirmPopup(popup)
}

/** Starts a deed and ends the wallet's life in the middle of it. @returns when all that is left of it is gone. */
async function interrupt(
  { house, publisher }: Shop,
  reader: Reader,
  plan: { deed: Deed; end: End; article: number; delayMs: number },
): Promise<void> {
  const { wallet } = house.urls
  const { deed, end, article, delayMs } = plan
  const page = await reader.open(deed === 'unlock' ? `${publisher.origin}/page/${article}` : `${wallet}/`)
  // Whatever is under way ends in an error or in nothing when its page goes.
  let going: Promise<unknown>
  if (deed === 'unlock') {
    const frame = await frameIn(page, wallet)
    await frameState(frame, 'priced', 'insufficient')
    await press(unlockButton(frame).first())
    going = unlockHere(reader, page).catch(() => undefined)
  } else {
    await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
    going = topUpIn(page, 5).catch(() => undefined)
  }
  await sleep(delayMs)
  if (end === 'browser killed') await reader.crash()
  else if (deed === 'top-up' || end === 'renderer of the page') await crashPage(page)
  else if (end === 'frame removed') await removeFrame(page).catch(() => undefined)
  else await crashFrame(page, wallet)
  if (end !== 'browser killed') {
    await sleep(50)
    // Also the popup, if there is one: it would go on without its opener.
    for (const one of reader.context.pages().slice(1)) await one.close().catch(() => undefined)
  }
  await going
}

/**
 * What the wallet says it has, once it has recovered, is what the mint has signed and not seen again. Its page is opened as if
 * minutes had gone by: money on its way into a frame is left alone for one of them.
 */
async function expectNothingLost({ house, mint }: Shop, reader: Reader): Promise<void> {
  const page = await reader.context.newPage()
  await page.addInitScript((laterMs) => {
    const now = Date.now
    Date.now = () => now() + laterMs
  }, 120_000)
  await page.goto(`${house.urls.wallet}/`)
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
  let asked = performance.now()
  const difference = async () => {
    // A wallet that could not finish looks again in two minutes, and whenever it is opened.
    if (performance.now() - asked > 10_000) {
      await page.reload()
      await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
      asked = performance.now()
    }
    return (await readBalance(page)) + (await reader.aside()) - outstanding(mint)
  }
  try {
    await expect
      .poll(difference, {
        message: 'what the wallet has, less what the mint knows of',
        timeout: 60_000,
        intervals: [0, 500, 1_000],
      })
      .toBe(0)
  } catch (error) {
    // What a person would ask next.
    console.log(await page.locator('body').innerText())
    throw error
  }
  await page.close()
}

/** An article that was paid for was paid for once and opens by itself; another one still has its price. */
async function expectOwnedOrPriced({ house, publisher, till }: Shop, reader: Reader, article: number): Promise<void> {
  const page = await reader.open(`${publisher.origin}/page/${article}`)
  const frame = await frameIn(page, house.urls.wallet)
  const state = await frameState(frame, 'priced', 'insufficient', 'delivered')
  const paid = paidOffers(till).get(`article-${article}`) ?? 0
  expect({ state: state === 'delivered', paid }).toEqual({ state: paid > 0, paid: Math.min(paid, 1) })
  await page.close()
}

test('killed at random moments, the wallet loses nothing and pays nothing twice', async ({
  shop,
  thirdPartyCookies,
}) => {
  test.setTimeout(60_000 + rounds * 30_000)
  const random = randomFrom(seed)
  const { origin } = shop.publisher
  const reader = await makeReader(shop.house.urls.wallet, thirdPartyCookies, {
    sites: [`${origin}/page/${rounds + 1}`],
  })
  const counts = new Map<string, number>()
  try {
    await reader.topUp(10)
    for (let article = 0; article < rounds; article += 1) {
      const deed: Deed = random() < 0.8 ? 'unlock' : 'top-up'
      const end = ends[article % ends.length] ?? 'browser killed'
      const delayMs = Math.floor(random() * (random() < 0.6 ? soonMs : laterMs))
      const key = `${deed}, ${end}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      await test.step(`${article}: ${key} after ${delayMs} ms (TUPPENCE_SEED=${seed})`, async () => {
        if ((await reader.balance()) < 2 * price) await reader.topUp(10)
        await interrupt(shop, reader, { deed, end, article, delayMs })
        await expectNothingLost(shop, reader)
        if (deed === 'unlock') await expectOwnedOrPriced(shop, reader, article)
      })
    }
  } finally {
    const paid = [...paidOffers(shop.till).values()]
    console.log(
      JSON.stringify({
        kills: rounds,
        thirdPartyCookies,
        seed,
        paid: paid.length,
        twice: paid.filter((n) => n > 1).length,
        deeds: Object.fromEntries(counts),
      }),
    )
    await reader.close()
  }
})
