/** `tuppence host`: a till for many publishers, and adding one to it; for operators. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isTuppenceError } from '@tuppence/protocol'
import { createHostedTill, type HostedConfig } from '@tuppence/till/hosted'
import { Mistake } from './problem.ts'
import { reachable } from './publisher.ts'
import { listen } from './street/listen.ts'

/** What an operator tells a new publisher; the secret is told this once. `publicKey`: of the account, for the mint. */
export type NewPublisher = Readonly<{ id: string; account: string; secret: string; publicKey: string; page: string }>

/** A host that serves. */
export type ServedHost = Readonly<{ origin: string; port: number; close: () => Promise<void> }>

/**
 * Serves a host.
 *
 * @param file - As createHostedTill's `config`, JSON; `dataDir` is relative to it, `adminToken` may be in `TUPPENCE_ADMIN_TOKEN`.
 * @throws {Mistake} File and field, or the port is taken.
 */
export async function serveHost(
  file: string,
  { port, host }: Readonly<{ port: number; host?: string }>,
): Promise<ServedHost> {
  const config = readHost(file)
  const stand = await listen(port, 'till', host)
  try {
    const till = await createHostedTill({ config })
    stand.open((request) => till.handle(request))
    return {
      origin: config.origin,
      port: stand.port,
      close: async () => {
        await stand.close()
        await till.close()
      },
    }
  } catch (error) {
    await stand.close()
    if (!isTuppenceError(error, 'config-invalid')) throw error
    throw new Mistake(String(error.details['reason']), { file, field: String(error.details['field']) })
  }
}

/** Adds a publisher to a host that serves. @param sites - Origins that may show its offers. @throws {Mistake} */
export async function addPublisher(
  file: string,
  { id, sites, at }: Readonly<{ id: string; sites: readonly string[]; at?: string }>,
): Promise<NewPublisher> {
  const { origin, adminToken } = readHost(file)
  if (adminToken === undefined) throw new Mistake('is missing: set TUPPENCE_ADMIN_TOKEN', { file, field: 'adminToken' })
  const response = await fetch(`${at ?? reachable(origin)}/v1/publishers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, ...(sites.length > 0 && { sites }) }),
    redirect: 'error',
  }).catch((error: Error) => {
    throw new Mistake(`the till does not answer (${error.message})`, { file: origin })
  })
  // Whatever stands before the till may answer in its place, and not in JSON.
  const said = (await response.json().catch(() => ({}))) as {
    details?: { field?: string; reason?: string }
    title?: string
  } & NewPublisher
  if (!response.ok)
    throw new Mistake(said.details?.reason ?? said.title ?? `answers ${response.status}`, {
      file: origin,
      field: said.details?.field,
    })
  const { account, secret, publicKey } = said
  if (!secret) throw new Mistake('answers with something that is no publisher: is it a till?', { file: origin })
  return { id: said.id, account, secret, publicKey, page: `${origin}/p/${said.id}/manage` }
}

function readHost(file: string): HostedConfig {
  if (!existsSync(file)) throw new Mistake('no such file: origin, mint and dataDir of your till, as JSON', { file })
  let config: HostedConfig
  try {
    config = JSON.parse(readFileSync(file, 'utf8')) as HostedConfig
  } catch (error) {
    throw new Mistake(`is no JSON: ${(error as Error).message}`, { file })
  }
  const adminToken = config.adminToken ?? process.env['TUPPENCE_ADMIN_TOKEN']
  const dataDir = typeof config.dataDir === 'string' ? resolve(dirname(file), config.dataDir) : config.dataDir
  return { ...config, dataDir, ...(adminToken !== undefined && { adminToken }) }
}
