// Chromium by Playwright, as in the other end-to-end tests: the journeys' first two rows.
import type { BrowserContext, Frame, Page } from '@playwright/test'
import { makeProfile, openBrowser, removeProfile, type ThirdPartyCookies } from '../harness/browser.ts'
import {
  deliveredScript,
  markScript,
  popupArmedScript,
  scrollScript,
  viewScript,
  type Browser,
  type Engine,
  type FrameView,
} from './engine.ts'

/** Both settings of the one switch that Chromium has. */
export function chromium(wallet: string): Engine[] {
  return (['allowed', 'blocked'] as const).map((cookies) => ({
    name: 'Chromium',
    cookies: cookies === 'allowed' ? 'third-party allowed (default)' : 'third-party blocked',
    storageAccess: cookies === 'allowed' ? 'given' : 'kept apart',
    open: () => openChromium(wallet, cookies),
  }))
}

async function openChromium(wallet: string, cookies: ThirdPartyCookies): Promise<Browser> {
  const profile = makeProfile(cookies)
  let context: BrowserContext = await openBrowser(profile)
  let page: Page = await context.newPage()
  const popupPage = () => context.pages().find((one) => one.url().startsWith(`${wallet}/popup.html`))
  const find = (element: string) => frameOf(page, wallet, element)
  return {
    goto: async (url) => {
      await page.goto(url)
      await page.evaluate(scrollScript)
    },
    frame: async (element) => (await find(element))?.evaluate<FrameView>(viewScript),
    pressFrame: async (element, text) => {
      const frame = await find(element)
      const selector = await frame?.evaluate<string | null>(markScript(text))
      if (!selector) throw new Error(`nothing to press (${text ?? 'pay'})`)
      await frame!.locator(selector).click()
    },
    delivered: () => page.evaluate<string>(deliveredScript),
    evaluate: <T>(script: string) => page.evaluate<T>(script),
    popup: async () => {
      const popup = popupPage()
      if (!popup) return 'none'
      return (await popup.evaluate(popupArmedScript)) === true ? 'armed' : 'waiting'
    },
    pressPopup: async () => popupPage()!.locator('main button.main').click(),
    restart: async () => {
      await context.close()
      context = await openBrowser(profile)
      page = await context.newPage()
    },
    close: async () => {
      await context.close()
      removeProfile(profile)
    },
  }
}

async function frameOf(page: Page, wallet: string, element: string): Promise<Frame | undefined> {
  for (const frame of page.frames()) {
    if (!frame.url().startsWith(`${wallet}/frame.html`)) continue
    const owner = await frame.frameElement()
    const host = await owner.evaluate((iframe) => (iframe.getRootNode() as ShadowRoot).host.localName)
    if (host === element) return frame
  }
  return undefined
}
