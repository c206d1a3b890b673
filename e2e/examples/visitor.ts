// A visitor of an example: a phone with touch or a desk with a mouse, a wallet with money, and somewhere for the example's data.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base, type Frame, type Locator, type Page } from '@playwright/test'
import { frameOf, frameState, makeReader, press, unlockButton, type Reader } from '../harness/reader.ts'
import type { BrowserOptions } from '../harness/browser.ts'

/** Screens that every example is used on. */
export const screens = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desk: { viewport: { width: 1200, height: 900 } },
} as const satisfies Record<string, BrowserOptions>

export type Screen = keyof typeof screens

type Fixtures = {
  /** A folder that goes when the test ends. */
  dataDir: string
  /** Visits with $5 of test money in the wallet; at most one visitor a test. */
  visit: (wallet: string, screen: Screen, options?: BrowserOptions) => Promise<Reader>
  /** Closes whatever was opened, last first. */
  closing: <T extends { close: () => Promise<unknown> }>(opened: T) => T
}

export const test = base.extend<Fixtures>({
  dataDir: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'tuppence-example-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  },
  closing: async ({ dataDir: _dataDir }, use) => {
    const open: { close: () => Promise<unknown> }[] = []
    await use((opened) => {
      open.push(opened)
      return opened
    })
    for (const opened of open.toReversed()) await opened.close()
  },
  visit: async ({ closing }, use) => {
    await use(async (wallet, screen, options = {}) => {
      const reader = closing(await makeReader(wallet, 'allowed', { ...screens[screen], ...options }))
      await reader.topUp(5)
      return reader
    })
  },
})

/** Presses as this screen's owner does: by finger, or by mouse. */
export async function touch(button: Locator, screen: Screen): Promise<void> {
  if (screen === 'desk') return press(button)
  await button.scrollIntoViewIfNeeded()
  // Half a second in view, and not before, does a button take a press.
  await expect(button).toBeEnabled()
  await button.tap()
}

/** Buys what an element sells. @returns Its frame. */
export async function buy(wallet: string, element: Locator, screen: Screen): Promise<Frame> {
  await element.scrollIntoViewIfNeeded()
  const frame = await frameOf(element, wallet)
  await frameState(frame, 'priced')
  await touch(unlockButton(frame).first(), screen)
  return frame
}

/** Nothing sticks out at the side: the page is as wide as the screen. */
export async function fitsTheScreen(page: Page): Promise<void> {
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }))
  expect(scroll).toBeLessThanOrEqual(width)
}

/** The mint's ledger of an example that keeps its data in a folder. */
export const ledgerIn = (dataDir: string): string => join(dataDir, 'mint', 'ledger.db')

export { expect } from '@playwright/test'
