/**
 * A payment and its states: one union and one transition table that top-up, swap, pay, tip, refund, withdraw, send and lend
 * all go through. Pure; the actions read and write it, and `recover` decides by it.
 *
 * ```
 *              top-up       pay tip swap receive refund withdraw       send        lend
 *                |                                |                       |           |
 *            [quoting]---lapse----+               |                       |       [offered]--acknowledge--+
 *                | quote          |               |                       |           |                   |
 *            [quoted ]---lapse----+               |                       |        recall                 |
 *                | request        |               |                       |           |                   |
 *                v                |               |                       +-----------|---->[handed ]<----+
 *            [ sent  ]<-----------|---------------+                                   |      |   |
 *             | |  | |            |                                                   |  spend   recall
 *      accept | |  | | refuse     |                                                   |      |   |
 *             | |  | +------->[refused]--release--+----------------------------+      |      |   |
 *             | |  | garble     ^  |  |           |                            |      |      |   |
 *             | |  v            |  |  +--take--->{taken}                       v      v      |   |
 *             | | [quarantined]-+  |                                         {  undone  }<---|---+
 *             | |  |      refuse   |                                                         |
 *             | settle  settle   settle                                                      |
 *             v v  v               v                                                         v
 *      [accepted]-- spend ------------------------------------------------------------->{  done  }
 * ```
 *
 * Left out of the drawing: `quarantined` also takes `garble` (it stays) and `accept`; `refused` takes `accept`, `garble`
 * and, for a top-up whose quote is still good, `retry` back to `quoted`, which takes
 * `settle` should an earlier copy of the request come through after all; `sent`, `quarantined`, `refused` and `accepted` take `recall`, since whoever swaps the coins first has them.
 */
import { assert } from '@tuppence/protocol'
import type { Planned } from './ports.ts'

/** What a payment is for. `swap` makes change, or brings coins home for the payment that `of` names. */
export type PaymentKind = 'pay' | 'tip' | 'top-up' | 'swap' | 'receive' | 'send' | 'lend' | 'refund' | 'withdraw'

/**
 * Where a payment stands. Every open state keeps its coins out of reach of other payments.
 *
 * - `quoting`: a top-up quote was asked for; nothing is at stake.
 * - `quoted`: the quote waits for the reader's money.
 * - `sent`: the journaled request may have left; repeating the same bytes is always right.
 * - `quarantined`: the answer failed its checks; the inputs are kept, and the request may be repeated.
 * - `refused`: the other side said no; the mint has to say whether the coins are still good.
 * - `accepted`: the till said yes without a receipt that the mint signed; ends when the mint says spent.
 * - `offered`: coins are being handed to a frame that has not said that it has them.
 * - `handed`: coins are with a frame, or with whoever was sent the token.
 * - `done`, `undone`, `taken`: ended: as meant; with the coins back; with coins spent and nothing to show for them.
 */
export type PaymentState = OpenState | EndState
export type OpenState = 'quoting' | 'quoted' | 'sent' | 'quarantined' | 'refused' | 'accepted' | 'offered' | 'handed'
export type EndState = 'done' | 'undone' | 'taken'

/** What can happen to a payment; `transitions` says when. */
export type PaymentEvent =
  | 'quote'
  | 'lapse'
  | 'request'
  | 'settle'
  | 'accept'
  | 'garble'
  | 'refuse'
  | 'release'
  | 'retry'
  | 'take'
  | 'spend'
  | 'acknowledge'
  | 'recall'

/** Fields of every payment. */
type Common = {
  /** Sorts by time of creation. */
  readonly id: string
  readonly state: PaymentState
  readonly mint: string
  readonly unit: string
  /** Minor units: the price, the top-up, the sum moved. */
  readonly amount: number
  readonly atMs: number
  /** Secrets of the wallet's coins that this payment holds. */
  readonly coins: readonly string[]
}

/** A request to a mint, as it goes out every time. */
export type JournaledRequest = { readonly path: string; readonly body: string }

/** Outputs of a request, by their place in the keyset's sequence; secrets and factors follow from the seed. */
export type PlannedOutputs = { readonly keysetId: string; readonly planned: readonly Planned[] }

/** What is known of an offer that is being paid. */
export type PaidOffer = {
  readonly url: string
  readonly site: string
  readonly sites: readonly string[]
  readonly tillOrigin: string
  readonly realm: string
  readonly challengeId: string
  /** How long the till takes it back, in seconds. */
  readonly refundSeconds?: number | undefined
  /** As the challenge says it: after that, by its own clock, the till takes nothing for it. */
  readonly expires?: string | undefined
  readonly title?: string | undefined
}

/** Coins to a till. `authorization` is the exact header value; a signature around it is made afresh each time. */
export type TillPayment = Common & {
  readonly kind: 'pay' | 'tip'
  readonly offer: PaidOffer
  readonly token: string
  readonly authorization: string
  /** A tip's exact body. */
  readonly body?: string | undefined
  /** The gesture's id, where the caller named it. */
  readonly gesture?: string | undefined
  /** Why the till refused. */
  readonly reason?: string | undefined
}

/** A quote turned into coins. `request` and `outputs` are there from `sent` on. */
export type TopUpPayment = Common & {
  readonly kind: 'top-up'
  readonly method: string
  readonly keyIndex: number
  readonly quote?: { readonly id: string; readonly request: string; readonly expirySeconds?: number | undefined }
  readonly request?: JournaledRequest
  readonly outputs?: PlannedOutputs
  /** Those of its requests that were refused: a copy that comes late may have them signed all the same. */
  readonly tried?: PlannedOutputs | undefined
}

/** Coins for coins: change, coins called home (`of`), or somebody else's coins (`receive`, whose inputs are in the body). */
export type SwapPayment = Common & {
  readonly kind: 'swap' | 'receive'
  readonly request: JournaledRequest
  readonly outputs: PlannedOutputs
  /** The payment whose coins this one brings home. */
  readonly of?: string | undefined
}

/** Coins handed over as text. */
export type SentPayment = Common & { readonly kind: 'send'; readonly token: string; readonly memo?: string | undefined }

/** Coins set aside for one site. */
export type LoanPayment = Common & {
  readonly kind: 'lend'
  readonly site: string
  readonly tillOrigin: string
  readonly realm: string
  /** Blank outputs that went along; their indices are taken. */
  readonly refund: PlannedOutputs
  /** How much of a day's sum of the rules went along, minor units. */
  readonly share?: number | undefined
}

/** Coins back for what was bought. The request's path is the offer's URL. */
export type RefundPayment = Common & {
  readonly kind: 'refund'
  /** The payment that bought it. */
  readonly of: string
  readonly offer: Pick<PaidOffer, 'url' | 'site' | 'tillOrigin' | 'realm' | 'title'>
  readonly request: JournaledRequest
  /** In a frame without places: the vault knows those, by the loan. */
  readonly outputs: PlannedOutputs
  /** The loan whose blank outputs are used. */
  readonly loan?: string | undefined
}

/** Coins for money elsewhere (NUT-05). `outputs`: blank, for what the way out did not cost (NUT-08). */
export type WithdrawPayment = Common & {
  readonly kind: 'withdraw'
  readonly method: string
  /** `paid`: what its coins are worth. */
  readonly quote: { readonly id: string; readonly feeReserve: number; readonly paid: number }
  readonly request: JournaledRequest
  readonly outputs: PlannedOutputs
}

export type Payment =
  | TillPayment
  | TopUpPayment
  | SwapPayment
  | SentPayment
  | LoanPayment
  | RefundPayment
  | WithdrawPayment

/** State -> event -> next state. What is not here cannot happen. */
export const transitions: Readonly<Record<PaymentState, Readonly<Partial<Record<PaymentEvent, PaymentState>>>>> = {
  quoting: { quote: 'quoted', lapse: 'undone' },
  quoted: { request: 'sent', settle: 'done', lapse: 'undone' },
  sent: { settle: 'done', accept: 'accepted', garble: 'quarantined', refuse: 'refused', recall: 'undone' },
  quarantined: { settle: 'done', accept: 'accepted', garble: 'quarantined', refuse: 'refused', recall: 'undone' },
  refused: {
    settle: 'done',
    accept: 'accepted',
    garble: 'quarantined',
    release: 'undone',
    retry: 'quoted',
    take: 'taken',
    recall: 'undone',
  },
  accepted: { settle: 'done', spend: 'done', recall: 'undone' },
  offered: { acknowledge: 'handed', spend: 'done', recall: 'undone' },
  handed: { spend: 'done', recall: 'undone' },
  done: {},
  undone: {},
  taken: {},
}

/** In which state each kind of payment is first journaled. */
export const firstState: Readonly<Record<PaymentKind, OpenState>> = {
  pay: 'sent',
  tip: 'sent',
  'top-up': 'quoting',
  swap: 'sent',
  receive: 'sent',
  send: 'handed',
  lend: 'offered',
  refund: 'sent',
  withdraw: 'sent',
}

/**
 * Moves a payment on. An event that its state does not know is a programmer's error.
 *
 * @returns The same payment in its next state.
 */
export function advance<P extends Payment>(payment: P, event: PaymentEvent): P {
  const state = transitions[payment.state][event]
  assert(state, `${payment.kind} cannot ${event} when ${payment.state}`)
  return { ...payment, state }
}

/** Says whether a state is an end: such a payment holds no coins and lives in the history. */
export function isEnd(state: PaymentState): state is EndState {
  return state === 'done' || state === 'undone' || state === 'taken'
}

export { heldSecrets } from './held-secrets.ts'
