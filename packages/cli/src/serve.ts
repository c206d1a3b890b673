/** What `tuppence dev` and `tuppence till` keep running; loaded only by them, as a mint and a till come with it. */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readSealSecrets, type Draft, type Settings } from './config.ts'
import { Mistake } from './problem.ts'
import { putOffer } from './publisher.ts'
import { refuseSecretsIn, sealSite } from './seal/site.ts'
import { openDev, type DevPorts } from './street/dev.ts'
import { fileSite } from './street/files.ts'
import { listen } from './street/listen.ts'
import { openOwnTill, type OwnTill } from './street/till.ts'

/** A site that is served here, sealed. */
export type ServedDev = Readonly<{
  url: string
  page: string
  /** The folder that is served: a sealed copy. */
  dir: string
  wallet: string
  balance: () => Promise<number>
  close: () => Promise<void>
}>

/**
 * Seals a copy of a built site and serves it on this machine with all that it needs.
 *
 * @throws {Mistake} A page, a port, or no built site.
 */
export async function serveDev(
  draft: Draft,
  { port, ports }: Readonly<{ port: number; ports?: DevPorts }>,
): Promise<ServedDev> {
  if (!existsSync(draft.dir)) throw new Mistake('no such folder: build the site first', { file: draft.dir })
  refuseSecretsIn(draft)
  const stand = await listen(port, 'site')
  const url = `http://site.localhost:${stand.port}`
  const dev = await openDev(draft, [url], ports)
  const dir = join(dev.settings.folder, 'site')
  rmSync(dir, { recursive: true, force: true })
  cpSync(draft.dir, dir, { recursive: true })
  try {
    await sealSite({
      settings: { ...dev.settings, dir },
      secrets: readSealSecrets(draft),
      put: (id, offer) => putOffer(dev.access, id, offer),
    })
  } catch (error) {
    await dev.close()
    await stand.close()
    throw error
  }
  const files = fileSite(dir)
  // The site's files are at its base, as they will be.
  stand.open((request) => {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(draft.base)) return Response.redirect(url + draft.base)
    return files(new Request(`${url}/${pathname.slice(draft.base.length)}`, { method: request.method }))
  })
  return {
    url: url + draft.base,
    page: dev.page,
    dir,
    wallet: dev.street.wallet,
    balance: () => dev.street.mint.balance(draft.publisher),
    close: async () => {
      await stand.close()
      await dev.close()
    },
  }
}

/** Serves a till of one's own. @throws {Mistake} No mint in the configuration; the port is taken. */
export async function serveTill(
  { file, folder, till, mint, publisher, sites }: Settings,
  { port, host }: Readonly<{ port: number; host?: string }>,
): Promise<OwnTill> {
  if (mint === undefined) throw new Mistake('is missing: the mint that your account is at', { file, field: 'mint' })
  return openOwnTill({
    origin: till,
    port,
    ...(host !== undefined && { host }),
    mint: { url: mint },
    dataDir: join(folder, 'till'),
    secretFile: join(folder, 'publisher.secret'),
    publisher,
    sites,
  })
}
