// The mint's own limits of rate, by the address that asks; app.ts calls it for each request, deposit.ts by publisher.

import type { Deps } from './deps.ts'
import type { RouteName } from './routes.ts'
import { createRateLimit, isLocal, visitorOf } from './rate.ts'

/** Refuses who comes too often. */
export interface Rates {
  /** @returns The address that counts, where one does. @throws {TuppenceError} `too-many-requests`. */
  visit(route: RouteName, address: string | undefined, request: Request): string | undefined
}

const costly: readonly RouteName[] = ['quote', 'meltQuote', 'redeemVoucher']

/** Makes the limits that the configuration names. Health is never limited. */
export function createRates({ config: { limits }, clock }: Pick<Deps, 'config' | 'clock'>): Rates {
  const requests = createRateLimit(limits.requestsPerMinute)
  const quotes = createRateLimit(limits.quotesPerMinute)
  const blobs = createRateLimit(limits.blobsPerMinute)
  return {
    visit: (route, socketAddress, request) => {
      const forwarded = limits.behindProxy
        ? request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
        : undefined
      const address = forwarded ?? socketAddress
      if (address === undefined || route === 'health') return address
      if (!limits.countLocal && isLocal(address)) return undefined
      const visitor = visitorOf(address)
      requests.visit(visitor, clock.nowMs())
      if (route === 'writeBlob') blobs.visit(visitor, clock.nowMs())
      if (costly.includes(route)) quotes.visit(visitor, clock.nowMs())
      return address
    },
  }
}
