// Times one click to read: from the trusted pointer-up in the wallet's frame to the first paint with the article in it,
// against a plain fetch of the same bytes from the same server by the same frame. Called by bench-wallet.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { startDemo } from '../../examples/newsroom/src/start.ts'
import { makeReader, frameIn, frameState, unlockButton } from '../../e2e/harness/reader.ts'
import { findPlace, startPublisher } from '../../e2e/harness/shop.ts'

/**
 * Milliseconds of each sample. `paid` includes the till's and the mint's durable writes; `own` is the wallet's part of it,
 * from the pointer-up to the moment its request leaves, and `atOnce` those of these for which the mint did not have to make
 * change first: this reader buys the next page within seconds, and a wallet makes change 20 seconds after a payment or later.
 */
export type ClickTimes = { paid: number[]; own: number[]; atOnce: number[]; plain: number[] }

const warmUps = 4
// The button arms after half a second in view; a reader does not click in the first frame after that either.
const settleMs = 700
// How long a finger or a mouse button stays down.
const pressMs = 80

/** Measures `rounds` articles that this reader has never seen, and as many plain fetches, turn and turn about. */
export async function timeClicks(rounds: number): Promise<ClickTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-bench-'))
  const place = await findPlace(join(folder, 'bench'))
  const ports = { wallet: 0, news: 0, blog: 0, mint: 0 }
  const demo = await startDemo({ dataDir: join(folder, 'demo'), ports, accounts: [place.account] })
  const { wallet, mint } = demo.urls
  const publisher = await startPublisher(place, { wallet, mint, offers: 60 })
  const reader = await makeReader(wallet, 'allowed')
  try {
    await reader.topUp(20)
    const times: ClickTimes = { paid: [], own: [], atOnce: [], plain: [] }
    for (let round = -warmUps; round < rounds; round += 1) {
      const number = round + warmUps
      const paid = await onPage(reader.open, `${publisher.origin}/page/${number}`, wallet, timePaid)
      const plain = await onPage(
        reader.open,
        `${publisher.origin}/page/${number + rounds / 2 + warmUps}`,
        wallet,
        (page, frame) => timePlain(page, frame, `${publisher.origin}/plain/${number}`),
      )
      if (round < 0) continue
      times.paid.push(paid.paidMs)
      times.own.push(paid.ownMs)
      if (!paid.changed) times.atOnce.push(paid.ownMs)
      times.plain.push(plain)
    }
    return times
  } finally {
    await reader.close()
    publisher.stop()
    await demo.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function onPage<T>(
  open: (url: string) => Promise<Page>,
  url: string,
  wallet: string,
  time: (page: Page, frame: Frame) => Promise<T>,
): Promise<T> {
  const page = await open(url)
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced')
  const button = unlockButton(frame).first()
  await button.hover()
  await page.waitForTimeout(settleMs)
  const result = await time(page, frame)
  await page.close()
  return result
}

/** Press and let go where the pointer is: the events are trusted, as a reader's are. */
async function press(page: Page): Promise<void> {
  await page.mouse.down()
  await page.waitForTimeout(pressMs)
  await page.mouse.up()
}

type Timed = { releasedMs?: number; paintedMs?: number }

async function timePaid(page: Page, frame: Frame): Promise<{ paidMs: number; ownMs: number; changed: boolean }> {
  await frame.evaluate(() => {
    addEventListener(
      'pointerup',
      ({ timeStamp, isTrusted }) => {
        if (isTrusted) (globalThis as Timed).releasedMs = performance.timeOrigin + timeStamp
      },
      { capture: true, once: true },
    )
  })
  await page.evaluate(() => {
    const element = document.querySelector('tuppence-unlock')
    if (element === null) throw new Error('no element')
    new MutationObserver((_, observer) => {
      if (element.querySelector('[slot="content"] p') === null) return
      observer.disconnect()
      // The callback runs before the next frame is drawn; a message posted in it comes right after.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => ((globalThis as Timed).paintedMs = performance.timeOrigin + performance.now())
        port2.postMessage('')
      })
    }).observe(element, { childList: true, subtree: true })
  })
  await press(page)
  const painted = await (await page.waitForFunction(() => (globalThis as Timed).paintedMs)).jsonValue()
  const { released, sent, changed } = await frame.evaluate(() => {
    const released = Number((globalThis as Timed).releasedMs)
    const startOf = (entry: PerformanceEntry | undefined) => performance.timeOrigin + (entry?.startTime ?? Number.NaN)
    const loaded = performance.getEntriesByType('resource')
    // Of the two requests of this page, the one that asked for the price came long before the click.
    const sent = startOf(loaded.findLast(({ name }) => name.includes('/read/')))
    const isBetween = (ms: number) => released < ms && ms < sent
    const changed = loaded.some((entry) => entry.name.endsWith('/v1/swap') && isBetween(startOf(entry)))
    return { released, sent, changed }
  })
  if (!(sent >= released)) throw new Error('the paid request was not seen')
  return { paidMs: Number(painted) - released, ownMs: sent - released, changed }
}

async function timePlain(page: Page, frame: Frame, url: string): Promise<number> {
  await frame.evaluate((url) => {
    const stop = (event: Event) => {
      event.stopImmediatePropagation()
      event.preventDefault()
    }
    for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click']) addEventListener(type, stop, { capture: true })
    addEventListener(
      'pointerup',
      async (event) => {
        stop(event)
        const response = await fetch(url, { credentials: 'omit' })
        const place = document.createElement('div')
        place.textContent = await response.text()
        document.body.append(place)
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => ((globalThis as Timed).paintedMs = performance.now() - event.timeStamp)
          port2.postMessage('')
        })
      },
      { capture: true, once: true },
    )
  }, url)
  await press(page)
  return Number(await (await frame.waitForFunction(() => (globalThis as Timed).paintedMs)).jsonValue())
}
