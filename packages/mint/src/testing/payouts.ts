// A mint without a socket whose publishers earn by operations put straight into its ledger, and a bank of its own that can be told to
// misbehave; only tests of money out import it.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KyselyPlugin } from 'kysely'
import { splitAmount, TuppenceError } from '@tuppence/protocol'
import { parseConfig, type MintConfigInput } from '../config.ts'
import type { Deps } from '../deps.ts'
import { answerOutputs } from '../issue.ts'
import type { Operation, Promised } from '../ledger/port.ts'
import { createMint, type Mint } from '../mint.ts'
import type { PayoutRow } from '../office/tables/payout.ts'
import { changeDestination } from '../payout/destination.ts'
import type { PayoutAdapter, Sent } from '../payout/port.ts'
import { publicKeyX } from './account.ts'

export const dayMs = 86_400_000
/** 2026-11-01, when most of these tests are. */
export const startMs = Date.UTC(2026, 10, 1)

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const point = (text: string) => `02${hash(text)}`

/** What the bank does with the next payouts: what it says, and whether it has paid all the same. */
export interface Mood {
  readonly pays: boolean
  readonly says: 'paid' | 'failed' | 'nothing' | 'waiting'
}

/** A bank that remembers what it paid, by payout: once each, whatever it says. */
export interface TestBank {
  readonly adapter: PayoutAdapter
  readonly paid: Map<string, number>
  /** How often it was asked to send something, by payout. */
  readonly asked: Map<string, number>
  mood: Mood
}

/** Makes one. It pays a payout once at most, as a processor with idempotency keys does. */
export function testBank(): TestBank {
  const bank: TestBank = {
    paid: new Map(),
    asked: new Map(),
    mood: { pays: true, says: 'paid' },
    adapter: undefined as never,
  }
  const send = async ({ id, net }: PayoutRow): Promise<Sent> => {
    bank.asked.set(id, (bank.asked.get(id) ?? 0) + 1)
    const { pays, says } = bank.mood
    if (pays && !bank.paid.has(id)) bank.paid.set(id, net)
    if (says === 'nothing') throw new TuppenceError('funding-failed')
    if (says === 'waiting') return { status: 'waiting', reason: 'In the post.' }
    // Whoever has paid never says that it did not.
    if (bank.paid.has(id)) return { status: 'paid', external: `transfer of ${id}` }
    return { status: 'failed', reason: 'The account is closed.' }
  }
  return Object.assign(bank, {
    adapter: {
      method: 'stripe-connect' as const,
      units: ['usd', 'eur'],
      describe: async (details: Readonly<Record<string, string>>) => ({
        details,
        fingerprint: `stripe:${JSON.stringify(details)}`,
        label: `account ${details['account'] ?? ''}`,
      }),
      send,
    },
  })
}

/** Rules out of the way of what is tested: everything is old enough, nothing is held but what the test is about. */
export const plainPayouts = {
  holdDays: 0,
  newHoldDays: 0,
  reviewDays: 0,
  reserveBasisPoints: 0,
  minAmounts: { usd: 100 },
} as const

/** A mint with publishers that earn. */
export interface Books {
  readonly mint: Mint
  readonly deps: Deps
  readonly bank: TestBank
  readonly clock: { ms: number }
  readonly dataDir: string
  /** Adds a publisher with a destination. */
  publisher(id: string): Promise<void>
  /** A reader pays a publisher. @returns The deposit's reference. */
  deposit(account: string, amount: number): Promise<string>
  /** A publisher gives something back. @returns Whether the ledger let it. */
  refund(account: string, reference: string, amount: number): Promise<boolean>
  /** Ends the mint and starts it again on the same files. */
  restart(): Promise<Books>
  close(): Promise<void>
}

/** Opens a mint. @param input - Configuration beside plainPayouts. */
export async function openBooks(
  input: MintConfigInput = {},
  given: { dataDir?: string; bank?: TestBank; clock?: { ms: number } } = {},
): Promise<Books> {
  const { dataDir = mkdtempSync(join(tmpdir(), 'mint-books-')), bank = testBank(), clock = { ms: startMs } } = given
  // Whatever rules there are: their thresholds are for their own tests.
  const rules = Object.entries(parseConfig({}).fraud).filter(([, rule]) => typeof rule === 'object' && 'mode' in rule)
  const fraud = Object.fromEntries(rules.map(([name]) => [name, { mode: 'off' }]))
  const config = parseConfig({ dataDir, logLevel: 'silent', payout: plainPayouts, fraud, ...input })
  const mint = await createMint(config, {
    clock: { nowMs: () => clock.ms },
    // Where the configuration names a way to pay, that is what is tested.
    payouts: new Map(
      config.payout.stripeConnect === undefined && config.payout.bankFile === undefined
        ? [['stripe-connect', bank.adapter]]
        : [],
    ),
  })
  return {
    mint,
    deps: mint.deps,
    bank,
    clock,
    dataDir,
    ...moves(mint),
    restart: () => restart(input, { mint, dataDir, bank, clock }),
    close: () => end(mint, dataDir),
  }
}

async function restart(
  input: MintConfigInput,
  { mint, ...given }: { mint: Mint; dataDir: string; bank: TestBank; clock: { ms: number } },
): Promise<Books> {
  await mint.close()
  return openBooks(input, given)
}

async function end(mint: Mint, dataDir: string): Promise<void> {
  await mint.close()
  rmSync(dataDir, { recursive: true, force: true })
}

let made = 0

function moves({ deps, keyring, ledger }: Mint): Pick<Books, 'publisher' | 'deposit' | 'refund'> {
  const coins = async (amount: number): Promise<Promised[]> => {
    const keyset = (await keyring.list()).find(({ row }) => row.active && row.unit === 'usd')
    if (keyset === undefined) throw new Error('no keyset')
    return (splitAmount(amount, keyset.row.denominations) ?? []).map((part) => {
      const name = `${process.pid} ${made++}`
      const signed = { c: point(`c${name}`), e: hash(`e${name}`), s: hash(`s${name}`) }
      return { keyset: keyset.row.id, b: point(`b${name}`), amount: part, ...signed }
    })
  }
  const submit = async (operation: Pick<Operation, 'kind' | 'answer'> & Partial<Operation>) => {
    const blank = { unit: 'usd', atMs: deps.clock.nowMs(), spends: [], promises: [], entries: [] }
    return deps.submit({ ...blank, hash: hash(`operation ${process.pid} ${made++}`), ...operation })
  }
  return {
    publisher: async (id) => {
      const publicKey = await publicKeyX()
      await ledger.putAccount({ id, name: id, publicKey, keyId: id, createdAtMs: deps.clock.nowMs() })
      await changeDestination(deps, {
        account: id,
        method: 'stripe-connect',
        details: { account: `acct_${id}` },
        by: 'account',
      })
    },
    deposit: async (account, amount) => {
      const nowMs = deps.clock.nowMs()
      const id = `quote ${process.pid} ${made++}`
      const quote = {
        id,
        method: 'test',
        unit: 'usd',
        amount,
        request: '',
        createdAtMs: nowMs,
        expiresAtMs: nowMs,
        updatedAtMs: nowMs,
        amountPaid: 0,
        amountIssued: 0,
        amountRevoked: 0,
      }
      const promises = await coins(amount)
      const reference = hash(`reference ${id}`)
      const offer = hash('offer')
      // In one batch: of one quote they are done in the order in which they come.
      const outcomes = await Promise.all([
        submit({ kind: 'quote', answer: '', quotes: [{ type: 'open', row: quote }] }),
        submit({
          kind: 'payment',
          answer: '',
          quotes: [{ type: 'pay', id, amount, method: 'test', event: id }],
          entries: [
            { account: 'paid-in:test', amount: -amount },
            { account: 'unminted', amount },
          ],
        }),
        submit({
          kind: 'mint',
          answer: answerOutputs(promises),
          promises,
          quotes: [{ type: 'issue', id, amount }],
          entries: [{ account: 'unminted', amount: -amount }],
        }),
      ])
      outcomes.push(
        await submit({
          kind: 'deposit',
          answer: JSON.stringify({
            v: 1,
            mint: deps.url,
            account,
            offer,
            amount,
            unit: 'usd',
            timeMs: nowMs,
            reference,
          }),
          spends: promises.map(({ keyset, b, amount: part }) => ({ keyset, y: point(b), amount: part })),
          deposit: { account, reference, amount, offer },
          entries: [{ account: `publisher:${account}`, amount }],
        }),
      )
      for (const outcome of outcomes) if (outcome.status !== 'committed') throw new Error(JSON.stringify(outcome))
      return reference
    },
    refund: async (account, reference, amount) => {
      const promises = await coins(amount)
      const { signatures } = JSON.parse(answerOutputs(promises)) as { signatures: unknown }
      const outcome = await submit({
        kind: 'refund',
        answer: JSON.stringify({ reference, account, unit: 'usd', amount, signatures }),
        promises,
        refund: { account, reference, amount },
        entries: [{ account: `publisher:${account}`, amount: -amount }],
      })
      return outcome.status === 'committed'
    },
  }
}

/** Ends a life: whatever is tried after it fails, too. */
export class Crash extends Error {}

/**
 * The same books in the hands of a process that dies at its n-th step outside of itself: before or after a query of the office, an
 * operation of the ledger, a word with the bank. What was done by then stays; a transaction that was open is gone.
 *
 * @returns `deps`, and how many steps there were.
 */
export function mortal(deps: Deps, diesAt: number): { deps: Deps; steps: () => number; isDead: () => boolean } {
  let steps = 0
  let dead = false
  const pass = () => {
    steps += 1
    if (steps >= diesAt) dead = true
    if (dead) throw new Crash('the process died')
  }
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      pass()
      return node
    },
    transformResult: async ({ result }) => {
      pass()
      return result
    },
  }
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    pass()
    const result = await work()
    pass()
    return result
  }
  const payouts = [...deps.payouts].map(([method, adapter]): [typeof method, PayoutAdapter] => [
    method,
    { ...adapter, send: (...given) => around(() => adapter.send(...given)) },
  ])
  const mortalDeps: Deps = {
    ...deps,
    office: { ...deps.office, db: deps.office.db.withPlugin(plugin) },
    submit: (operation) => around(() => deps.submit(operation)),
    payouts: new Map(payouts),
  }
  return { deps: mortalDeps, steps: () => steps, isDead: () => dead }
}

/** Sums of the ledger by account, in one unit; all of them together are zero, or this throws. */
export async function sums({ ledger }: Pick<Deps, 'ledger'>): Promise<ReadonlyMap<string, number>> {
  const { entries, balances } = await ledger.totals()
  const of = new Map(entries.map(({ account, balance }) => [account, balance]))
  const total = [...of.values()].reduce((sum, balance) => sum + balance, 0)
  if (total !== 0) throw new Error(`all accounts sum to ${total}`)
  for (const { account, balance } of balances)
    if (of.get(account) !== balance) throw new Error(`${account} is at ${balance}`)
  return of
}
