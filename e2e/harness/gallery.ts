// Every screen of the wallet in every state, drawn by packages/widget's gallery (dev.html): for tests that look at them all.
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { createServer } from 'vite'

const widget = join(import.meta.dirname, '..', '..', 'packages', 'widget')

export type Screen = 'unlock' | 'tip' | 'popup' | 'wallet'

/** A served gallery. */
export type Gallery = {
  /** Opens a screen and calls `look` with each of its states drawn. */
  readonly each: (
    page: Page,
    how: { screen: Screen; scheme: 'light' | 'dark'; lang?: string },
    look: (state: string) => Promise<void>,
  ) => Promise<void>
  readonly close: () => Promise<void>
}

type Global = { gallery?: { states: string[]; draw: (state: string) => Promise<void> } }

/** Serves the screens from their sources. */
export async function openGallery(): Promise<Gallery> {
  const server = await createServer({
    root: widget,
    configFile: join(widget, 'vite.config.ts'),
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    // Found by scanning, they would have the page reloaded under the test.
    optimizeDeps: { noDiscovery: true },
  })
  await server.listen()
  const origin = server.resolvedUrls?.local[0] ?? ''
  return {
    each: async (page, { screen, scheme, lang = 'en' }, look) => {
      await page.emulateMedia({ colorScheme: scheme })
      const first = { unlock: 'priced', tip: '', popup: 'lend', wallet: '' }[screen]
      await page.goto(`${origin}dev.html?${new URLSearchParams({ screen, state: first, scheme, lang })}`)
      await page.waitForFunction(() => (globalThis as Global).gallery !== undefined)
      for (const state of await page.evaluate(() => (globalThis as Global).gallery!.states)) {
        await page.evaluate((next) => (globalThis as Global).gallery!.draw(next), state)
        await look(state)
      }
    },
    close: () => server.close(),
  }
}
