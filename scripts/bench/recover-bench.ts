// Runs recovery.ts in Chromium against a demo of its own; bench-wallet.ts prints what it says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { startDemo } from '../../examples/newsroom/src/start.ts'
import { findPlace, startPublisher } from '../../e2e/harness/shop.ts'
import type { RecoveryPlan, RecoveryTimes, timeRecovery } from './recovery.ts'

type Recovery = { timeRecovery: typeof timeRecovery }

/** @param file - The bundle of recovery.ts. */
export async function recoverInChromium(file: string, payments: number): Promise<RecoveryTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-bench-'))
  const place = await findPlace(join(folder, 'bench'))
  const demo = await startDemo({
    dataDir: join(folder, 'demo'),
    ports: { wallet: 0, news: 0, blog: 0, mint: 0 },
    accounts: [place.account],
  })
  const publisher = await startPublisher(place, { wallet: demo.urls.wallet, mint: demo.urls.mint, offers: payments })
  const executablePath = process.env['CHROMIUM']
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage()
    await page.route('**/recovery.mjs', (route) => route.fulfill({ path: file, contentType: 'text/javascript' }))
    await page.goto(`${publisher.origin}/plain/0`)
    const plan: RecoveryPlan = { mint: demo.urls.mint, payments }
    return await page.evaluate(async (plan) => {
      const path = '/recovery.mjs'
      return ((await import(path)) as Recovery).timeRecovery(plan)
    }, plan)
  } finally {
    await browser.close()
    publisher.stop()
    await demo.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
