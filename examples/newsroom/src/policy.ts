// The security headers of both publishers: an example of all that the elements need of a strict policy.
import type { MiddlewareHandler } from 'hono'

/**
 * Content-Security-Policy of a page with Tuppence elements: the wallet's script and frame, and nothing else from there.
 *
 * @param wallet - The wallet's origin.
 */
export function contentPolicy(wallet: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${wallet}`,
    `frame-src ${wallet}`,
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types tuppence',
  ].join('; ')
}

/** Puts the headers on every answer that has no policy of its own. */
export function secureHeaders({ wallet }: { wallet: string }): MiddlewareHandler {
  const policy = contentPolicy(wallet)
  return async (context, next) => {
    await next()
    const { headers } = context.res
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', policy)
    headers.set('x-content-type-options', 'nosniff')
    headers.set('referrer-policy', 'strict-origin-when-cross-origin')
    headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()')
  }
}
