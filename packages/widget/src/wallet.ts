// Opens the reader's wallet on the storage at hand. Frame, popup and wallet page share it.
import { createWallet, type Wallet } from '@tuppence/core'
import { keepSeed } from '@tuppence/core/seed'
import { confirmAbove } from './policy.ts'
import type { Ground } from './storage.ts'

/** Most that clicks which nobody had to confirm may spend in a day, at one site and in all, in minor units. */
const siteDayMax = 500
const dayMax = 2_000

/** Opens a wallet: a vault has a seed (made on first use), an allowance none. */
export function openWallet({ mode, db }: Ground, mints: readonly string[]): Wallet {
  const deps = {
    db,
    mints,
    ownOrigins: [location.origin],
    curve: () => import('./curve.ts').then(({ curveInWorker }) => curveInWorker()),
    timer: { after },
    reader: () => import('@tuppence/core/reader'),
    itemMax: confirmAbove.seen,
    siteDayMax,
    dayMax,
  }
  return createWallet(mode === 'vault' ? { ...deps, seed: keepSeed(db) } : deps)
}

function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
