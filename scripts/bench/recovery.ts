// Fifty payments whose answers were lost, and how long recover() takes to finish them; bundled by recover-bench.ts and run
// in Chromium on IndexedDB, against a real till and a real mint.
import { createWallet, type Fetch, type Wallet, type WalletDeps } from '@tuppence/core'
import { openIdb } from '@tuppence/core/idb'
import { keepSeed } from '@tuppence/core/seed'

/** Milliseconds, but for `open`, `finished` and the balances, which are counts and cents. */
export type RecoveryTimes = {
  readonly open: number
  readonly finished: number
  readonly recoverMs: number
  readonly roundTripMs: number
  readonly balance: number
}

/** Where to buy: `/read/0` and on at the page's own origin. */
export type RecoveryPlan = { readonly mint: string; readonly payments: number }

/** Opens the payments, forgets the wallet, opens it again and times its recovery. */
export async function timeRecovery({ mint, payments }: RecoveryPlan): Promise<RecoveryTimes> {
  const site = location.origin
  const open = async (rest?: Pick<WalletDeps, 'fetch'>): Promise<Wallet> => {
    const db = await openIdb()
    return createWallet({ db, seed: keepSeed(db), mints: [mint], ...rest })
  }
  const cut = await open({ fetch: losingAnswers })
  await cut.topUp({ amount: 1_000, unit: 'usd', method: 'test' })
  for (let number = 0; number < payments; number += 1) await leaveOpen(cut, { url: `${site}/read/${number}`, site })
  const left = cut.$payments.get().length
  cut.close()

  const wallet = await open()
  const startedMs = performance.now()
  const { finished } = await wallet.recover()
  const recoverMs = performance.now() - startedMs
  const roundTripMs = await timeRoundTrip(wallet, { url: `${site}/read/0`, site })
  const balance = wallet.$balance.get()['usd']?.spendable ?? 0
  wallet.close()
  return { open: left, finished, recoverMs, roundTripMs, balance }
}

/** Sends what carries a credential, waits until it was answered, and says that it was not. */
const losingAnswers: Fetch = async (input, init) => {
  const request = new Request(input, init)
  const paying = request.headers.has('authorization')
  const response = await fetch(request)
  if (!paying) return response
  await response.arrayBuffer()
  throw new TypeError('Failed to fetch')
}

async function leaveOpen(wallet: Wallet, what: { url: string; site: string }): Promise<void> {
  const looked = await wallet.look(what)
  const paid = await wallet.unlock(looked).catch(() => undefined)
  if (paid?.status !== 'needs-change') return
  await wallet.makeChange({ amount: paid.amount, unit: paid.unit })
  await leaveOpen(wallet, what)
}

async function timeRoundTrip(wallet: Wallet, what: { url: string; site: string }): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 11; round += 1) {
    const startedMs = performance.now()
    await wallet.reopen(what)
    times.push(performance.now() - startedMs)
  }
  return times.toSorted((a, b) => a - b)[5] ?? Number.NaN
}
