// The operator's door: a listener of its own with a token of its own, for metrics, position and key rotation; server.ts opens it.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Keyring } from './keys.ts'
import type { Ledger } from './ledger/port.ts'
import type { Metrics } from './metrics.ts'

/** What the operator may see and do. */
export interface AdminParts {
  readonly token: string
  readonly metrics: Metrics
  readonly ledger: Ledger
  readonly keyring: Keyring
  readonly units: readonly string[]
}

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** Answers the operator's requests; each must carry `Authorization: Bearer <token>`. */
export function createAdmin({
  token,
  metrics,
  ledger,
  keyring,
  units,
}: AdminParts): (request: Request) => Promise<Response> {
  const expected = digest(`Bearer ${token}`)
  return async (request) => {
    if (!timingSafeEqual(digest(request.headers.get('authorization') ?? ''), expected)) {
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    }
    const { pathname, searchParams } = new URL(request.url)
    switch (`${request.method} ${pathname}`) {
      case 'GET /metrics':
        return new Response(metrics.text(), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
      case 'GET /position':
        return Response.json(await ledger.position(), { headers })
      case 'POST /keys/rotate': {
        const unit = searchParams.get('unit') ?? units[0] ?? ''
        if (!units.includes(unit)) return Response.json({ code: 'unit-unsupported' }, { status: 400, headers })
        const { row } = await keyring.rotate(unit)
        return Response.json({ unit, keyset: row.id }, { headers })
      }
      default:
        return new Response(null, { status: 404 })
    }
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
