// The few commands of W3C WebDriver that webkit.ts needs, over HTTP.

/** One session. Commands act on the window and frame that were switched to last. */
export type Session = {
  readonly goto: (url: string) => Promise<void>
  readonly run: <T>(script: string) => Promise<T>
  /** Into the frame that an iframe element holds; out to the window's page without one. */
  readonly enter: (iframe?: ElementRef) => Promise<void>
  readonly click: (selector: string) => Promise<void>
  readonly windows: () => Promise<string[]>
  readonly window: () => Promise<string>
  readonly turnTo: (window: string) => Promise<void>
  readonly end: () => Promise<void>
}

/** An element as scripts return it. */
export type ElementRef = Readonly<Record<string, string>>

/**
 * Opens a session.
 *
 * @param driver - `http://127.0.0.1:PORT`.
 * @throws Error with the driver's own words, from every command.
 */
export async function openSession(driver: string, capabilities: object): Promise<Session> {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
    const response = await fetch(driver + path, init)
    const { value } = (await response.json()) as { value: unknown }
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value).slice(0, 300)}`)
    return value
  }
  const opened = await call('POST', '/session', { capabilities: { alwaysMatch: capabilities } })
  const at = `/session/${(opened as { sessionId: string }).sessionId}`
  return {
    goto: async (url) => void (await call('POST', `${at}/url`, { url })),
    run: async <T>(script: string) =>
      (await call('POST', `${at}/execute/sync`, { script: `return ${script}`, args: [] })) as T,
    enter: async (iframe) => void (await call('POST', `${at}/frame`, { id: iframe ?? null })),
    click: async (selector) => {
      const found = await call('POST', `${at}/element`, { using: 'css selector', value: selector })
      const [id] = Object.values(found as ElementRef)
      await call('POST', `${at}/element/${id}/click`, {})
    },
    windows: async () => (await call('GET', `${at}/window/handles`)) as string[],
    window: async () => (await call('GET', `${at}/window`)) as string,
    turnTo: async (handle) => void (await call('POST', `${at}/window`, { handle })),
    end: async () => void (await call('DELETE', at)),
  }
}
