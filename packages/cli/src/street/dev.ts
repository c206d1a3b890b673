/** A street for one site: mint, wallet and a till with the site's offers on this machine; `tuppence dev` and vite open one. */
import { join } from 'node:path'
import type { Draft, Settings } from '../config.ts'
import { isMistake } from '../problem.ts'
import { pushSelling } from '../push.ts'
import type { PublisherAccess } from '../publisher.ts'
import { openStreet, type Street } from './street.ts'
import { openOwnTill, type OwnTill } from './till.ts'

/** A site that can be tried: its settings with the street's addresses in place of the live ones. */
export type Dev = Readonly<{
  settings: Settings
  access: PublisherAccess
  street: Street
  page: string
  close: () => Promise<void>
}>

/** Ports of a street; 0 takes a free one. */
export type DevPorts = Readonly<{ wallet: number; mint: number; till: number }>

/** Where a reader of this machine keeps test money: the same ports keep it. */
export const usualPorts: DevPorts = { wallet: 4040, mint: 4043, till: 4044 }

/**
 * Opens a street for a site.
 *
 * @param sites - Origins that show it here, `http://localhost:5173`.
 * @param ports - The usual ones by default, or any free ones where those are taken.
 */
export async function openDev(draft: Draft, sites: readonly [string, ...string[]], ports?: DevPorts): Promise<Dev> {
  const dataDir = join(draft.folder, 'dev')
  const opened = await openAll({ dataDir, draft, sites, ports: ports ?? usualPorts }).catch((error: unknown) => {
    if (ports || !isMistake(error)) throw error
    return openAll({ dataDir, draft, sites, ports: { wallet: 0, mint: 0, till: 0 } })
  })
  const { street, till } = opened
  const settings: Settings = { ...draft, sites, wallet: street.wallet, till: till.access.till, folder: dataDir }
  await pushSelling(settings, till.access)
  return {
    settings,
    access: till.access,
    street,
    page: till.page,
    close: async () => {
      await till.close()
      await street.close()
    },
  }
}

async function openAll({
  dataDir,
  draft,
  sites,
  ports,
}: Readonly<{ dataDir: string; draft: Draft; sites: readonly string[]; ports: DevPorts }>): Promise<{
  street: Street
  till: OwnTill
}> {
  const street = await openStreet({ dataDir, ports })
  try {
    const till = await openOwnTill({
      port: ports.till,
      mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
      dataDir: join(dataDir, 'till'),
      secretFile: join(dataDir, 'publisher.secret'),
      publisher: draft.publisher,
      sites,
      register: street.mint.addAccount,
      log: () => {},
    })
    return { street, till }
  } catch (error) {
    await street.close()
    throw error
  }
}
