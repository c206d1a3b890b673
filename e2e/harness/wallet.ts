// What a reader does on the wallet page beyond topping up: other screens, another device, money in and out.
import { expect, type Page } from '@playwright/test'
import { readAmount, readBalance, type Reader } from './reader.ts'

export type Screen = 'sites' | 'rules' | 'backup' | 'move' | 'settings'

/** A tab with one of the wallet's screens, ready. */
export async function openScreen(reader: Reader, wallet: string, screen: Screen): Promise<Page> {
  const page = await reader.open(`${wallet}/#${screen}`)
  await screenReady(page)
  return page
}

/** Waits until a screen is there and the balance is the wallet's. */
export async function screenReady(page: Page): Promise<void> {
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
  await expect(page.locator('.screen h1')).toBeVisible()
}

/** One of the boxes of a screen. */
export const way = (page: Page, name: string) => page.locator(`[data-way="${name}"]`)
export const part = (page: Page, name: string) => page.locator(`[data-part="${name}"]`)

/** Waits until a wallet that was brought to this device has found its money, and answers it in cents. */
export async function restored(page: Page): Promise<number> {
  await expect(page.locator('[data-restoring="done"]')).toBeVisible({ timeout: 30_000 })
  await page.goto(new URL('/#home', page.url()).href)
  return readBalance(page)
}

/** What the screen for money that moves says there is, in cents. */
export async function moveBalance(page: Page): Promise<number> {
  return readAmount(page.getByTestId('move-balance'))
}
