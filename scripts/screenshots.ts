// Takes pictures of the running demo: all of them into .tmp/screenshots to be looked at, and the README's into docs/img.
// `npm run screenshots`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startDemo, type Demo } from '../examples/newsroom/src/start.ts'
import { delivered, frameIn, frameState, makeReader, topUpIn, type Reader } from '../e2e/harness/reader.ts'
import { root } from './steps/program.ts'

const article = 'the-price-of-deciding'
const all = join(root, '.tmp', 'screenshots')
const forReadme = join(root, 'docs', 'img')

const viewports = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const
type View = { name: string; viewport: { width: number; height: number }; colorScheme: 'light' | 'dark' }

const views: View[] = (['phone', 'desktop'] as const).flatMap((size) =>
  (['light', 'dark'] as const).map((colorScheme) => ({
    name: `${size}-${colorScheme}`,
    viewport: viewports[size],
    colorScheme,
  })),
)

/** Fonts, images and transitions have to have settled, or two runs give two pictures. */
async function shoot(page: Page, view: View, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => 0)')
  await page.waitForTimeout(900)
  await page.screenshot({ path: join(all, `${view.name}-${name}.png`), animations: 'disabled' })
}

async function readOne(reader: Reader, demo: Demo, view: View): Promise<void> {
  const { wallet, news, blog } = demo.urls
  const front = await reader.open(news)
  await shoot(front, view, '1-front')
  await front.close()

  const page = await reader.open(`${news}/articles/${article}`)
  await shoot(page, view, '2-article')
  const element = page.locator('tuppence-unlock')
  await element.evaluate((one) => one.scrollIntoView({ block: 'end' }))
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced', 'insufficient')
  await page.evaluate('scrollBy(0, 120)')
  await shoot(page, view, '3-locked')

  const opened = reader.context.waitForEvent('page')
  await frame.getByRole('button').first().click()
  const popup = await opened
  await popup.setViewportSize({ width: Math.min(view.viewport.width, 420), height: 640 })
  await shoot(popup, view, '4-top-up')
  await topUpIn(popup, 10)
  await delivered(page).waitFor()
  await shoot(page, view, '5-unlocked')

  await page.goto(`${news}/support`)
  const tip = page.locator('tuppence-tip')
  await tip.evaluate((one) => one.scrollIntoView({ block: 'center' }))
  await page.waitForTimeout(800)
  await shoot(page, view, '6-tip')
  await page.close()

  const home = await reader.open(`${wallet}/`)
  await shoot(home, view, '7-wallet')
  await home.close()

  const other = await reader.open(blog)
  await shoot(other, view, '8-blog')
  await other.close()

  const alone = await reader.open(`${news}/read/spend-a-penny`)
  await shoot(alone, view, '9-locked-address')
  await alone.close()
}

/** The article, its button, and what is behind it, side by side, for the README. */
async function compose(reader: Reader): Promise<void> {
  const picture = (name: string) => {
    const data = readFileSync(join(all, `phone-light-${name}.png`)).toString('base64')
    return `<img src="data:image/png;base64,${data}">`
  }
  const page = await reader.context.newPage()
  await page.setViewportSize({ width: 1060, height: 640 })
  await page.setContent(`<style>
    body { margin: 0; display: flex; gap: 36px; justify-content: center; align-items: center; height: 100vh; background: #e9e5dc }
    img { height: 580px; border-radius: 22px; border: 6px solid #1d1b18; box-shadow: 0 12px 40px #0003 }
  </style>${picture('2-article')}${picture('3-locked')}${picture('5-unlocked')}`)
  await page.waitForTimeout(300)
  mkdirSync(forReadme, { recursive: true })
  await page.screenshot({ path: join(forReadme, 'article.png') })
  await page.close()
}

mkdirSync(all, { recursive: true })
const dataDir = mkdtempSync(join(tmpdir(), 'tuppence-screenshots-'))
const ports = { wallet: 0, news: 0, blog: 0, mint: 0 }
// Prices from the first article on; what is free the first time is one picture more.
const demo = await startDemo({ dataDir, ports, terms: { news: { refund: { windowSeconds: 600 } } } })
try {
  for (const view of views) {
    console.error(`[tuppence] ${view.name}`)
    const { viewport, colorScheme } = view
    const reader = await makeReader(demo.urls.wallet, 'allowed', { viewport, colorScheme, deviceScaleFactor: 2 })
    try {
      await readOne(reader, demo, view)
      if (view.name === 'desktop-light') await compose(reader)
    } finally {
      await reader.close()
    }
  }
  console.error(`[tuppence] pictures are in ${all} and ${forReadme}`)
} finally {
  await demo.stop()
  rmSync(dataDir, { recursive: true, force: true })
}
