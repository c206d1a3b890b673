// What each route does with a request, by the route's name; app.ts calls the one that matches.

import * as v from 'valibot'
import { TuppenceError } from '@tuppence/protocol'
import { parseBody } from './body.ts'
import { accountAnswer, authorizeAccount, deposit } from './deposit.ts'
import type { Deps } from './deps.ts'
import { payTestQuote } from './funding/test.ts'
import { mintInfo } from './info.ts'
import { mintQuote, openQuote, quoteAnswer, readQuote } from './issue.ts'
import { swap } from './redeem.ts'
import { routes, type RouteName } from './routes.ts'
import { checkStates, restore } from './state.ts'

/** A request whose body is read but not decoded. */
export interface Call {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly identity: Uint8Array
}

/** Answers a call with JSON text. @throws {TuppenceError} */
type Handle = (deps: Deps, call: Call) => Promise<string>

const json = (value: unknown): string => JSON.stringify(value)

/** A part of the path; the router has checked that it is there. */
function param(call: Call, name: string): string {
  const value = call.params[name]
  if (value === undefined || value.length > 128) throw new TuppenceError('bad-request', { details: { field: name } })
  return value
}

function decode<N extends RouteName>(
  name: N,
  call: Call,
): (typeof routes)[N] extends { request: infer S extends v.GenericSchema } ? v.InferOutput<S> : never {
  const route = routes[name] as { request: v.GenericSchema }
  return parseBody(route.request, call.body) as ReturnType<typeof decode<N>>
}

/** One entry a route. */
export const handlers: Readonly<Record<RouteName, Handle>> = {
  health: async (deps) => {
    const { sequence } = await deps.ledger.position()
    return json({ status: 'ok', curve: deps.curve.name, sequence })
  },
  info: async (deps, call) => json(mintInfo(deps, call.identity)),
  keys: async (deps) => {
    const keysets = await deps.keyring.list()
    return json({ keysets: keysets.filter(({ row }) => row.active).map(({ wire }) => wire) })
  },
  keysOf: async (deps, call) => {
    const id = param(call, 'keyset')
    const keyset = (await deps.keyring.list()).find(({ row }) => row.id === id)
    if (keyset === undefined) throw new TuppenceError('keyset-unknown')
    return json({ keysets: [keyset.wire] })
  },
  keysets: async (deps) => {
    const keysets = await deps.keyring.list()
    return json({ keysets: keysets.map(({ wire: { keys: _, ...info } }) => info) })
  },
  receiptKeys: async (deps) => json({ keys: deps.receipts.publicKeys }),
  openQuote: async (deps, call) => json(await openQuote(deps, param(call, 'method'), decode('openQuote', call))),
  readQuote: async (deps, call) => json(quoteAnswer(await readQuote(deps, param(call, 'method'), param(call, 'quote')))),
  mint: (deps, call) => mintQuote(deps, param(call, 'method'), decode('mint', call)),
  payTest: async (deps, call) => json(quoteAnswer(await payTestQuote(deps, decode('payTest', call).quote))),
  swap: (deps, call) => swap(deps, decode('swap', call)),
  checkStates: async (deps, call) => json(await checkStates(deps, decode('checkStates', call).Ys)),
  restore: async (deps, call) => json(await restore(deps, decode('restore', call).outputs)),
  deposit: async (deps, call) => {
    const request = decode('deposit', call)
    await authorizeAccount(deps, request.account, signable(call))
    return json({ receipt: await deposit(deps, request) })
  },
  account: async (deps, call) => {
    const account = await authorizeAccount(deps, param(call, 'account'), signable(call))
    return json(await accountAnswer(deps, account))
  },
}

function signable({ request, body }: Call) {
  return { method: request.method, url: request.url, headers: request.headers, body }
}
