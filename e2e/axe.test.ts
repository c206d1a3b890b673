// Nothing for axe to find in any state of any screen, light and dark; `npm run test:long` adds the other languages.
import { chromium, type Browser, type Page } from '@playwright/test'
import axe from 'axe-core'
import { expect, test } from './harness/fixtures.ts'
import { openGallery, type Gallery, type Screen } from './harness/gallery.ts'

const languages = (process.env['TUPPENCE_LANGUAGES'] ?? 'en').split(' ')
/** WCAG 2.2, levels A and AA; the target size is among them and off by default. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** What axe has to say, in a line each. Its script is in the page already. */
async function findings(page: Page): Promise<string[]> {
  return page.evaluate(async (values) => {
    type Node = { target: string[]; failureSummary?: string }
    type Run = (root: Document, options: object) => Promise<{ violations: { id: string; nodes: Node[] }[] }>
    const { run } = (globalThis as unknown as { axe: { run: Run } }).axe
    const { violations } = await run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary.replaceAll('\n', ' ')}`,
      ),
    )
  }, rules)
}

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

test('axe would find it: text too pale, a button too small, a field without a name', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.addInitScript(axe.source)
  await page.goto('about:blank')
  await page.setContent(`<html lang="en"><title>x</title><p style="color:#ccc">pale</p><input>
<button style="width:12px;height:12px">a</button><button style="width:12px;height:12px">b</button>`)
  const found = (await findings(page)).map((line) => line.split(':')[0])
  expect(new Set(found)).toEqual(new Set(['color-contrast', 'label', 'target-size']))
  await page.context().close()
})

const sizes: Record<Screen, { width: number; height: number }[]> = {
  unlock: [
    { width: 656, height: 160 },
    { width: 300, height: 320 },
  ],
  tip: [
    { width: 656, height: 320 },
    { width: 300, height: 320 },
  ],
  popup: [{ width: 440, height: 720 }],
  wallet: [
    { width: 1200, height: 900 },
    { width: 360, height: 740 },
  ],
}

for (const lang of languages) {
  for (const scheme of ['light', 'dark'] as const) {
    for (const screen of Object.keys(sizes) as Screen[]) {
      test(`axe finds nothing: ${screen}, ${scheme}, ${lang}`, async () => {
        test.slow()
        const page = await (await browser.newContext()).newPage()
        await page.addInitScript(axe.source)
        for (const size of sizes[screen]) {
          await page.setViewportSize(size)
          await gallery.each(page, { screen, scheme, lang }, async (state) => {
            expect.soft(await findings(page), `${state} at ${size.width} pixels`).toEqual([])
          })
        }
        await page.context().close()
      })
    }
  }
}
