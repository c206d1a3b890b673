// Bugs planted on purpose, each a mistake that somebody could make: the simulation must catch every one; main.ts plays them.

import type { Submit } from '../src/ledger/group.ts'
import type { Operation } from '../src/ledger/port.ts'
import type { Funding, Payout } from '../src/funding/port.ts'

/** A planted bug: what it puts in the place of a part. */
export interface Planted {
  readonly name: string
  readonly submit?: (submit: Submit) => Submit
  readonly send?: (send: typeof fetch) => typeof fetch
  readonly funding?: (funding: Funding) => Funding
}

const changed = (change: (operation: Operation) => Operation) => (submit: Submit) => (operation: Operation) =>
  submit(change(operation))

/** Another hash each time, so that nothing is ever known to have been done. */
const anew = (hash: string) => {
  const random = crypto.getRandomValues(new Uint8Array(8))
  return `${hash.slice(0, 48)}${Buffer.from(random).toString('hex')}`
}

const payoutOf =
  (change: (payout: Payout) => Payout) =>
  (funding: Funding): Funding =>
    funding.payout === undefined ? funding : { ...funding, payout: change(funding.payout) }

/** All of them. */
export const plantedBugs: readonly Planted[] = [
  {
    name: 'event-counted-twice',
    submit: changed((operation) =>
      operation.kind !== 'payment'
        ? operation
        : {
            ...operation,
            hash: anew(operation.hash),
            quotes: (operation.quotes ?? []).map((change) =>
              change.type === 'pay' ? { ...change, event: anew(change.event) } : change,
            ),
          },
    ),
  },
  {
    name: 'dispute-debits-coins',
    submit: changed((operation) =>
      operation.kind !== 'dispute'
        ? operation
        : {
            ...operation,
            entries: operation.entries.map((entry) =>
              entry.account === 'losses:disputes' ? { ...entry, account: 'publisher:press' } : entry,
            ),
          },
    ),
  },
  {
    name: 'dispute-booked-at-each-look',
    submit: changed((operation) =>
      operation.kind === 'dispute' ? { ...operation, hash: anew(operation.hash) } : operation,
    ),
  },
  {
    name: 'credit-before-capture',
    send: (send) => async (input, init) => {
      const response = await send(input, init)
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (!/^\/v1\/payment_intents\/\w+$/.test(pathname)) return response
      const intent = (await response.json()) as { status: string; amount: number; amount_received: number }
      const taken = intent.status === 'requires_capture' ? { status: 'succeeded', amount_received: intent.amount } : {}
      return new Response(JSON.stringify({ ...intent, ...taken }), response)
    },
  },
  {
    name: 'unknown-is-failed',
    funding: payoutOf((payout) => {
      const certain =
        (work: Payout['pay']): Payout['pay'] =>
        async (melt, deps) => {
          const result = await work(melt, deps)
          return result.status === 'unknown' ? { status: 'failed' } : result
        }
      return { ...payout, pay: certain(payout.pay), outcome: certain(payout.outcome) }
    }),
  },
  {
    name: 'withdrawal-without-a-name',
    send: (send) => (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      if (pathname !== '/v1/refunds' || init?.method !== 'POST') return send(input, init)
      const headers = new Headers(init.headers)
      headers.delete('idempotency-key')
      const form = new URLSearchParams(String(init.body))
      for (const name of Array.from(form.keys())) if (name.startsWith('metadata')) form.set(name, `${Math.random()}`)
      return send(input, { ...init, headers, body: form.toString() })
    },
  },
  {
    name: 'lost-is-lost',
    funding: (funding) => ({ ...funding, follow: async () => {}, resume: async () => {} }),
  },
]
