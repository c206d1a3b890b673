// What a reader does with a browser: opens pages, tops up, unlocks, looks at the balance. The tests speak in these.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type BrowserContext, type Frame, type Page } from '@playwright/test'
import {
  makeProfile,
  openBrowser,
  removeProfile,
  type BrowserOptions,
  type Profile,
  type ThirdPartyCookies,
} from './browser.ts'

export type Reader = {
  readonly context: BrowserContext
  readonly thirdPartyCookies: ThirdPartyCookies
  /** A new tab at an address. */
  open: (url: string) => Promise<Page>
  /** The balance in cents as the wallet page shows it, read in a tab of its own. */
  balance: () => Promise<number>
  /** The lines of the wallet page's history, newest first. */
  history: () => Promise<string[]>
  /** Puts test money into the wallet, at the wallet's own page. */
  topUp: (dollars: 5 | 10 | 20) => Promise<void>
  /** Closes the browser and opens it again tomorrow: same profile, caches thrown away. */
  comeBack: () => Promise<void>
  close: () => Promise<void>
}

export async function makeReader(
  wallet: string,
  thirdPartyCookies: ThirdPartyCookies,
  options: BrowserOptions = {},
): Promise<Reader> {
  const profile: Profile = makeProfile(thirdPartyCookies)
  let context = await openBrowser(profile, options)
  const open = async (url: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(url)
    return page
  }
  const atWallet = async <T>(look: (page: Page) => Promise<T>): Promise<T> => {
    const page = await open(`${wallet}/`)
    try {
      return await look(page)
    } finally {
      await page.close()
    }
  }
  return {
    get context() {
      return context
    },
    thirdPartyCookies,
    open,
    balance: () => atWallet(readBalance),
    history: () => atWallet((page) => page.locator('[data-testid="history"] li').allInnerTexts()),
    topUp: (dollars) =>
      atWallet(async (page) => {
        const before = await readBalance(page)
        await topUpIn(page, dollars)
        await expect.poll(() => readBalance(page)).toBe(before + dollars * 100)
      }),
    comeBack: async () => {
      await context.close()
      for (const cache of ['Cache', 'Code Cache', 'GPUCache', 'ShaderCache']) {
        rmSync(join(profile.folder, 'Default', cache), { recursive: true, force: true })
      }
      context = await openBrowser(profile, options)
    },
    close: async () => {
      await context.close()
      removeProfile(profile)
    },
  }
}

/** "$4.95", "95¢" or "0¢" in cents. */
export function cents(text: string): number {
  const [, dollars, rest] = /\$(\d+)(?:\.(\d\d))?/.exec(text) ?? []
  if (dollars !== undefined) return Number(dollars) * 100 + Number(rest ?? 0)
  const [, small] = /(\d+)\s?¢/.exec(text) ?? []
  if (small === undefined) throw new Error(`no amount in "${text}"`)
  return Number(small)
}

/** Waits until the wallet page shows an amount. */
export async function readBalance(page: Page): Promise<number> {
  const shown = page.getByTestId('balance')
  await expect(shown).toHaveText(/[$¢]/)
  return cents(await shown.innerText())
}

/** Chooses an amount and confirms, on the wallet page or in the popup. */
export async function topUpIn(page: Page, dollars: number): Promise<void> {
  const confirm = page.getByRole('button', { name: /test money/i })
  const begin = page.getByRole('button', { name: /top up|add money/i })
  await expect(confirm.or(begin).first()).toBeVisible()
  if (!(await confirm.isVisible())) await begin.first().click()
  await page
    .getByText(new RegExp(`^\\$${dollars}(\\.00)?$`))
    .first()
    .click()
  await confirm.click()
}

/** The wallet's frame in a page, once its document is there. `nth` counts the page's elements. */
export async function frameIn(page: Page, wallet: string, nth = 0): Promise<Frame> {
  const frames = () => page.frames().filter((frame) => frame.url().startsWith(`${wallet}/frame.html`))
  await expect.poll(() => frames().length, { message: 'the wallet frame loads' }).toBeGreaterThan(nth)
  const frame = frames()[nth]
  if (frame === undefined) throw new Error('the wallet frame went away')
  return frame
}

/** Waits until the frame says that it is in one of these states. */
export async function frameState(frame: Frame, ...states: string[]): Promise<string> {
  await expect
    .poll(() => frame.locator('body').getAttribute('data-state'), { message: `frame is ${states.join(' or ')}` })
    .toMatch(new RegExp(`^(${states.join('|')})$`))
  return (await frame.locator('body').getAttribute('data-state')) ?? ''
}

/** The delivered article, in the page. */
export const delivered = (page: Page) => page.locator('tuppence-unlock > [slot="content"]')

/** The button with the price on it. */
export const unlockButton = (frame: Frame) => frame.getByRole('button', { name: /[$¢]/ })

/** Presses the one button and, where the browser asks once for each site, goes through the popup. */
export async function unlock(reader: Reader, page: Page, wallet: string): Promise<void> {
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced', 'insufficient')
  const opened = waitForPopup(reader)
  await unlockButton(frame).first().click()
  const popup = await Promise.race([
    opened,
    delivered(page)
      .waitFor()
      .then(() => undefined),
  ])
  if (popup !== undefined) await confirmPopup(popup)
  await expect(delivered(page)).toBeVisible()
}

/** A popup that opens soon, or never. */
export function waitForPopup(reader: Reader): Promise<Page | undefined> {
  return reader.context.waitForEvent('page', { timeout: 8_000 }).catch(() => undefined)
}

/** Says yes in the wallet's popup, with money in the wallet already; it closes itself. */
export async function confirmPopup(popup: Page): Promise<void> {
  const closed = popup.waitForEvent('close')
  await popup
    .getByRole('button', { name: /unlock|tip|set aside/i })
    .first()
    .click()
  await closed
}
