/** Allowances: a vault lends exact coins, a site's key and blank outputs to a frame that has no seed, and keeps the record. */
import { limits, type BlindedMessage } from '@tuppence/protocol'
import type { Allowance, LendInput } from '../api.ts'
import { planCoins, planCoinsFor, total, type HeldCoin } from '../coins.ts'
import { feeOf } from '../fees.ts'
import type { Context } from '../context.ts'
import { advance, firstState, type LoanPayment, type PlannedOutputs } from '../payment.ts'
import type { Rules } from '../rules.ts'
import { siteKey } from './site-keys.ts'
import type { Purchase, Tx } from '../tables.ts'
import { newId } from './ids.ts'
import { openMint } from './mints.ts'
import { attemptsMax, draftOutputs, seedOf, takeIndices } from './outputs.ts'
import { spendable, spendableIn } from './spendable.ts'
import { swapSpendable } from './swap.ts'

/** Blank outputs that go with a loan, for refunds while no seed is at hand. */
const refundOutputsCount = 8

/**
 * Sets coins aside for a site, as good for small prices as they can be. The loan is journaled before this answers; until
 * `acknowledgeLoan`, recovery takes it back.
 *
 * @returns `undefined` when there is nothing to lend.
 * @throws {TuppenceError} `seed-required`; as `swapSpendable`, when the coins have to be changed first.
 */
export async function lend(context: Context, input: LendInput): Promise<Allowance | undefined> {
  const { unit, site, tillOrigin, realm } = input
  await seedOf(context)
  const mint = await mintFor(context, input)
  const key = await siteKey(context, input)
  const open = await openMint(context, mint, unit)
  const reader = await context.reader?.()
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const wanted = await prepareCoins(context, { ...input, mint })
    if (wanted.length === 0) return undefined
    const refund = await draftOutputs(context, open.keyset, Array<number>(refundOutputsCount).fill(0))
    const lent = await context.db.transact(['coins', 'payments', 'counters', 'settings'], 'write', async (tx) => {
      const ruled = await reader?.lendRules(tx, site)
      return journalLoan(context, tx, { ...input, mint, wanted, refund: refund.outputs, ruled })
    })
    if (!lent) continue
    await context.changed()
    return {
      id: lent.loan.id,
      site,
      tillOrigin,
      realm,
      unit,
      coins: lent.coins,
      key: key.privateKey,
      publicX: key.publicX,
      refundOutputs: [...refund.blinded] satisfies BlindedMessage[],
      purchases: await purchasesFrom(context, input),
      mints: [open.pinned],
      rules: lent.rules,
    }
  }
  return undefined
}

type Loan = LendInput & {
  readonly mint: string
  readonly wanted: readonly number[]
  readonly refund: PlannedOutputs
  readonly ruled: { readonly rules: Rules; readonly share: number } | undefined
}

async function journalLoan(context: Context, tx: Tx, loaned: Loan) {
  const { site, tillOrigin, realm, unit, mint, wanted, refund, ruled } = loaned
  const coins = pick(
    (await spendableIn(tx, { unit })).filter((coin) => coin.mint === mint),
    wanted,
  )
  if (!coins || !(await takeIndices(tx, refund))) return undefined
  const loan: LoanPayment = {
    id: newId(context),
    kind: 'lend',
    state: firstState.lend,
    mint,
    unit,
    amount: total(coins),
    atMs: context.clock.nowMs(),
    coins: coins.map(({ secret }) => secret),
    site,
    tillOrigin,
    realm,
    refund,
    share: ruled?.share,
  }
  await tx.put('payments', loan.id, loan)
  return { loan, rules: ruled?.rules, coins: coins.map((coin) => ({ ...coin, site })) }
}

/** Sees to it that the coins of a good allowance are there. Answers their amounts. */
async function prepareCoins(
  context: Context,
  { unit, mint, amount, price = 0 }: LendInput & { readonly mint: string },
): Promise<number[]> {
  const free = (await spendable(context, { unit })).filter((coin) => coin.mint === mint)
  const sum = Math.min(amount, total(free) - feeOf(free))
  if (sum <= 0) return []
  const { sizes } = await openMint(context, mint, unit)
  const wanted = price <= sum ? planCoinsFor(price, sum, sizes) : planCoins(sum, sizes)
  if (pick(free, wanted)) return wanted
  await swapSpendable(context, {
    mint,
    unit,
    plan: (coins) => {
      if (total(coins) < sum) return undefined
      const kept = pickSome(coins, wanted)
      const inputs = coins.filter((coin) => !kept.includes(coin)).slice(0, limits.inputsMax)
      const missing = without(wanted, kept)
      const rest = total(inputs) - feeOf(inputs) - missing.reduce((a, b) => a + b, 0)
      if (inputs.length === 0 || rest < 0) return undefined
      return { inputs, outputs: [...missing, ...(rest > 0 ? planCoins(rest, sizes) : [])].sort((a, b) => a - b) }
    },
  })
  return wanted
}

/** Coins of exactly these amounts, or none. */
function pick(coins: readonly HeldCoin[], amounts: readonly number[]): HeldCoin[] | undefined {
  const picked = pickSome(coins, amounts)
  return picked.length === amounts.length ? picked : undefined
}

function pickSome(coins: readonly HeldCoin[], amounts: readonly number[]): HeldCoin[] {
  const left = [...amounts]
  return coins.filter(({ amount }) => {
    const at = left.indexOf(amount)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

function without(amounts: readonly number[], coins: readonly HeldCoin[]): number[] {
  const left = coins.map(({ amount }) => amount)
  return amounts.filter((amount) => {
    const at = left.indexOf(amount)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

async function mintFor(context: Context, { unit, mints }: LendInput): Promise<string> {
  const coins = await spendable(context, { unit })
  const worth = (mint: string) => total(coins.filter((coin) => coin.mint === mint))
  const usable = context.mints.filter((mint) => mints?.includes(mint) ?? true)
  return usable.toSorted((a, b) => worth(b) - worth(a))[0] ?? ''
}

async function purchasesFrom({ db }: Context, { tillOrigin, realm }: LendInput): Promise<Purchase[]> {
  const rows = await db.transact(['purchases'], 'read', (tx) =>
    tx.list('purchases', { from: tillOrigin, to: `${tillOrigin}~` }),
  )
  return rows
    .map(({ value }) => value)
    .filter((purchase) => purchase.tillOrigin === tillOrigin && purchase.realm === realm)
}

/**
 * The frame has said that it has the coins: from now on only `callHome` takes them back. In the frame: the vault has said that
 * it knows.
 */
export async function acknowledgeLoan(context: Context, id: string): Promise<void> {
  await context.db.transact(['payments', 'allowances'], 'write', async (tx) => {
    const loan = await tx.get('payments', id)
    if (loan?.state === 'offered') await tx.put('payments', id, advance(loan, 'acknowledge'))
    for (const { key, value } of await tx.list('allowances')) {
      const { unsure, ...sure } = value
      if (unsure && value.id === id) await tx.put('allowances', key, sure)
    }
  })
  await context.changed()
}
