// What a window of the wallet remembers while its reader pays at a checkout elsewhere; popup, trip and wallet page read it when they open again.

/** Which page the reader left, and so which one to go back to. */
export type Place = 'popup' | 'trip' | 'page'

/**
 * A reader who left to pay. Nothing in it is a secret to this browser's owner: the quote is locked to the wallet's key.
 *
 * `named`: what the press that left had named, so that coming back needs no other: the article, its price, the site.
 */
export type Departure = {
  readonly place: Place
  /** The page's fragment, which says where a trip came from. */
  readonly hash: string
  /** Of the top-up. */
  readonly paymentId: string
  readonly amount: number
  readonly unit: string
  readonly named?: string | undefined
  readonly atMs: number
  /** How the checkout let the reader go; not there after "Back". */
  readonly returned?: 'paid' | 'cancelled' | undefined
}

const key = 'tuppence-departure'
const places = ['popup', 'trip', 'page'] as const

/** How long a press that named an article still counts: then the reader is asked again. */
const namedForMs = 3_600_000

/** Of this tab, as the browser keeps it across other sites' pages. */
export function readDeparture(): Departure | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Departure | null
    return kept && places.includes(kept.place) ? kept : undefined
  } catch {
    return undefined
  }
}

/** The departure from a page, when its reader is back there. */
export function departureFrom(place: Place): Departure | undefined {
  const departure = readDeparture()
  return departure?.place === place ? departure : undefined
}

/** Keeps it, in this tab alone. Where nothing can be kept the wallet's page finds the top-up by itself. */
export function keepDeparture(departure: Departure): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(departure))
  } catch {
    // The top-up itself is in the journal.
  }
}

/** Forgets it: what it stands for is over, or is acted on now. */
export function forgetDeparture(): void {
  try {
    sessionStorage.removeItem(key)
  } catch {
    // Then it was never kept.
  }
}

/** Whether the press that left had named exactly this, lately, and the checkout says that it was paid. */
export function stillMeans({ named, atMs, returned }: Departure, what: string): boolean {
  return returned === 'paid' && named === what && Date.now() - atMs < namedForMs
}

/** Where a reader goes who is let go by a checkout: the wallet's page, where it is another browser than the one that left. */
export function wayBack(search: string): string {
  const departure = readDeparture()
  if (!departure) return '/'
  keepDeparture({ ...departure, returned: new URLSearchParams(search).has('cancelled') ? 'cancelled' : 'paid' })
  const { place, hash } = departure
  return place === 'page' ? '/' : `/${place}.html${hash}`
}
