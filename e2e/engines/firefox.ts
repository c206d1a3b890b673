// Firefox by puppeteer (WebDriver BiDi): with its own cookie protection, and with all cookies allowed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Browser as Puppet, type Frame, type Page } from 'puppeteer-core'
import {
  deliveredScript,
  markScript,
  popupArmedScript,
  scrollScript,
  until,
  viewScript,
  type Browser,
  type Engine,
  type FrameView,
} from './engine.ts'

// network.cookie.cookieBehavior: 5 partitions third parties (what Firefox comes with), 0 lets them in.
const behaviours = [
  { cookies: 'total protection (default)', cookieBehavior: 5 },
  { cookies: 'all allowed', cookieBehavior: 0 },
]

/** Firefox in two settings. Neither hands a frame the wallet's own storage: its storage access means cookies only. */
export function firefox(executablePath: string, wallet: string): Engine[] {
  return behaviours.map(({ cookies, cookieBehavior }) => ({
    name: 'Firefox',
    cookies,
    storageAccess: 'kept apart',
    open: () => openFirefox(executablePath, wallet, cookieBehavior),
  }))
}

async function openFirefox(executablePath: string, wallet: string, cookieBehavior: number): Promise<Browser> {
  const userDataDir = mkdtempSync(join(tmpdir(), 'tuppence-firefox-'))
  const names = ['news', 'blog', 'mint', 'wallet'].map((name) => `${name}.localhost`).join(',')
  const launch = (): Promise<Puppet> =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath,
      userDataDir,
      headless: true,
      defaultViewport: { width: 1200, height: 900 },
      extraPrefsFirefox: {
        'network.dns.localDomains': names,
        'network.cookie.cookieBehavior': cookieBehavior,
        // puppeteer turns popup blocking off; readers have it on.
        'dom.disable_open_during_load': true,
      },
    })
  let browser = await launch()
  let page: Page = await browser.newPage()
  const popupPage = async () => (await browser.pages()).find((one) => one.url().startsWith(`${wallet}/popup.html`))
  const find = (element: string) => frameOf(page, wallet, element)
  return {
    goto: async (url) => {
      await page.goto(url)
      await page.evaluate(scrollScript)
    },
    frame: async (element) => (await (await find(element))?.evaluate(viewScript)) as FrameView | undefined,
    pressFrame: async (element, text) => {
      const frame = await find(element)
      const selector = (await frame?.evaluate(markScript(text))) as string | null | undefined
      if (!selector) throw new Error(`nothing to press (${text ?? 'pay'})`)
      await (await frame!.$(selector))!.click()
    },
    delivered: async () => (await page.evaluate(deliveredScript)) as string,
    evaluate: async <T>(script: string) => (await page.evaluate(script)) as T,
    popup: async () => {
      const popup = await popupPage()
      if (!popup) return 'none'
      return (await popup.evaluate(popupArmedScript)) === true ? 'armed' : 'waiting'
    },
    pressPopup: async () => (await popupPage())!.click('main button.main'),
    restart: async () => {
      await browser.close()
      browser = await until(() => 'Firefox starts again', launch)
      page = await browser.newPage()
    },
    close: async () => {
      await browser.close()
      rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function frameOf(page: Page, wallet: string, element: string): Promise<Frame | undefined> {
  for (const frame of page.frames()) {
    if (!frame.url().startsWith(`${wallet}/frame.html`)) continue
    const owner = await frame.frameElement()
    const host = await owner?.evaluate((iframe) => (iframe.getRootNode() as ShadowRoot).host.localName)
    if (host === element) return frame
  }
  return undefined
}
