// Which screen the address names, and what a link has brought along in its fragment: taken out of the address at once.
import { atom, type ReadableAtom } from 'nanostores'

export const routes = ['home', 'sites', 'rules', 'backup', 'settings', 'move'] as const
export type Route = (typeof routes)[number]

/** A token to be received, another device's pairing, or a voucher. All are secrets: whoever has the link could use it. */
export type Arrival = { readonly kind: 'token' | 'pair' | 'voucher'; readonly text: string }

const arrivalMax = 100_000
const goesTo = { token: 'move', pair: 'backup', voucher: 'home' } as const

/** Reads a fragment: `#sites`, or `#token=...`, `#pair=...` and `#voucher=...` of a link. */
export function readFragment(fragment: string): { readonly route: Route; readonly arrival?: Arrival } {
  const [, kind, text] = /^#?(token|pair|voucher)=(.+)$/s.exec(fragment.slice(0, arrivalMax)) ?? []
  if (kind && text) {
    const arrival = { kind: kind as Arrival['kind'], text: plain(text) }
    return { route: goesTo[arrival.kind], arrival }
  }
  const name = fragment.replace(/^#/, '')
  return { route: routes.find((route) => route === name) ?? 'home' }
}

/** The link that brings something to a wallet page. Its fragment never reaches a server. */
export function linkTo(origin: string, { kind, text }: Arrival): string {
  return `${origin}/#${kind}=${encodeURIComponent(text)}`
}

/** What the address names, now and after every step through it. */
export type Address = {
  readonly $route: ReadableAtom<Route>
  /** What a link brought; whoever has dealt with it calls `arrived`. */
  readonly $arrival: ReadableAtom<Arrival | undefined>
  readonly arrived: () => void
}

/**
 * Follows the window's address. A secret in it is replaced before anything else runs, so that it stays out of the
 * browser's history, out of its sync, and out of sight.
 */
export function followAddress(): Address {
  const $route = atom<Route>('home')
  const $arrival = atom<Arrival | undefined>(undefined)
  const read = () => {
    const { route, arrival } = readFragment(location.hash)
    if (arrival) {
      history.replaceState(history.state, '', `${location.pathname}${location.search}#${route}`)
      $arrival.set(arrival)
    }
    $route.set(route)
  }
  read()
  addEventListener('hashchange', read)
  return { $route, $arrival, arrived: () => $arrival.set(undefined) }
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
