// Ways to read and to press, in every state of every screen: by keyboard alone, at 200% zoom, in forced colours, without motion.
import { chromium, type Browser, type Page } from '@playwright/test'
import { expect, test } from './harness/fixtures.ts'
import { openGallery, type Gallery, type Screen } from './harness/gallery.ts'

let gallery: Gallery
let browser: Browser
test.beforeAll(async () => {
  const executablePath = process.env['CHROMIUM']
  gallery = await openGallery()
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] })
})
test.afterAll(async () => {
  await browser.close()
  await gallery.close()
})

/** What can be pressed or filled in, by its order; a group of radio buttons is one. */
const controls = (page: Page) =>
  page.evaluate(() => {
    const found = [
      ...document.querySelectorAll<HTMLInputElement>(
        'a[href], button:not(:disabled), input, select, textarea, summary',
      ),
    ]
    const shown = found.filter(
      (one) => one.checkVisibility() && !one.closest('[inert]') && (one.type !== 'radio' || one.checked),
    )
    return shown.map((one) => `${one.localName} ${one.innerText || one.name || one.placeholder}`.trim())
  })

/** The same, once nothing more appears. */
async function settledControls(page: Page): Promise<string[]> {
  for (let before = ''; ;) {
    const now = await controls(page)
    if (now.join('\n') === before) return now
    before = now.join('\n')
    await page.waitForTimeout(150)
  }
}

/** What Tab comes by, from the top, with whatever shows where it is. */
async function tabThrough(page: Page, most: number): Promise<{ name: string; shown: boolean }[]> {
  const reached: { name: string; shown: boolean }[] = []
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  for (let n = 0; n < most; n++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const one = document.activeElement as HTMLInputElement | null
      if (!one || one === document.body) return undefined
      const style = getComputedStyle(one)
      // A ring, or one around the label that stands for a hidden radio button.
      const around = [one, one.parentElement!].map((some) => getComputedStyle(some))
      const shown = around.some(({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none')
      return {
        name: `${one.localName} ${one.innerText || one.name || one.placeholder}`.trim(),
        shown: shown && style.visibility === 'visible',
      }
    })
    if (at) reached.push(at)
  }
  return reached
}

for (const screen of ['unlock', 'tip', 'popup', 'wallet'] as const satisfies Screen[]) {
  test(`${screen}: Tab reaches everything, in order, and shows where it is`, async () => {
    test.slow()
    const page = await (await browser.newContext({ viewport: { width: 656, height: 720 } })).newPage()
    await gallery.each(page, { screen, scheme: 'light' }, async (state) => {
      const wanted = await settledControls(page)
      const reached = await tabThrough(page, wanted.length)
      expect
        .soft(
          reached.map(({ name }) => name),
          `${state}: what Tab reaches`,
        )
        .toEqual(wanted)
      expect
        .soft(
          reached.filter(({ shown }) => !shown),
          `${state}: reached, and nothing shows it`,
        )
        .toEqual([])
    })
    await page.context().close()
  })

  test(`${screen}: nothing is cut off at 200% zoom, in forced colours all buttons have edges, and nothing moves for who wants no motion`, async () => {
    test.slow()
    // 640 CSS pixels at twice the size: what a frame of that width has at 200%.
    const page = await (
      await browser.newContext({ viewport: { width: 320, height: 360 }, deviceScaleFactor: 2 })
    ).newPage()
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
    await gallery.each(page, { screen, scheme: 'light' }, async (state) => {
      const seen = await page.evaluate(() => ({
        over: document.documentElement.scrollWidth - innerWidth,
        // What fades or goes in a few steps does not move.
        moving: document
          .getAnimations()
          .flatMap(({ effect }) => (effect as KeyframeEffect).getKeyframes())
          .filter((frame) => 'transform' in frame && !frame.easing.startsWith('steps')).length,
        edgeless: [...document.querySelectorAll<HTMLElement>('button')]
          .filter((button) => button.checkVisibility() && !/link|quiet/.test(button.className))
          .filter((button) => getComputedStyle(button).borderTopStyle === 'none')
          .map((button) => button.innerText),
      }))
      expect.soft(seen, state).toEqual({ over: 0, moving: 0, edgeless: [] })
    })
    await page.context().close()
  })
}
