// Runs one site as a process: listens, says so in one line of JSON, stops on SIGTERM. News, blog and wallet use it.
import { serve } from '@hono/node-server'
import { openSite, type Places, type Publisher, type SaleTerms } from './publisher.ts'

/** What the launcher tells a site's process, as JSON in TUPPENCE_SITE. */
export type SiteSettings = Readonly<{
  port: number
  dataDir: string
  places: Places
  /** Instead of the publisher's own. */
  terms?: SaleTerms
}>

/** Reads the settings that the launcher gave. @throws {Error} The process was not started by the launcher. */
export function siteSettings<T>(): T {
  const text = process.env['TUPPENCE_SITE']
  if (text === undefined) throw new Error('started by start.ts, which sets TUPPENCE_SITE; try npm start')
  return JSON.parse(text) as T
}

/** Opens a publisher's site and serves it until the process is told to stop. */
export async function servePublisher(make: (places: Places) => Publisher): Promise<void> {
  const { port, dataDir, places, terms } = siteSettings<SiteSettings>()
  const publisher = make(places)
  const site = await openSite({ ...publisher, terms: terms ?? publisher.terms }, places, { dataDir })
  serveUntilStopped(site.app.fetch, { port, close: site.close })
}

/** Listens on loopback; on SIGTERM or SIGINT finishes what is under way and lets the process end. */
export function serveUntilStopped(
  fetch: (request: Request) => Response | Promise<Response>,
  { port, close }: { port: number; close?: () => Promise<void> },
): void {
  const say = (event: string): boolean =>
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event })}\n`)
  const server = serve({ fetch, port, hostname: '127.0.0.1' }, () => say('listening'))
  // Ctrl-C reaches the whole process group, and the launcher asks again: the second signal must not end us at once.
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    server.close(async () => {
      await close?.()
      say('stopped')
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
}
