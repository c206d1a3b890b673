// The exact HTTP headers of the wallet's files, as data that any static server can apply; the build writes them out.

/** Headers for the paths that match: exact, or a prefix where `path` ends in `*`. Later rules win, header by header. */
export type HeaderRule = { readonly path: string; readonly headers: Readonly<Record<string, string>> }

const contentSecurity = (connect: string, more: string, trustedTypes = 'tuppence'): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${trustedTypes}`,
    more,
  ]
    .filter(Boolean)
    .join('; ')

const features = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

/** Nothing for nobody, but for what this origin's own page has a use for. */
const permissions = (own: readonly string[]): string =>
  features.map((name) => `${name}=(${own.includes(name) ? 'self' : ''})`).join(', ')

/**
 * Rules for a wallet whose mints and tills are reached at `connect` (CSP sources).
 *
 * The frame may be in any page, so nothing says `frame-ancestors` there: it checks who is above it by itself. The other
 * pages are never framed. No page sends COOP: the popup would lose the frame that opened it.
 */
export function headerRules(connect: string): HeaderRule[] {
  const html = { 'Cache-Control': 'public, max-age=300, stale-while-revalidate=86400' }
  const top = { ...html, 'Content-Security-Policy': contentSecurity(connect, "frame-ancestors 'none'") }
  // The wallet page besides registers its service worker, and may look at a code through the camera.
  const page = {
    ...top,
    'Content-Security-Policy': contentSecurity(connect, "frame-ancestors 'none'", 'tuppence tuppence-shell'),
    'Permissions-Policy': permissions(['camera']),
  }
  const immutable = { 'Cache-Control': 'public, max-age=31536000, immutable' }
  // Module scripts from another origin are fetched with CORS.
  const script = { 'Access-Control-Allow-Origin': '*' }
  return [
    {
      path: '/*',
      headers: {
        'Content-Security-Policy': contentSecurity(connect, "frame-ancestors 'none'"),
        'Cross-Origin-Embedder-Policy': 'require-corp',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Permissions-Policy': permissions([]),
        'Referrer-Policy': 'no-referrer',
        // Whoever could answer for this origin in the clear would have its coins. Browsers ignore it without TLS.
        'Strict-Transport-Security': 'max-age=31536000',
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-cache',
      },
    },
    { path: '/frame.html', headers: { ...html, 'Content-Security-Policy': contentSecurity(connect, '') } },
    { path: '/popup.html', headers: top },
    { path: '/trip.html', headers: top },
    { path: '/topped-up.html', headers: top },
    { path: '/', headers: page },
    { path: '/index.html', headers: page },
    { path: '/tuppence.js', headers: { ...html, ...script } },
    { path: '/v/*', headers: { ...immutable, ...script } },
    { path: '/assets/*', headers: immutable },
  ]
}
