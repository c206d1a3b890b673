// What a run is made of: readers with their quotes, what waits to be told, and what has been seen; run.ts makes one.

import type { Proof } from '@tuppence/protocol'
import type { Stripe } from 'stripe'
import type { StripeDouble } from '../src/funding/stripe/double/double.ts'
import type { Place, Process } from './place.ts'
import type { Planted } from './planted.ts'

/** What a run may have in it, and did. */
export interface Seen {
  steps: number
  crashes: number
  duplicates: number
  lost: number
  reordered: number
  retried: number
  disputesBefore: number
  disputesAfter: number
  disputesWon: number
  late: number
  declined: number
  byHand: number
  withdrawals: number
  withdrawalsUnknown: number
  forged: number
  captured: number
  minted: number
}

/** A reader with a quote. */
export interface Reader {
  readonly quote: string
  readonly amount: number
  readonly key: Uint8Array
  readonly session: string
  readonly card: string
  /** Coins that are good as far as the reader knows. */
  coins: Proof[]
  minted: number
  melts: string[]
}

/** A run, as it goes. */
export interface Run {
  readonly place: Place
  readonly seed: number
  readonly random: () => number
  readonly double: StripeDouble
  readonly readers: Reader[]
  readonly queue: { event: Stripe.Event; tries: number }[]
  readonly seen: Seen
  /** Sums of the ledger's accounts when it began: the place has seen other runs. */
  readonly before: ReadonlyMap<string, number>
  readonly planted: Planted | undefined
  process: Process
}

/** Names of what is counted. */
export const seenNames = [
  'steps',
  'crashes',
  'duplicates',
  'lost',
  'reordered',
  'retried',
  'disputesBefore',
  'disputesAfter',
  'disputesWon',
  'late',
  'declined',
  'byHand',
  'withdrawals',
  'withdrawalsUnknown',
  'forged',
  'captured',
  'minted',
] as const satisfies readonly (keyof Seen)[]
