/** A till for publishers without one, as `tuppence till`, `tuppence dev` and the examples open it; it keeps its data in a folder. */
import { existsSync, readFileSync } from 'node:fs'
import type { Log } from '@tuppence/till'
import { createHostedTill, type HostedTill } from '@tuppence/till/hosted'
import { Mistake } from '../problem.ts'
import type { PublisherAccess } from '../publisher.ts'
import { writeSecret } from '../secret-file.ts'
import { listen } from './listen.ts'

/** How to open a till for one publisher. */
export type OwnTillOptions = Readonly<{
  /** Public origin; without it `http://till.localhost` and the port. */
  origin?: string
  port: number
  host?: string
  mint: Readonly<{ url: string; internalUrl?: string }>
  /** The till's data. */
  dataDir: string
  /** Where the publisher's secret is kept. */
  secretFile: string
  publisher: string
  sites: readonly string[]
  /** Registers the account at the mint; without it somebody does by hand. */
  register?: (account: Readonly<{ id: string; name: string; publicKey: string }>) => Promise<void>
  log?: Log
}>

/** A till that is open. `account`: what the mint must know. */
export type OwnTill = Readonly<{
  access: PublisherAccess
  account: Readonly<{ id: string; publicKey: string }>
  /** The publisher's page: offers, sales, terms, payout. */
  page: string
  close: () => Promise<void>
}>

/** Opens it, and makes the publisher where there is none. @throws {Mistake} The port is taken. */
export async function openOwnTill(options: OwnTillOptions): Promise<OwnTill> {
  const stand = await listen(options.port, 'till', options.host)
  const origin = options.origin ?? `http://till.localhost:${stand.port}`
  const host = await createHostedTill({
    config: { origin, mint: options.mint, dataDir: options.dataDir },
    ...(options.register && { register: options.register }),
    ...(options.log && { log: options.log }),
  })
  const { publicKey, secret } = await enter(host, options)
  stand.open((request) => host.handle(request))
  const { publisher } = options
  return {
    access: { till: origin, publisher, secret },
    account: { id: publisher, publicKey },
    page: `${origin}/p/${publisher}/manage`,
    close: async () => {
      await stand.close()
      await host.close()
    },
  }
}

/** The publisher as the till has it, or a new one; a secret that was lost is replaced. */
async function enter(
  { publishers }: HostedTill,
  { publisher: id, sites, secretFile, register }: OwnTillOptions,
): Promise<Readonly<{ publicKey: string; secret: string }>> {
  const known = (await publishers.list()).find((view) => view.id === id)
  // A mint that was made anew does not know the account; telling it twice changes nothing.
  if (known) await register?.({ id, name: known.name, publicKey: known.publicKey })
  const kept = existsSync(secretFile) ? readFileSync(secretFile, 'utf8').trim() : ''
  if (known && kept !== '') return { publicKey: known.publicKey, secret: kept }
  const added = known
    ? { publicKey: known.publicKey, secret: publishers.rotateSecret(id) }
    : await publishers.add({ id, sites: [...sites] }).catch((error: Error) => {
        throw new Mistake(error.message)
      })
  writeSecret(secretFile, `${added.secret}\n`)
  return added
}
