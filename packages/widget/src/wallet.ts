// Opens the reader's wallet on the storage at hand. Frame, popup and wallet page share it.
import { createWallet, type Wallet } from '@tuppence/core'
import { keepSeed } from '@tuppence/core/seed'
import type { Ground } from './storage.ts'

/** Opens a wallet: a vault has a seed (made on first use), an allowance none. */
export function openWallet({ mode, db }: Ground, mints: readonly string[]): Wallet {
  const deps = {
    db,
    mints,
    ownOrigins: [location.origin],
    curve: () => import('./curve.ts').then(({ curveInWorker }) => curveInWorker()),
    timer: { after },
  }
  return createWallet(mode === 'vault' ? { ...deps, seed: keepSeed(db) } : deps)
}

function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
