import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMint, parseConfig, type Mint } from '@tuppence/mint'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Wallet } from './api.ts'
import { directCurve } from './curve/direct.ts'
import { memoryDb } from './db/memory.ts'
import type { CurvePort } from './ports.ts'
import { createWallet } from './wallet.ts'
import { fakeCurve, fakeMintCurve } from './testing/fake-curve.ts'

/** Histories; `FEE_RUNS` for more. At the mint's own level 10,000 run each time. */
const numRuns = Number(process.env['FEE_RUNS'] ?? 300)
const unit = 'sat'
/** Thousandths that each mint takes for a coin. */
const mintsPpk = [100, 333, 1_000] as const

const dir = mkdtempSync(join(tmpdir(), 'core-fees-'))
const mints = new Map<string, Mint>()
const banks = new Map<string, Wallet>()

/** Coins by the simulator's arithmetic; only quotes are signed for real, since a mint checks that itself. */
function curve(): CurvePort {
  const { quoteKey, signQuote } = directCurve()
  return { ...fakeCurve(), quoteKey, signQuote }
}

function open(url: string, seed: Uint8Array): Wallet {
  return createWallet({
    db: memoryDb(),
    seed: async () => seed,
    mints: [url],
    curve: async () => curve(),
    reader: () => import('./reader.ts'),
    fetch: async (input, init) => (mints.get(url) as Mint).app.fetch(new Request(input, init)),
  })
}

/** A seed whose first quote keys the simulator's curve takes for points. */
async function bankSeed(): Promise<Uint8Array> {
  for (;;) {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const keys = await Promise.all([0, 1].map((index) => directCurve().quoteKey({ seed, index })))
    if (keys.every((key) => key.startsWith('02'))) return seed
  }
}

beforeAll(async () => {
  for (const ppk of mintsPpk) {
    const url = `https://mint-${ppk}.sim`
    const config = parseConfig({
      url,
      dataDir: `${dir}/${ppk}`,
      units: [unit],
      inputFeePpk: ppk,
      denominationCount: 24,
      logLevel: 'silent',
      funding: { test: { enabled: true, maxAmount: 10_000_000 } },
    })
    mints.set(url, await createMint(config, { curve: fakeMintCurve() }))
    const bank = open(url, await bankSeed())
    await bank.topUp({ amount: 9_000_000, unit, method: 'test' })
    banks.set(url, bank)
  }
})

afterAll(async () => {
  for (const mint of mints.values()) await mint.close()
  rmSync(dir, { recursive: true })
})

const holds = (wallet: Wallet) => wallet.$balance.get()[unit]?.spendable ?? 0
const amount = fc.integer({ min: 1, max: 120 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hand over' as const), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hand back' as const), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take back' as const), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('out' as const), amount }) },
)

async function books(mint: Mint) {
  const { promised, spent, balances } = await mint.ledger.totals()
  const sum = (rows: readonly { amount: number }[]) => rows.reduce((total, row) => total + row.amount, 0)
  const fees = balances.filter(({ account }) => account === 'fees').reduce((total, { balance }) => total + balance, 0)
  return { outstanding: sum(promised) - sum(spent), fees }
}

describe('fees above zero', () => {
  test('NUT-02: leave exact balances, over random histories at three mints', { timeout: 900_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...mints.keys()),
        fc.integer({ min: 20, max: 400 }),
        fc.array(step, { minLength: 1, maxLength: 5 }),
        async (url, money, steps) => {
          const mint = mints.get(url) as Mint
          const bank = banks.get(url) as Wallet
          const before = { ...(await books(mint)), bank: holds(bank) }
          const a = open(url, crypto.getRandomValues(new Uint8Array(64)))
          const b = open(url, crypto.getRandomValues(new Uint8Array(64)))
          await hand(bank, a, money)
          let out = 0
          for (const { do: what, amount: sum } of steps) {
            if (what === 'hand over') await hand(a, b, sum)
            else if (what === 'hand back') await hand(b, a, sum)
            else if (what === 'change') await a.makeChange({ amount: sum, unit })
            else if (what === 'take back') {
              const sent = await a.send({ amount: sum, unit })
              if (sent.status === 'sent') await a.cancel(sent.paymentId)
            } else {
              const gone = await a.withdraw({ amount: sum, unit, method: 'test' })
              if (gone.status === 'withdrawn') out += sum
              // What it says is missing, is missing.
              else expect(gone).toMatchObject({ status: 'insufficient' })
            }
          }
          const after = await books(mint)
          const spent = before.bank - holds(bank)
          const open_ = [...a.$payments.get(), ...b.$payments.get(), ...bank.$payments.get()]
          // Tokens whose coins are worth less than their fee are claimed by nobody.
          const lying = open_.reduce((total, { amount: worth }) => total + worth, 0)
          expect(holds(a) + holds(b) + out + (after.fees - before.fees) + lying).toBe(spent)
          expect(after.outstanding - before.outstanding).toBe(holds(a) + holds(b) + lying - spent)
          for (const { id } of bank.$payments.get()) await bank.cancel(id)
        },
      ),
      { numRuns },
    )
  })
})

/** As a token, if there is enough. What comes is what was handed over, less the fee for swapping it. */
async function hand(from: Wallet, to: Wallet, sum: number): Promise<void> {
  const sent = await from.send({ amount: sum, unit })
  if (sent.status !== 'sent') return expect(sent).toMatchObject({ status: 'insufficient' })
  const had = holds(to)
  const came = await to.receive(sent.token)
  if (came.status === 'received') {
    expect(came.amount).toBeLessThanOrEqual(sum)
    expect(holds(to) - had).toBe(came.amount)
    await from.recover()
  } else expect(await from.cancel(sent.paymentId)).toMatch(/undone|open/)
}
