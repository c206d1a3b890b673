// Fees above zero, exactly, in 10,000 random histories: whatever a wallet does, every unit is in one place.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { BlindSignature, Keyset, Proof } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { createMint, type Mint } from './mint.ts'
import { split } from './testing/mint.ts'
import { toyCurve } from './testing/toy-curve.ts'

const histories = 10_000
/** Of the keyset that coins are first made under, and of the one that follows it: per thousand inputs. */
const feePairs = [
  [1, 999],
  [100, 0],
  [250, 1001],
  [333, 667],
  [1000, 7],
] as const

/** One thing that a wallet does: `pick` coins of those it has, and what it does with them. */
const step = fc.record({
  kind: fc.constantFrom('swap', 'swap', 'swap', 'melt', 'over', 'under'),
  pick: fc.integer({ min: 1, max: 9 }),
})
const history = fc.record({
  topUp: fc.integer({ min: 1, max: 3000 }),
  steps: fc.array(step, { minLength: 2, maxLength: 5 }),
})
type History = { readonly topUp: number; readonly steps: readonly { readonly kind: string; readonly pick: number }[] }

/** What ought to be in the accounts of all that was done. */
interface Sums {
  coins: number
  fees: number
  paidIn: number
  paidOut: number
  unclaimed: number
}

interface Holder {
  coins: Proof[]
  readonly plan: History
}

/** Random bytes are dear: a count does where only difference is asked for. */
let secrets = 0

const worth = (coins: readonly { amount: number }[]) => coins.reduce((sum, { amount }) => sum + amount, 0)

/** The fee by the words of NUT-02, in whole numbers of another kind than the mint's. */
function feeOf(inputs: readonly Proof[], feePpk: ReadonlyMap<string, number>): number {
  const ppk = inputs.reduce((sum, { id }) => sum + BigInt(feePpk.get(id) ?? Number.NaN), 0n)
  return Number(ppk / 1000n + (ppk % 1000n === 0n ? 0n : 1n))
}

async function post(mint: Mint, path: string, body: object): Promise<{ status: number; body: Record<string, never> }> {
  const headers = { 'content-type': 'application/json' }
  const request = new Request(`http://mint${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const answer = await mint.app.fetch(request)
  return { status: answer.status, body: (await answer.json()) as Record<string, never> }
}

/** Outputs for amounts; the toy curve blinds nothing, so an output is the secret's own point. */
function outputsOf(keyset: string, amounts: readonly number[]) {
  const names = amounts.map(() => `secret ${secrets++}`)
  return {
    outputs: names.map((secret, index) => ({
      amount: amounts[index] as number,
      id: keyset,
      B_: toyCurve.hashToCurve(secret),
    })),
    coins: (signatures: readonly BlindSignature[]): Proof[] =>
      signatures.map(({ amount, id, C_ }, index) => ({ amount, id, secret: names[index] as string, C: C_ })),
  }
}

async function topUp(mint: Mint, keyset: string, amount: number, sums: Sums): Promise<Proof[]> {
  const { quote } = (await post(mint, '/v1/mint/quote/test', { amount, unit: 'sat' })).body
  await post(mint, '/v1/test/pay', { quote })
  const { outputs, coins } = outputsOf(keyset, split(amount))
  const { body } = await post(mint, '/v1/mint/test', { quote, outputs })
  sums.paidIn += amount
  return coins(body['signatures'] as unknown as BlindSignature[])
}

async function act(
  mint: Mint,
  holder: Holder,
  { kind, pick }: { kind: string; pick: number },
  { keyset, feePpk, sums }: { keyset: string; feePpk: ReadonlyMap<string, number>; sums: Sums },
): Promise<void> {
  const inputs = holder.coins.slice(0, pick)
  const fee = feeOf(inputs, feePpk)
  const net = worth(inputs) - fee
  if (net < 2) return
  if (kind === 'melt') {
    const amount = 1 + (pick % net)
    const { quote } = (await post(mint, '/v1/melt/quote/test', { request: 'test-money:out', unit: 'sat', amount })).body
    const { outputs, coins } = outputsOf(keyset, split(net))
    const { status, body } = await post(mint, '/v1/melt/test', { quote, inputs, outputs })
    expect(status).toBe(200)
    const change = coins((body['change'] ?? []) as unknown as BlindSignature[])
    holder.coins = [...holder.coins.slice(pick), ...change]
    sums.paidOut += amount
    sums.fees += fee
    sums.unclaimed += net - amount - worth(change)
    return
  }
  const wanted = net + (kind === 'over' ? 1 : kind === 'under' ? -1 : 0)
  const { outputs, coins } = outputsOf(keyset, split(wanted))
  const { status, body } = await post(mint, '/v1/swap', { inputs, outputs })
  expect([status, body['code']]).toEqual(kind === 'swap' ? [200, undefined] : [400, 11005])
  if (kind !== 'swap') return
  holder.coins = [...holder.coins.slice(pick), ...coins(body['signatures'] as unknown as BlindSignature[])]
  sums.fees += fee
}

/** Does something for many at once, so that they share commits. */
async function forAll(holders: readonly Holder[], work: (holder: Holder) => Promise<void>): Promise<void> {
  for (let start = 0; start < holders.length; start += 200)
    await Promise.all(holders.slice(start, start + 200).map(work))
}

async function active(mint: Mint): Promise<string> {
  const answer = await mint.app.fetch(new Request('http://mint/v1/keys'))
  return ((await answer.json()) as { keysets: Keyset[] }).keysets[0]?.id ?? ''
}

async function places(mint: Mint): Promise<Sums & { total: number }> {
  const { entries } = await mint.ledger.totals()
  const of = (start: string) =>
    entries.filter(({ account }) => account.startsWith(start)).reduce((sum, { balance }) => sum + balance, 0)
  const [paidIn, paidOut] = [0 - of('paid-in:'), of('paid-out:')]
  return { coins: of('outstanding:'), fees: of('fees'), paidIn, paidOut, unclaimed: of('unclaimed'), total: of('') }
}

test('NUT-02: with fees of any size, and two at once, every unit of 10,000 random histories is in one place', async () => {
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const { seed } = fc.readConfigureGlobal() ?? {}
  const used = seed ?? Math.floor(Math.random() * 2 ** 31)
  const plans = fc.sample(history, { numRuns: histories, seed: used })
  const share = Math.ceil(histories / feePairs.length)
  for (const [index, [first, second]] of feePairs.entries()) {
    const dataDir = mkdtempSync(join(memory, 'mint-fees-'))
    const open = (inputFeePpk: number) =>
      createMint(
        parseConfig({
          dataDir,
          inputFeePpk,
          units: ['sat'],
          funding: { test: { enabled: true } },
          limits: { waitMaxMs: 600_000 },
        }),
        { curve: toyCurve },
      )
    const sums: Sums = { coins: 0, fees: 0, paidIn: 0, paidOut: 0, unclaimed: 0 }
    let mint = await open(first)
    const holders: Holder[] = plans.slice(index * share, (index + 1) * share).map((plan) => ({ plan, coins: [] }))
    const old = await active(mint)
    await forAll(holders, async (holder) => {
      holder.coins = await topUp(mint, old, holder.plan.topUp, sums)
    })
    // The fee changes with the next keyset; the coins of the one before keep theirs.
    await mint.close()
    mint = await open(second)
    await mint.keyring.rotate('sat')
    const keyset = await active(mint)
    const means = {
      keyset,
      feePpk: new Map([
        [old, first],
        [keyset, second],
      ]),
      sums,
    }
    await forAll(holders, async (holder) => {
      for (const each of holder.plan.steps) await act(mint, holder, each, means)
    })
    sums.coins = holders.reduce((sum, { coins }) => sum + worth(coins), 0)
    expect(await places(mint), `seed ${used}`).toEqual({ ...sums, total: 0 })
    expect(sums.fees).toBeGreaterThan(0)
    await mint.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}, 240_000)
