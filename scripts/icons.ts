// Draws the wallet's PNG icons from its own SVG, with the Chromium that tests use: `node scripts/icons.ts`, when icon.svg changes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from './steps/chromium.ts'
import { root } from './steps/program.ts'

const folder = join(root, 'packages', 'widget', 'public')

/** `share`: how much of the side the drawing takes; what platforms cut to a shape keeps clear of the edge. */
const icons = [
  { name: 'icon-180.png', size: 180, share: 0.8, ground: '#f5f3ed' },
  { name: 'icon-192.png', size: 192, share: 1, ground: 'transparent' },
  { name: 'icon-512.png', size: 512, share: 1, ground: 'transparent' },
  { name: 'icon-maskable-512.png', size: 512, share: 0.62, ground: '#f5f3ed' },
] as const

await findChromium()
const svg = `data:image/svg+xml;base64,${readFileSync(join(folder, 'icon.svg')).toString('base64')}`
const executablePath = process.env['CHROMIUM']
const browser = await chromium.launch({ args: ['--no-sandbox'], ...(executablePath && { executablePath }) })
for (const { name, size, share, ground } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${ground}}img{width:${share * 100}%}</style><img src="${svg}">`,
  )
  await page.locator('img').evaluate((image) => (image as HTMLImageElement).decode())
  writeFileSync(join(folder, name), await page.screenshot({ omitBackground: ground === 'transparent' }))
  await page.close()
}
await browser.close()
