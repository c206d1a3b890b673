// What each route does with a request, by the route's name in protocol's table; app.ts calls the one that matches.

import { accountComponents, depositComponents, statementComponents, TuppenceError } from '@tuppence/protocol'
import { claimQuote, claimQuotes, readQuotes } from './claim.ts'
import { readBlob, writeBlob } from './blobs/blobs.ts'
import { isOver } from './closing/closing.ts'
import { accountAnswer, authorizeAccount, deposit } from './deposit.ts'
import { depositBatch } from './deposit-batch.ts'
import type { Deps } from './deps.ts'
import { keepReport } from './fraud/reports.ts'
import { payTestQuote } from './funding/test.ts'
import { redeemVoucher } from './funding/voucher/voucher.ts'
import { mintInfo } from './info.ts'
import { fundingOf, openQuote, quoteAnswer, quoteStanding, readQuote } from './issue.ts'
import { melt, meltAnswer, meltState, openMelt } from './melt.ts'
import { changeDestination, destinationAnswer } from './payout/destination.ts'
import { statementText } from './payout/statement/csv.ts'
import { swap } from './redeem.ts'
import { refund } from './refund.ts'
import type { InputOf, RouteName } from './routes.ts'
import { checkStates, restore } from './state.ts'

/** A request on a route: `input` is its decoded body, `body` the bytes that a signature may cover. */
export interface Call<Input> {
  readonly input: Input
  readonly body: Uint8Array
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  /** Where it came from, if that is known. */
  readonly address?: string | undefined
}

/** Answers each route's call with JSON text. Errors are TuppenceErrors. */
export type Handlers = {
  readonly [N in RouteName]: (deps: Deps, call: Call<InputOf<N>>) => Promise<string>
}

const paramCharsMax = 128
const json = (value: unknown): string => JSON.stringify(value)

/** @see Handlers */
export const handlers: Handlers = {
  health: async (deps) => {
    // Asks the ledger, and keeps what it says: how many operations there were is the mint's business.
    await deps.ledger.position()
    return json({ status: 'ok', curve: deps.curve.name })
  },
  info: async (deps) => json(mintInfo(deps)),
  keys: async (deps) => {
    const keysets = await deps.keyring.list()
    return json({ keysets: keysets.filter(({ row }) => row.active && !isOver(deps, row)).map(({ wire }) => wire) })
  },
  keysOf: async (deps, call) => {
    const id = param(call, 'keyset')
    const keyset = (await deps.keyring.list()).find(({ row }) => row.id === id)
    if (keyset === undefined) throw new TuppenceError('keyset-unknown')
    return json({ keysets: [keyset.wire] })
  },
  keysets: async (deps) => {
    const keysets = await deps.keyring.list()
    return json({
      keysets: keysets.map(({ wire: { id, unit, active, input_fee_ppk, final_expiry } }) => ({
        id,
        unit,
        active,
        input_fee_ppk,
        final_expiry,
      })),
    })
  },
  receiptKeys: async (deps) => json({ keys: deps.receipts.publicKeys }),
  redeemVoucher: async (deps, call) => json(await redeemVoucher(deps, call.input)),
  quote: async (deps, call) => json(await openQuote(deps, param(call, 'method'), call.input, call.address)),
  quoteState: async (deps, call) =>
    json(await quoteStanding(deps, await readQuote(deps, param(call, 'method'), param(call, 'quote')))),
  issue: (deps, call) => claimQuote(deps, param(call, 'method'), call.input),
  checkQuotes: async (deps, call) =>
    json((await readQuotes(deps, param(call, 'method'), call.input.quotes)).map((row) => quoteAnswer(row))),
  issueBatch: (deps, call) => claimQuotes(deps, param(call, 'method'), call.input),
  meltQuote: async (deps, call) => json(meltAnswer(await openMelt(deps, param(call, 'method'), call.input))),
  meltQuoteState: (deps, call) => meltState(deps, param(call, 'method'), param(call, 'quote')),
  melt: (deps, call) => melt(deps, param(call, 'method'), call.input),
  testPay: async (deps, call) => json(quoteAnswer(await payTestQuote(deps, call.input.quote))),
  webhook: async (deps, call) => {
    const { notify } = fundingOf(deps, param(call, 'method'))
    if (notify === undefined) throw new TuppenceError('not-found')
    await notify(deps, { body: call.body, headers: call.request.headers })
    return json({ received: true })
  },
  swap: (deps, call) => swap(deps, call.input),
  checkState: async (deps, call) => json(await checkStates(deps, call.input.Ys)),
  restore: async (deps, call) => json(await restore(deps, call.input.outputs)),
  deposit: async (deps, call) => {
    await authorizeAccount(deps, call.input.account, signable(call), depositComponents)
    // Once it is known that it is the publisher: a stranger must not use up what it may do.
    deps.depositRate.visit(call.input.account, deps.clock.nowMs())
    return deposit(deps, call.input)
  },
  depositBatch: async (deps, call) => {
    await authorizeAccount(deps, call.input.account, signable(call), depositComponents)
    return depositBatch(deps, call.input.account, call.input.deposits)
  },
  refund: async (deps, call) => {
    await authorizeAccount(deps, call.input.account, signable(call), depositComponents)
    deps.depositRate.visit(call.input.account, deps.clock.nowMs())
    return refund(deps, call.input)
  },
  statement: async (deps, call) => {
    const account = await authorizeAccount(deps, param(call, 'account'), signable(call), statementComponents)
    deps.depositRate.visit(account.id, deps.clock.nowMs())
    return statementText(deps, account, new URL(call.request.url).searchParams)
  },
  destination: async (deps, call) => {
    const account = await authorizeAccount(deps, param(call, 'account'), signable(call), depositComponents)
    return json(destinationAnswer(await changeDestination(deps, { ...call.input, account: account.id, by: 'account' })))
  },
  report: async (deps, call) => {
    const account = await authorizeAccount(deps, param(call, 'account'), signable(call), depositComponents)
    deps.depositRate.visit(account.id, deps.clock.nowMs())
    return keepReport(deps, account.id, call.input)
  },
  readBlob: async (deps, call) => json(await readBlob(deps, param(call, 'key'))),
  writeBlob: async (deps, call) =>
    json(await writeBlob(deps, param(call, 'key'), { blob: call.input, request: signable(call) })),
  account: async (deps, call) => {
    const account = await authorizeAccount(deps, param(call, 'account'), signable(call), accountComponents)
    return json(await accountAnswer(deps, account))
  },
}

/** A part of the path; the router has checked that it is there. */
function param(call: Call<unknown>, name: string): string {
  const value = call.params[name]
  if (value === undefined || value.length > paramCharsMax)
    throw new TuppenceError('bad-request', { details: { field: name } })
  return value
}

function signable({ request, body }: Call<unknown>) {
  return { method: request.method, url: request.url, headers: request.headers, body }
}
