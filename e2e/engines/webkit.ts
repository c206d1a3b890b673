// WebKitGTK's MiniBrowser by its WebDriver, with intelligent tracking prevention: the nearest thing to Safari here.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  deliveredScript,
  markScript,
  popupArmedScript,
  scrollScript,
  until,
  viewScript,
  type Browser,
  type Engine,
} from './engine.ts'
import { openSession, type ElementRef, type Session } from './webdriver.ts'

/** Programs that a run needs, by path. */
export type WebKitPrograms = { readonly driver: string; readonly miniBrowser: string }

/** WebKitGTK as it partitions by default. Automation keeps no profile, so nothing here survives a restart. */
export function webkit(programs: WebKitPrograms): Engine[] {
  return [
    {
      name: 'WebKitGTK',
      cookies: 'tracking prevention (default)',
      storageAccess: 'kept apart',
      open: () => openWebKit(programs),
    },
  ]
}

// Runs in the page. The element's shadow is closed and the driver finds frames by their iframe only: the elements are made
// anew where their shadows can be had. (Nothing of this changes what the wallet does.)
const openShadows = `(() => {
  if (globalThis.roots) return
  const roots = (globalThis.roots = [])
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init)
    roots.push(root)
    return root
  }
  for (const element of document.querySelectorAll('tuppence-unlock, tuppence-tip')) element.replaceWith(element.cloneNode(true))
})()`

async function openWebKit({ driver, miniBrowser }: WebKitPrograms): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), 'tuppence-webkit-'))
  const port = await freePort()
  const display = startDisplay(`openbox & exec ${driver} --port=${port}`, home)
  const close = async (session?: Session): Promise<void> => {
    await session?.end().catch(() => {})
    const ended = new Promise((resolve) => display.once('exit', resolve))
    // Its own process group: the display, the window manager and the driver.
    if (display.exitCode === null) process.kill(-display.pid!)
    await ended
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const url = `http://127.0.0.1:${port}`
    await until(
      () => 'WebKitWebDriver listens',
      async () => (await fetch(`${url}/status`)).ok,
    )
    const session = await openSession(url, {
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation', '--enable-itp'] },
    })
    return await drive(session, () => close(session))
  } catch (error) {
    await close()
    throw error
  }
}

const rootOf = (element: string) =>
  `globalThis.roots?.find((root) => root.host.isConnected && root.host.localName === '${element}')`

async function drive(session: Session, close: () => Promise<void>): Promise<Browser> {
  const tab = await session.window()
  const inFrame = async <T>(element: string, act: () => Promise<T>): Promise<T | undefined> => {
    const iframe = await session.run<ElementRef | null>(`${rootOf(element)}?.querySelector('iframe') ?? null`)
    if (!iframe) return undefined
    await session.enter(iframe)
    try {
      return await act()
    } finally {
      await session.enter()
    }
  }
  const inPopup = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
    const other = (await session.windows()).find((handle) => handle !== tab)
    if (other === undefined) return undefined
    await session.turnTo(other)
    try {
      return await act()
    } finally {
      await session.turnTo(tab)
    }
  }
  return {
    goto: async (url) => {
      await session.goto(url)
      await session.run(openShadows)
      await session.run(scrollScript)
    },
    frame: (element) => inFrame(element, () => session.run(viewScript)),
    pressFrame: async (element, text) => {
      // Under what was delivered the frame is out of sight, and this driver does not scroll to it. A pay button is in view;
      // moved, it would not be armed.
      const scroll = `${rootOf(element)}?.querySelector('iframe')?.scrollIntoView({ block: 'center' })`
      if (text !== undefined) await session.run(scroll)
      await inFrame(element, async () => {
        const selector = await session.run<string | null>(markScript(text))
        if (!selector) throw new Error(`nothing to press (${text ?? 'pay'})`)
        await session.click(selector)
      })
    },
    delivered: () => session.run(deliveredScript),
    evaluate: (script) => session.run(script),
    popup: async () => {
      const armed = await inPopup(() => session.run<boolean>(popupArmedScript))
      return armed === undefined ? 'none' : armed ? 'armed' : 'waiting'
    },
    pressPopup: async () => void (await inPopup(() => session.click('main button.main'))),
    close,
  }
}

function startDisplay(command: string, home: string): ChildProcess {
  return spawn('xvfb-run', ['-a', '-s', '-screen 0 1280x1000x24', 'sh', '-c', command], {
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      HOME: home,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      GDK_BACKEND: 'x11',
    },
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
