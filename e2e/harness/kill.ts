// Kills a browser, a renderer or a frame in the middle of what it does.
import { execFileSync } from 'node:child_process'
import type { Page } from '@playwright/test'

/** Ends every process that runs on a profile folder, at once, as a crash of the machine's browser would. */
export function killBrowser(folder: string): void {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')
  for (const line of lines) {
    if (!line.includes(folder)) continue
    const pid = Number.parseInt(line, 10)
    try {
      if (pid > 0 && pid !== process.pid) process.kill(pid, 'SIGKILL')
    } catch {
      // It went by itself.
    }
  }
}

/** Crashes the renderer of the wallet's frame on a page, which is another process than the page's. */
export async function crashFrame(page: Page, wallet: string): Promise<void> {
  const frame = page.frames().find((one) => one.url().startsWith(`${wallet}/frame.html`))
  if (frame === undefined) return crashPage(page)
  const session = await page.context().newCDPSession(frame)
  // It never answers: who would?
  session.send('Page.crash').catch(() => undefined)
}

/** Crashes the renderer of a page. */
export async function crashPage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  session.send('Page.crash').catch(() => undefined)
}

/** Takes the element, and with it the frame, out of its page. */
export async function removeFrame(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelector('tuppence-unlock')?.remove())
}
