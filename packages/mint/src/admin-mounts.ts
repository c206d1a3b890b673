// What the operator's listener answers, one line for each part of the mint that has something there; server.ts gives it to admin.ts.

import { adminHeaders as headers, type AdminMount, type AdminParts } from './admin.ts'
import type { Deps } from './deps.ts'
import { fraudMount } from './fraud/watch.ts'
import { operatorMount } from './operator/pages.ts'
import { payoutMount } from './payout/mount.ts'

/** Everything on the operator's listener. */
export function adminMounts(deps: Deps): Omit<AdminParts, 'token'> {
  return {
    machines: [watchMount(deps), keysMount(deps), fraudMount(deps), payoutMount(deps)],
    pages: [operatorMount(deps)],
  }
}

/** Metrics, and how far the ledger has come. */
function watchMount({ metrics, ledger }: Pick<Deps, 'metrics' | 'ledger'>): AdminMount {
  return async ({ method }, path) => {
    if (method !== 'GET') return undefined
    if (path === '/metrics')
      return new Response(metrics.text(), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
    return path === '/position' ? Response.json(await ledger.position(), { headers }) : undefined
  }
}

/** Rotation of a unit's keys. */
function keysMount({ keyring, config: { units } }: Pick<Deps, 'keyring' | 'config'>): AdminMount {
  return async ({ method, url }, path) => {
    if (`${method} ${path}` !== 'POST /keys/rotate') return undefined
    const unit = new URL(url).searchParams.get('unit') ?? units[0] ?? ''
    if (!units.includes(unit)) return Response.json({ code: 'unit-unsupported' }, { status: 400, headers })
    const { row } = await keyring.rotate(unit)
    return Response.json({ unit, keyset: row.id }, { headers })
  }
}
