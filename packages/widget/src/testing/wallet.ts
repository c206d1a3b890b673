// A wallet of cardboard for drawing screens and for testing what stands around a wallet: it holds what it is told, and every action can be replaced.
import { noRules } from '@tuppence/core'
import type { HistoryEntry, Look, Offer, Payment, Wallet } from '@tuppence/core'
import type { FundingMethod } from '@tuppence/protocol'
import { atom } from 'nanostores'

/** An offer of 5 cents, as a till's challenge would state it. */
export const sampleOffer: Offer = {
  url: 'http://news.localhost/read/penny-post',
  site: 'http://news.localhost',
  title: 'The penny that carried a letter anywhere',
  kind: 'article',
  amount: 5,
  unit: 'usd',
  realm: 'news.localhost',
  tillOrigin: 'http://news.localhost',
  mints: ['http://mint.localhost'],
  challenge: {
    id: 'sample',
    realm: 'news.localhost',
    method: 'cashu',
    intent: 'charge',
    request: { amount: '5', currency: 'usd', methodDetails: { paymentRequest: 'creqA' } },
    requestText: '',
    opaque: {},
    opaqueText: '',
  },
}

export type Sample = {
  readonly mode?: Wallet['mode']
  readonly spendable?: number
  readonly lent?: number
  readonly payments?: readonly Payment[]
  readonly history?: readonly HistoryEntry[]
  readonly actions?: Partial<Wallet>
  /** How money may be added. */
  readonly ways?: readonly FundingMethod[]
}

const absent = () => Promise.reject(new Error('not part of this test'))

/** Makes one. */
export function sampleWallet({
  mode = 'vault',
  spendable = 0,
  lent = 0,
  payments = [],
  history = [],
  actions,
  ways = [{ method: 'test', unit: 'usd', method_name: 'Test money' }],
}: Sample = {}): Wallet {
  const look: Look = { status: 'priced', offer: sampleOffer, affordable: spendable >= 5 ? 'now' : 'no' }
  return {
    mode,
    $balance: atom({ usd: { spendable, reserved: 0, lent } }),
    $payments: atom(payments),
    $history: atom(history),
    $purchases: atom({}),
    $rules: atom(noRules),
    setRules: () => Promise.resolve(),
    refund: absent,
    claim: absent,
    redeem: absent,
    withdrawMethods: () => Promise.resolve([{ method: 'test', unit: 'usd', method_name: 'Test money' }]),
    withdraw: absent,
    start: () => Promise.resolve(),
    close: () => {},
    look: () => Promise.resolve(look),
    lookTip: ({ amount }) => Promise.resolve({ ...look, offer: { ...sampleOffer, kind: 'tip', amount } }),
    unlock: absent,
    reopen: absent,
    tip: absent,
    topUp: absent,
    receive: absent,
    send: absent,
    makeChange: () => Promise.resolve(false),
    cancel: absent,
    restore: absent,
    recover: () => Promise.resolve({ finished: 0, undone: 0, open: 0 }),
    fundingMethods: () => Promise.resolve(ways),
    lend: absent,
    acknowledgeLoan: absent,
    acceptAllowance: () => Promise.resolve(),
    reportAllowance: () => Promise.resolve(undefined),
    settleLoan: () => Promise.resolve(),
    callHome: absent,
    ...actions,
  }
}
