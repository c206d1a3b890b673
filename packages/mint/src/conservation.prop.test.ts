import * as fc from 'fast-check'
import type { Proof } from '@tuppence/protocol'
import { assert, expect, test } from 'vitest'
import {
  accountId,
  activeKeyset,
  coinsOf,
  depositCoins,
  draft,
  paidQuote,
  split,
  startTestMint,
  topUp,
  type TestMint,
} from './testing/mint.ts'

/** What ought to be true of a mint after what was done to it. Amounts in cents. */
interface Model {
  coins: Proof[]
  spent: Proof[]
  paidIn: number
  unclaimed: number
  deposited: number
  fees: number
  paidOut: number
}

/** One thing that someone does; numbers choose among what there is. */
const action = fc.record({
  type: fc.constantFrom('topUp', 'payOnly', 'swap', 'swap', 'deposit', 'melt', 'doubleSpend', 'unbalanced', 'rotate'),
  amount: fc.integer({ min: 1, max: 300 }),
  pick: fc.nat(7),
})
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

const feePpk = 100
const feeOf = (inputs: readonly Proof[]) => Math.ceil((inputs.length * feePpk) / 1000)
const worth = (coins: readonly Proof[]) => coins.reduce((sum, { amount }) => sum + amount, 0)

async function act(mint: TestMint, model: Model, { type, amount, pick }: Action): Promise<void> {
  const chosen = model.coins.slice(0, 1 + (pick % 4))
  const net = worth(chosen) - feeOf(chosen)
  const rest = model.coins.slice(chosen.length)
  switch (type) {
    case 'topUp':
      model.coins.push(...(await topUp(mint, split(amount))))
      model.paidIn += amount
      return
    case 'payOnly':
      await paidQuote(mint, amount)
      model.paidIn += amount
      model.unclaimed += amount
      return
    case 'rotate':
      await mint.served.keyring.rotate('usd')
      return
    case 'swap': {
      if (net < 1) return
      const made = draft(await activeKeyset(mint), split(net))
      const answer = await mint.post('/v1/swap', { inputs: chosen, outputs: made.outputs })
      assert.equal(answer.status, 200, answer.text)
      model.coins = [...rest, ...coinsOf(made, answer.text)]
      model.spent.push(...chosen)
      model.fees += feeOf(chosen)
      return
    }
    case 'deposit': {
      if (net < 1) return
      const answer = await depositCoins(mint, chosen)
      assert.equal(answer.status, 200, answer.text)
      model.coins = rest
      model.spent.push(...chosen)
      model.fees += feeOf(chosen)
      model.deposited += net
      return
    }
    case 'melt': {
      if (net < 1) return
      const asked = { request: 'test-money:out', unit: 'usd', amount: Math.min(amount, net) }
      const { quote } = JSON.parse((await mint.post('/v1/melt/quote/test', asked)).text) as { quote: string }
      const blanks = draft(
        await activeKeyset(mint),
        Array.from({ length: 20 }, () => 1),
      )
      const answer = await mint.post('/v1/melt/test', { quote, inputs: chosen, outputs: blanks.outputs })
      assert.equal(answer.status, 200, answer.text)
      const { change = [] } = JSON.parse(answer.text) as { change?: unknown[] }
      model.coins = [...rest, ...coinsOf(blanks, JSON.stringify({ signatures: change }))]
      model.spent.push(...chosen)
      model.fees += feeOf(chosen)
      model.paidOut += asked.amount
      return
    }
    case 'doubleSpend': {
      const again = [...model.spent.slice(-1), ...chosen]
      if (model.spent.length === 0 || worth(again) - feeOf(again) < 1) return
      const made = draft(await activeKeyset(mint), split(worth(again) - feeOf(again)))
      assert.equal((await mint.post('/v1/swap', { inputs: again, outputs: made.outputs })).status, 400)
      assert.equal((await depositCoins(mint, again)).status, 400)
      return
    }
    case 'unbalanced': {
      const made = draft(await activeKeyset(mint), split(Math.max(net, 0) + amount))
      assert.equal((await mint.post('/v1/swap', { inputs: chosen, outputs: made.outputs })).status, 400)
    }
  }
}

/** Where every cent is: by the ledger's rows, and by the model. */
async function places(mint: TestMint, model: Model): Promise<{ found: unknown; wanted: unknown }> {
  const { entries, balances, promised, spent } = await mint.served.ledger.totals()
  const of = (start: string) =>
    entries.filter(({ account }) => account.startsWith(start)).reduce((sum, { balance }) => sum + balance, 0)
  const sum = (rows: readonly { amount: number }[]) => rows.reduce((total, { amount }) => total + amount, 0)
  return {
    found: {
      total: of(''),
      runningSums: balances,
      promisedLessSpent: sum(promised) - sum(spent),
      coins: of('outstanding:'),
      unclaimed: of('unminted'),
      deposited: of(`publisher:${accountId}`),
      fees: of('fees'),
      paidIn: 0 - of('paid-in:'),
      paidOut: of('paid-out:'),
      melting: of('melting:'),
    },
    wanted: {
      total: 0,
      runningSums: entries,
      promisedLessSpent: worth(model.coins),
      coins: worth(model.coins),
      unclaimed: model.unclaimed,
      deposited: model.deposited,
      fees: model.fees,
      paidIn: model.paidIn,
      paidOut: model.paidOut,
      melting: 0,
    },
  }
}

test('whatever is done, every cent is in one place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      const mint = await startTestMint({ inputFeePpk: feePpk, logLevel: 'silent' })
      const model: Model = { coins: [], spent: [], paidIn: 0, unclaimed: 0, deposited: 0, fees: 0, paidOut: 0 }
      try {
        for (const each of actions) await act(mint, model, each)
        const { found, wanted } = await places(mint, model)
        expect(found).toEqual(wanted)
      } finally {
        await mint.close()
      }
    }),
    { numRuns: 20 },
  )
}, 60_000)
