// The shapes of a sale: what it shows, what it works with, what can be done with it. sale.ts makes one; screens draw its view.
import type { Affordable, Look, Offer, Outcome, Wallet } from '@tuppence/core'
import type { Standing } from '@tuppence/protocol'
import type { FailReason } from '@tuppence/protocol/bridge'
import type { ReadableAtom, WritableAtom } from 'nanostores'
import type { Errand, runErrand } from '../errand.ts'
import type { Verdict } from '../guard.ts'
import type { Delivery } from './session.ts'

/** Why a priced offer is shown again. */
export type Note = 'price-changed' | 'declined' | 'popup-blocked' | 'too-little' | 'none-free' | 'day-spent' | 'stopped'

/** How something got open: `auto` was paid by the reader's rules, `granted` was free this time. */
export type How = 'paid' | 'opened' | 'free' | 'granted' | 'covered' | 'auto'

/** What the screen shows. Amounts in minor units. */
export type View =
  | { readonly status: 'loading' }
  | { readonly status: 'paying' }
  | { readonly status: 'opening' }
  | { readonly status: 'popup' }
  | { readonly status: 'priced'; readonly offer: Offer; readonly affordable: Affordable; readonly note?: Note }
  | {
      readonly status: 'delivered'
      readonly how: How
      readonly offer?: Offer | undefined
      readonly standing?: Standing | undefined
    }
  | {
      readonly status: 'failed'
      readonly reason: Trouble
      readonly money: 'untouched' | 'safe'
      /** What is on its way. */
      readonly offer?: Pick<Offer, 'amount' | 'unit'> | undefined
    }
  /** What goes beyond a price. */
  | { readonly status: 'perk'; readonly perk: Perk }

/** The page's four words for what went wrong, and what is nobody's business but the reader's. */
export type Trouble = FailReason | 'storage' | 'storage-full' | 'not-loaded'

/** `how`: what the wallet's own page has paid for already. */
export type Looked = Look | (Extract<Look, { status: 'free' }> & { readonly how: How })

export type LookedAtPrice = Extract<Look, { status: 'priced' }>

/** What a sale does rarely, and so loads apart: aside.ts. */
export type Aside = {
  readonly payInPopup: (sale: State, kind: Errand['kind'], shown: Promise<Offer>) => Promise<void>
  readonly failed: (sale: State, error: unknown, during: 'paying' | 'looking') => void
  /** Goes on after an outcome that paid nothing. */
  readonly unpaid: (sale: State, offer: Offer, outcome: Outcome) => Promise<void>
  readonly retry: (sale: State) => Promise<void>
  readonly stop: (sale: State) => void
  /** Shows what goes beyond a price; `false`: there is nothing of the kind. */
  readonly showPerk: (sale: State, looked: Look, note?: Note) => Promise<boolean>
}

/** How high the frame is: a pay button, the line under what was bought, or more words than either has room for. */
export type Shape = 'card' | 'strip' | 'panel'

/** What a sale works with. */
export type SaleDeps = {
  readonly wallet: Wallet
  readonly site: string
  readonly purpose: 'unlock' | 'tip'
  /**
   * Finds out what there is to buy; called again after a failure and after the popup. `personal`: by the reader's key, which
   * only a gesture may ask for.
   */
  readonly look: (signal: AbortSignal, by?: 'personal') => Promise<Looked>
  /** Hands to the page what was bought. */
  readonly deliver: (delivery: Delivery) => void
  /** Tells the page that it could not be served. */
  readonly fail: (reason: FailReason) => void
  /** `cancelled`: takes back what was handed over. `trip`: to the wallet's own page, where none of its windows can be reached. */
  readonly tell?: (what: 'cancelled' | 'trip') => void
  readonly resize?: (to: Shape) => void
  readonly aside: () => Promise<Aside>
  /** Instead of a window, in tests. */
  readonly errand?: typeof runErrand
}

export type Sale = {
  /** For what else can be done with a sale: buy.ts. */
  readonly state: State
  readonly $view: ReadableAtom<View>
  /** Looks, and opens what is owned. */
  readonly begin: () => Promise<void>
  /** The reader pressed the button that shows the price. One press leads to at most one payment. */
  readonly press: (verdict: Verdict, seesCovers: boolean) => Promise<void>
  /** After a failure: finishes what was left open, then looks again. */
  readonly retry: () => Promise<void>
  /** Stops waiting for the popup. What is under way or done by then is not undone, and never called unpaid. */
  readonly stop: () => void
}

/** One sale's memory: what it was given, what it shows, what it last looked at. */
export type State = {
  readonly deps: SaleDeps
  readonly $view: WritableAtom<View>
  looked: Looked | undefined
  /** What left and has no outcome yet. */
  sent: Offer | undefined
  /** Of the last press. */
  gesture: string
  abort: AbortController
}

export type Delivered = Extract<View, { status: 'delivered' }>
export type Covered = Extract<Look, { status: 'covered' }>

/** What the screen shows besides a price. Amounts in minor units. */
export type Perk =
  | { readonly kind: 'free'; readonly offer: Offer; readonly left: number }
  | { readonly kind: 'covered'; readonly looked: Covered }
  /** `view`: of the pass' own sale. `list`: what it costs somebody who has paid nothing here yet. */
  | { readonly kind: 'pass'; readonly offer: Offer; readonly pass: Sale; readonly view: View; readonly list?: number }
  | { readonly kind: 'countdown'; readonly offer: Offer; readonly stop: () => void }
  | { readonly kind: 'rule'; readonly offer: Offer; readonly back: Delivered }
  | { readonly kind: 'refunding'; readonly offer: Paid }
  | { readonly kind: 'refunded'; readonly offer: Paid; readonly where: 'refunded' | 'on-its-way' }
  /** Nothing was given back, and why. */
  | { readonly kind: 'kept'; readonly reason: string; readonly back: Delivered }

/** What was paid for something. */
export type Paid = Pick<Offer, 'url' | 'amount' | 'unit'>

/** What a sale's screens are given. */
export type SaleProps = { readonly sale: Sale; readonly wallet: Wallet; readonly host: string; readonly site: string }
