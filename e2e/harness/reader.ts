// What a reader does with a browser: opens pages, tops up, unlocks, looks at the balance. The tests speak in these.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type BrowserContext, type Frame, type Locator, type Page } from '@playwright/test'
import {
  makeProfile,
  openBrowser,
  removeProfile,
  type BrowserOptions,
  type Profile,
  type ThirdPartyCookies,
} from './browser.ts'
import { killBrowser } from './kill.ts'

/** How long what is on its way may take to arrive before it is taken for stuck, which some tests want. */
const booksMs = 5_000

export type Reader = {
  readonly context: BrowserContext
  readonly thirdPartyCookies: ThirdPartyCookies
  /** A new tab at an address. */
  open: (url: string) => Promise<Page>
  /**
   * All that the reader has, in cents: what the wallet page shows and, where sites are kept apart, what the wallet's
   * frame shows on each site that money was set aside for.
   */
  balance: () => Promise<number>
  /** The part of it that is set aside for sites, where sites are kept apart. */
  aside: () => Promise<number>
  /** The lines of the wallet page's history, newest first. */
  history: () => Promise<string[]>
  /** Balance and history, and what is left of the money set aside for sites: all that an attack could change. */
  wealth: () => Promise<{ balance: number; history: string[] }>
  /** Puts test money into the wallet, at the wallet's own page. */
  topUp: (dollars: 5 | 10 | 20) => Promise<void>
  /** Closes the browser and opens it again tomorrow: same profile, caches thrown away. */
  comeBack: () => Promise<void>
  /** Kills the browser with all its processes and opens it again: same profile. */
  crash: () => Promise<void>
  close: () => Promise<void>
}

export type ReaderOptions = BrowserOptions & {
  /** Pages of sites that may hold an allowance; each is of its own origin. */
  sites?: readonly string[]
  /** Whether the browser lets sites store anything at all. */
  storage?: 'usual' | 'blocked'
}

export async function makeReader(
  wallet: string,
  thirdPartyCookies: ThirdPartyCookies,
  { sites = [], storage, ...options }: ReaderOptions = {},
): Promise<Reader> {
  const profile: Profile = makeProfile(thirdPartyCookies, storage)
  let context = await openBrowser(profile, options)
  const open = async (url: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(url)
    return page
  }
  const atWallet = async <T>(look: (page: Page) => Promise<T>): Promise<T> => {
    const page = await open(`${wallet}/`)
    try {
      await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
      return await look(page)
    } finally {
      await page.close()
    }
  }
  const historyIn = async (page: Page) => {
    // It is drawn together with the balance.
    await readBalance(page)
    return page.locator('[data-testid="history"] li').allInnerTexts()
  }
  const aside = async (): Promise<number> => {
    if (thirdPartyCookies === 'allowed') return 0
    let sum = 0
    for (const site of sites) {
      const page = await open(site)
      sum += await readPill(page, wallet)
      await page.close()
    }
    return sum
  }
  const wealth = async () => {
    const { balance, history } = await atWallet(async (page) => {
      await readBalance(page)
      // A page that was closed right after its article came leaves the books to the next one that is opened.
      await page
        .getByTestId('reserved')
        .waitFor({ state: 'detached', timeout: booksMs })
        .catch(() => undefined)
      return { balance: await readBalance(page), history: await historyIn(page) }
    })
    return { balance: balance + (await aside()), history }
  }
  return {
    get context() {
      return context
    },
    thirdPartyCookies,
    open,
    wealth,
    aside,
    balance: async () => (await wealth()).balance,
    history: () => atWallet(historyIn),
    topUp: (dollars) =>
      atWallet(async (page) => {
        const before = await readBalance(page)
        await topUpIn(page, dollars)
        await expect.poll(() => readBalance(page), { timeout: 30_000 }).toBe(before + dollars * 100)
      }),
    comeBack: async () => {
      await context.close()
      for (const cache of ['Cache', 'Code Cache', 'GPUCache', 'ShaderCache']) {
        rmSync(join(profile.folder, 'Default', cache), { recursive: true, force: true })
      }
      context = await openBrowser(profile, options)
    },
    crash: async () => {
      const gone = context.waitForEvent('close')
      killBrowser(profile.folder)
      await gone
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
  return readAmount(page.getByTestId('balance'))
}

/** Waits until an amount is shown where one will be, and answers it in cents. */
export async function readAmount(shown: Locator): Promise<number> {
  await expect(shown).toHaveText(/[$¢]/)
  return cents(await shown.innerText())
}

/** Chooses an amount and confirms, on the wallet page or in the popup. */
export async function topUpIn(page: Page, dollars: number): Promise<void> {
  await (await chooseTopUp(page, dollars)).click()
}

async function chooseTopUp(page: Page, dollars: number): Promise<Locator> {
  await page.getByRole('radio', { name: new RegExp(`^\\$${dollars}(\\.00)?$`) }).check()
  return page.getByRole('button', { name: /test money/i })
}

/** Presses the frame's button and adds money in the window that this opens; the payment then goes on by itself. */
export async function pressAndTopUp(reader: Reader, frame: Frame, dollars: number): Promise<void> {
  const popupOpens = waitForPopup(reader)
  await press(frame.getByRole('button').first())
  const popup = await popupOpens
  if (popup === undefined) throw new Error('the wallet opened no window to top up in')
  await clickLast(await chooseTopUp(popup, dollars))
  // Where sites are kept apart the popup asks once more before it sets money aside for this one.
  if (!popup.isClosed())
    await popup
      .getByRole('button', { name: /unlock|set aside/i })
      .first()
      .click({ timeout: 3_000 })
      .catch(() => undefined)
}

/** What the wallet's frame says of the balance on this page: the vault's, or what was set aside for the site. */
async function readPill(page: Page, wallet: string): Promise<number> {
  await page.evaluate(async (script) => {
    // The page may have no pill of its own; any page may add one.
    if (customElements.get('tuppence-balance') === undefined) await import(script)
    document.body.prepend(document.createElement('tuppence-balance'))
  }, `${wallet}/tuppence.js`)
  const frame = await frameIn(page, wallet, 'tuppence-balance')
  await frameState(frame, 'balance')
  const text = await frame.locator('.pill').innerText()
  return /\d/.test(text) ? cents(text) : 0
}

/** The wallet's frame in the first element of this name, once its document is there. */
export async function frameIn(page: Page, wallet: string, element = 'tuppence-unlock'): Promise<Frame> {
  let found: Frame | undefined
  const find = async (): Promise<boolean> => {
    for (const frame of page.frames()) {
      if (!frame.url().startsWith(`${wallet}/frame.html`)) continue
      const owner = await frame.frameElement().catch(() => undefined)
      const host = await owner?.evaluate((iframe) => {
        const shadow = iframe.getRootNode()
        return shadow instanceof ShadowRoot ? shadow.host.localName : 'page'
      })
      if (host === element) found = frame
      if (found !== undefined) return true
    }
    return false
  }
  await expect.poll(find, { message: `the wallet's frame in ${element} loads` }).toBe(true)
  if (found === undefined) throw new Error('the frame went away')
  return found
}

/** The wallet's frame in exactly this element, of many. */
export async function frameOf(element: Locator, wallet: string): Promise<Frame> {
  const page = element.page()
  let found: Frame | undefined
  const find = async (): Promise<boolean> => {
    // Asked for each time: an app may have drawn another one meanwhile.
    const host = await element.elementHandle()
    for (const frame of page.frames()) {
      if (!frame.url().startsWith(`${wallet}/frame.html`)) continue
      const owner = await frame.frameElement().catch(() => undefined)
      if (await owner?.evaluate((iframe, one) => (iframe.getRootNode() as ShadowRoot).host === one, host)) found = frame
    }
    return found !== undefined
  }
  await expect.poll(find, { message: 'the frame in this element loads' }).toBe(true)
  return found!
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

/** Presses as a person does: the pointer rests on the button for a moment first. */
export async function press(button: Locator): Promise<void> {
  const page = button.page()
  await button.hover()
  await page.waitForTimeout(400)
  // Half a second in view, and not before, does it take a press.
  await expect(button).toBeEnabled()
  await page.mouse.down()
  await page.waitForTimeout(60)
  await page.mouse.up()
}

/** Presses the one button and, where the browser asks once for each site, goes through the popup. */
export async function unlock(reader: Reader, page: Page, wallet: string): Promise<void> {
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced', 'insufficient')
  const opened = waitForPopup(reader)
  await press(unlockButton(frame).first())
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
  const yes = popup.getByRole('button', { name: /unlock|tip|set aside/i }).first()
  await clickAndClose(yes)
}

/** Presses what closes its window, and waits until that is gone. */
export async function clickAndClose(button: Locator): Promise<void> {
  await Promise.all([button.page().waitForEvent('close'), clickLast(button)])
}

/**
 * Presses what may close its window. Playwright calls it a failure when that is gone before the click is over. Here only
 * letting go may find it gone: a window that closes before anybody has pressed is a failure still.
 */
async function clickLast(button: Locator): Promise<void> {
  await expect(button).toBeEnabled()
  await button.hover()
  const { mouse } = button.page()
  await mouse.down()
  await mouse.up().catch((error: unknown) => {
    if (!/has been closed/.test(String(error))) throw error
  })
}
