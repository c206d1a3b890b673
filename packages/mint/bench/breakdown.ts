// Where the time of a swap and of a deposit goes, by CPU: the curve, signatures of requests and receipts, the ledger, and the
// rest (HTTP, JSON, checks); one-mint.ts sets it against what the whole mint takes.

import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ed25519Key } from '../src/ed25519.ts'
import type { Operation } from '../src/ledger/port.ts'
import { openSqliteLedger } from '../src/ledger/sqlite.ts'
import type { Ceiling } from './ceiling.ts'
import { round, type Rate } from './rate.ts'

const groups = 60
const groupSize = 32
const signatures = 1000

/** Shares of a whole, by name. */
export type Shares = Readonly<Record<string, number>>

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const keyset = `01${hash('keyset')}`

async function cpuMicroseconds(count: number, work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const spend = () => ({ keyset, y: `02${hex(32)}`, amount: 4 })
const promise = (amount: number) => ({
  keyset,
  b: `02${hex(32)}`,
  amount,
  c: `02${hex(32)}`,
  e: hash('e'),
  s: hash('s'),
})
const operation = (more: Pick<Operation, 'kind' | 'answer'> & Partial<Operation>): Operation => ({
  hash: hex(32),
  unit: 'usd',
  atMs: 1,
  spends: [],
  promises: [],
  entries: [],
  ...more,
})

/** CPU microseconds of the ledger for one swap and one deposit, in groups as they come at full load. */
async function ledgerCost(folder: string): Promise<{ swap: number; deposit: number }> {
  const ledger = openSqliteLedger({ path: join(folder, 'breakdown', 'ledger.db'), nowMs: 0 })
  await ledger.addKeyset({
    number: 1,
    id: keyset,
    unit: 'usd',
    active: true,
    inputFeePpk: 0,
    denominations: [4],
    createdAtMs: 1,
  })
  await ledger.putAccount({ id: 'a', name: 'a', publicKey: 'k', keyId: 'i', createdAtMs: 1 })
  const entries = [{ account: 'paid-in:test', amount: -1_000_000_000 }]
  await ledger.commit([operation({ kind: 'mint', answer: '', promises: [promise(1_000_000_000)], entries })])
  const swap = () =>
    operation({
      kind: 'swap',
      answer: 'x'.repeat(1400),
      spends: [spend(), spend()],
      promises: [promise(2), promise(2), promise(4)],
    })
  const deposit = () =>
    operation({
      kind: 'deposit',
      answer: 'x'.repeat(420),
      spends: [spend(), spend()],
      deposit: { account: 'a', reference: hex(32), amount: 8, offer: hash('offer') },
      entries: [{ account: 'publisher:a', amount: 8 }],
    })
  const cost = async (make: () => Operation) => {
    const batches = Array.from({ length: groups }, () => Array.from({ length: groupSize }, make))
    return cpuMicroseconds(groups * groupSize, async () => {
      for (const batch of batches) await ledger.commit(batch)
    })
  }
  await cost(swap)
  const costs = { swap: await cost(swap), deposit: await cost(deposit) }
  await ledger.close()
  return costs
}

/** CPU microseconds to verify one request's Ed25519 signature, and to sign one receipt. */
async function signatureCosts(): Promise<{ verify: number; sign: number }> {
  const key = ed25519Key(randomBytes(32))
  const text = 'x'.repeat(400)
  const signature = key.sign(text)
  const times = (work: () => unknown) =>
    cpuMicroseconds(signatures, () => {
      for (let index = 0; index < signatures; index++) work()
    })
  return { verify: await times(() => key.verify(text, signature)), sign: await times(() => key.sign(text)) }
}

/**
 * Shares of what one swap and one deposit take, in a batch of the given mean size and alone; and the most that a deposit
 * could be cheaper than a swap if nothing but cryptography cost anything.
 */
export async function breakdown(
  folder: string,
  {
    swaps,
    deposits,
    singles,
    limits,
    batchSize,
  }: { swaps: Rate; deposits: Rate; singles: Rate; limits: Ceiling; batchSize: number },
): Promise<Shares> {
  const ledger = await ledgerCost(folder)
  const { verify, sign } = await signatureCosts()
  const curve = { swap: 1_000_000 / limits.swaps, deposit: 1_000_000 / limits.deposits }
  const shares = (name: string, rate: Rate, parts: Readonly<Record<string, number>>): Shares => {
    const whole = 1_000_000 / rate.perCpuSecond
    const rest = whole - Object.values(parts).reduce((a, b) => a + b, 0)
    return Object.fromEntries(
      Object.entries({ ...parts, Rest: Math.max(0, rest) }).map(([part, cost]) => [
        `${name}${part}Share`,
        round(cost / whole),
      ]),
    )
  }
  const ofDeposit = (requests: number) => ({
    Curve: curve.deposit,
    Signature: sign + verify / requests,
    Ledger: ledger.deposit,
  })
  return {
    ...shares('swap', swaps, { Curve: curve.swap, Ledger: ledger.swap }),
    ...shares('deposit', deposits, ofDeposit(batchSize)),
    ...shares('depositSingle', singles, ofDeposit(1)),
    depositRatioOfCrypto: round(curve.swap / (curve.deposit + sign + verify / batchSize)),
    depositSingleRatioOfCrypto: round(curve.swap / (curve.deposit + sign + verify)),
  }
}
