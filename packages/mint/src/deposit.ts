// A till hands over coins, its publisher's account is credited, a receipt is signed; app.ts calls it.

import {
  TuppenceError,
  verifyRequest,
  type Deposit,
  type ReceiptBody,
  type SignableRequest,
  type SignedReceipt,
} from '@tuppence/protocol'
import { canonicalInputs, requestHash } from './canonical.ts'
import { bodyDigest } from './ed25519.ts'
import { once, perform, type Change, type Deps } from './deps.ts'
import type { AccountRow, Balance } from './ledger/port.ts'
import { checkInputs, checkLocks, feeEntries, verifyCoins } from './redeem.ts'

/** What a publisher sees of its account. Balances in minor units. */
export interface AccountAnswer {
  readonly id: string
  readonly name: string
  readonly balances: readonly Pick<Balance, 'unit' | 'balance'>[]
  readonly deposits: number
}

/**
 * Spends coins into a publisher's account, in one transaction, and signs a receipt from the committed row (S6).
 *
 * @param checked - What it waits for once its coins are checked: others, that they may share a commit.
 * @returns The answer's text, with the receipt; the same deposit again gives the same one, by its stored body.
 * @throws {TuppenceError} `deposit-conflict` The reference was deposited with other content.
 */
export async function deposit(deps: Deps, request: Deposit, checked?: Promise<void>): Promise<string> {
  const { reference, account, unit, offer, inputs } = request
  const hash = requestHash('deposit', [reference, account, unit, offer, canonicalInputs(inputs)])
  const stored = await once(deps, hash, async () => {
    const change = await depositOf(deps, hash, request)
    await checked
    return perform(deps, change)
  })
  return JSON.stringify({ receipt: receiptOf(deps, stored) })
}

/** Checks a deposit. @returns What it does to the ledger. */
async function depositOf(deps: Deps, hash: string, request: Deposit): Promise<Change> {
  const { reference, account, unit, offer, inputs } = request
  const coins = await checkInputs(deps, inputs)
  if (coins.unit !== unit) throw new TuppenceError('units-differ')
  const amount = coins.amount - coins.fee
  if (amount < 1) throw new TuppenceError('unbalanced', { details: { inputs: coins.amount, fee: coins.fee } })
  // No look at the ledger before the commit, which has the last word: checking two coins costs less than asking twice.
  const spends = await verifyCoins(inputs, coins)
  checkLocks(deps, inputs, [])
  const timeMs = deps.clock.nowMs()
  const body: ReceiptBody = { v: 1, mint: deps.url, account, offer, amount, unit, timeMs, reference }
  return {
    hash,
    kind: 'deposit',
    unit,
    atMs: timeMs,
    answer: JSON.stringify(body),
    spends,
    deposit: { account, reference, amount, offer },
    entries: [{ account: `publisher:${account}`, amount }, ...feeEntries(coins.fee)],
  }
}

/** Signs what the ledger holds, never what a request says. */
function receiptOf(deps: Deps, stored: string): SignedReceipt {
  return deps.receipts.sign(JSON.parse(stored) as ReceiptBody)
}

/**
 * Checks that a request is signed by an account's key (RFC 9421).
 *
 * @param required - Components that the signature must cover; more are welcome.
 * @throws {TuppenceError} `account-unknown`, `signature-*`, `digest-mismatch`.
 */
export async function authorizeAccount(
  deps: Deps,
  id: string,
  request: SignableRequest,
  required: readonly string[],
): Promise<AccountRow> {
  const account = await deps.findAccount(id)
  if (account === undefined) throw new TuppenceError('account-unknown')
  await verifyRequest(request, {
    resolve: (keyId) => (keyId === account.keyId ? account.publicKey : undefined),
    nowMs: deps.clock.nowMs(),
    required,
    verify: (key, signature, base) => deps.verifyEd25519(key as string, signature, base),
    digest: bodyDigest,
  })
  return account
}

/** What a publisher may see of its account. */
export async function accountAnswer(deps: Deps, account: AccountRow): Promise<AccountAnswer> {
  const balances = await deps.ledger.balances(`publisher:${account.id}`)
  return {
    id: account.id,
    name: account.name,
    balances: balances.map(({ unit, balance }) => ({ unit, balance })),
    deposits: await deps.ledger.depositCount(account.id),
  }
}
