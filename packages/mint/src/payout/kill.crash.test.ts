import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Failpoint } from '../failpoint.ts'
import { doubleSecretKey, serveStripeDouble } from '../funding/stripe/double/double.ts'
import { openBooks, plainPayouts, sums } from '../testing/payouts.ts'
import { serveProcess } from '../testing/process.ts'
import { releasePayout } from './decide.ts'
import { changeDestination } from './destination.ts'
import { planPayouts } from './plan.ts'
import { readPayout } from './state.ts'

const failpoints: readonly Failpoint[] = ['payout-sent', 'payout-marked', 'payout-booked', 'payout-settled']
/** Processes take their time: `npm run test:long` kills them, CI has pay.crash.test.ts, which dies at every step in one process. */
const isLong = Number(process.env['TUPPENCE_KILLS'] ?? 0) > 100

test.skipIf(!isLong)(
  'a real process, killed while it pays, has paid once when the next one is through',
  async () => {
    const stripe = await serveStripeDouble({ seed: 1 })
    const stripeConnect = { enabled: true, secretKey: doubleSecretKey, apiHost: stripe.url }
    const payout = { ...plainPayouts, stripeConnect }
    const clock = { ms: Date.now() }
    let books = await openBooks({ payout }, { clock })
    const { dataDir } = books
    for (const [index, failpoint] of failpoints.entries()) {
      const account = `press${index}`
      stripe.double.addAccount(`acct_${account}`)
      await books.deps.ledger.putAccount({ id: account, name: account, publicKey: 'k', keyId: account, createdAtMs: 1 })
      const to = { account, method: 'stripe-connect', details: { account: `acct_${account}` }, by: 'account' } as const
      await changeDestination(books.deps, to)
      await books.deposit(account, 1000)
      const [planned] = await planPayouts(books.deps, { by: 'cli', account })
      const id = planned?.payout ?? ''
      await releasePayout(books.deps.office.db, id, clock.ms)
      await books.mint.close()

      // It begins to pay as soon as it serves, and may be dead before anybody hears that.
      const env = { TUPPENCE_FAILPOINT: failpoint }
      const killed = await serveProcess(dataDir, { env, config: { payout } }).catch(() => undefined)
      await killed?.ended
      const next = await serveProcess(dataDir, { config: { payout } })
      while (!next.out().includes('"payout-closed"')) await wait(50)
      next.child.kill('SIGTERM')
      await next.ended

      books = await openBooks({ payout }, { dataDir, clock })
      expect(await readPayout(books.deps.office.db, id), failpoint).toMatchObject({ state: 'paid' })
      const transfers = [...stripe.double.world.transfers.values()].filter((each) => each.transfer_group === id)
      expect(
        transfers.map(({ amount }) => amount),
        failpoint,
      ).toEqual([1000])
      const of = await sums(books.deps)
      expect([of.get(`publisher:${account}`), of.get(`paying-out:${account}`)], failpoint).toEqual([0, 0])
    }
    await books.close()
    await stripe.close()
  },
  300_000,
)
