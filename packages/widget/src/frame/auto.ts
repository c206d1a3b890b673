// Pays by the reader's rules: what is small enough, really in view for a while, and alone on its page. Part of what goes beyond a price.
import { autoMaxAt, type Offer, type Outcome } from '@tuppence/core'
import { confirmAbove } from '../policy.ts'
import { autoMax, autoSeenMs, countdownMs } from '../policy-rules.ts'
import { attempt, inLine, look, settle } from './sale.ts'
import type { Covered, LookedAtPrice, Note, State } from './view.ts'

/** Where the reader said no, as long as this tab is open: what was undone is not paid again by itself. */
const storageKey = 'tuppence-stopped'
const stopped = new Set<string>(readStopped())

/** Remembers that nothing is paid by itself at a URL. */
export function stoppedHere(url: string): void {
  stopped.add(url)
  try {
    sessionStorage.setItem(storageKey, [...stopped].slice(-50).join(' '))
  } catch {
    // Then it is remembered as long as this frame is.
  }
}

function readStopped(): string[] {
  try {
    return (sessionStorage.getItem(storageKey) ?? '').split(' ').filter(Boolean)
  } catch {
    return []
  }
}

/** Whether the reader's rules open this without a press. */
function isByRule({ deps: { wallet, site, purpose } }: State, looked: LookedAtPrice | Covered): boolean {
  const { url, unit, amount } = looked.offer
  const rules = wallet.$rules.get()
  if (purpose !== 'unlock' || rules.unit !== unit || amount > autoMaxAt(rules, site)) return false
  if (stopped.has(url) || wallet.$history.get().some((entry) => entry.kind === 'refund' && entry.url === url))
    return false
  return looked.status === 'covered' || looked.free !== undefined || looked.affordable !== 'no'
}

/**
 * Opens or pays what is on the screen, if the reader's rules say so and the reader has it before their eyes.
 *
 * @param open - How it opens for nothing, where it does.
 */
export async function payByRule(
  sale: State,
  looked: LookedAtPrice | Covered,
  open: (() => Promise<void>) | undefined,
): Promise<void> {
  if (!isByRule(sale, looked)) return
  const { signal } = sale.abort
  const shown = sale.$view.get()
  if (!(await isSeen(signal)) || !isDrawn(sale) || sale.$view.get() !== shown || !isByRule(sale, looked)) return
  if (open) return open()
  return inLine(sale, () => pay(sale, looked.offer))
}

async function pay(sale: State, offer: Offer): Promise<unknown> {
  // What can be given back is paid at once; else there is a moment before anything leaves.
  if (!offer.terms?.refundSeconds) {
    const end = await countdown(sale, offer)
    if (!isDrawn(sale)) return
    if (end === 'stopped') {
      stoppedHere(offer.url)
      return look(sale, 'stopped')
    }
  }
  let outcome = await attempt(sale, offer, { auto: true })
  const { wallet } = sale.deps
  if (outcome.status === 'needs-change' && wallet.mode === 'vault') {
    await wallet.makeChange({ amount: offer.amount, unit: offer.unit })
    outcome = await attempt(sale, offer, { auto: true, gesture: sale.gesture })
  }
  if (!settle(sale, outcome, offer, 'auto')) await look(sale, noteOf(outcome))
}

/** Why a rule did not pay. Where coins do not fit, a press finds out the rest. */
function noteOf({ status }: Outcome): Note {
  if (status === 'over-budget') return 'day-spent'
  return status === 'declined' ? 'declined' : 'too-little'
}

/** Whether a screen shows this sale: once the page has put another article in its place, nobody sees what it would pay. */
export const isDrawn = ({ $view }: Pick<State, '$view'>): boolean => $view.lc > 0

/** Gives the reader a moment to say no. */
function countdown(sale: State, offer: Offer): Promise<'over' | 'stopped'> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, countdownMs, 'over')
    const stop = (): void => {
      clearTimeout(timer)
      resolve('stopped')
    }
    sale.$view.set({ status: 'perk', perk: { kind: 'countdown', offer, stop } })
  })
}

/** Resolves to true once this frame has been in view for a while, wholly and uncovered as far as the browser can tell. */
function isSeen(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = (seen: boolean): void => {
      clearTimeout(timer)
      observer.disconnect()
      resolve(seen)
    }
    const observer = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1) as IntersectionObserverEntry & { isVisible?: boolean }
        const inView = entry.intersectionRatio > 0.98 && entry.isVisible !== false
        clearTimeout(timer)
        timer = inView ? setTimeout(check, autoSeenMs) : undefined
      },
      { threshold: [0, 0.99, 1], trackVisibility: true, delay: 100 } as IntersectionObserverInit,
    )
    const check = (): void => {
      if (!isAlone()) return end(false)
      // A tab in the background reads nothing.
      if (document.visibilityState === 'visible') end(true)
      else timer = setTimeout(check, autoSeenMs)
    }
    signal.addEventListener('abort', () => end(false))
    observer.observe(document.body)
  })
}

/** Whether this is the page's only pay button: of several, no rule can tell which one the reader means. */
export function isAlone(above: Window = parent): boolean {
  for (let index = 0; index < above.length; index++) {
    const other = above[index]!
    try {
      const { state } = other.document.body.dataset
      const sells = state !== 'balance' && state !== 'blocked' && !other.document.querySelector('.jar')
      if (other !== window && sells) return false
    } catch {
      // A frame of somebody else.
    }
  }
  return true
}

/** Has the wallet pay by itself at this site, up to an amount. */
export async function setRule({ deps: { wallet, site } }: State, { amount, unit }: Offer): Promise<void> {
  const rules = wallet.$rules.get()
  await wallet.setRules({
    ...rules,
    unit,
    perDay: rules.perDay || autoMax.day,
    perSiteDay: rules.perSiteDay || autoMax.siteDay,
    offSites: rules.offSites.filter((off) => off !== site),
    sites: { ...rules.sites, [site]: { autoMax: amount } },
  })
}

/** Has the wallet pay nothing by itself at this site any more. */
export async function endRule({ deps: { wallet, site } }: State): Promise<void> {
  const rules = wallet.$rules.get()
  const { [site]: _, ...sites } = rules.sites
  await wallet.setRules({ ...rules, sites, offSites: [...rules.offSites.filter((off) => off !== site), site] })
}

/** Whether a rule for this site can be offered: what is small, in the unit that the reader's rules have. */
export function mayRule({ deps: { wallet, site } }: State, { amount, unit, kind }: Offer): boolean {
  const rules = wallet.$rules.get()
  const none = rules.autoMax === 0 && Object.keys(rules.sites).length === 0
  return (
    kind === 'article' &&
    (none || rules.unit === unit) &&
    amount <= confirmAbove.unseen &&
    autoMaxAt(rules, site) < amount
  )
}
