/** The inside of a wallet, for entries of this package that do more with one than its methods say. */
import type { Wallet } from './api.ts'
import type { Context } from './context.ts'

const contexts = new WeakMap<object, Context>()

/** Remembers what a wallet is made of; `createWallet` calls it. */
export function keepContext(wallet: Wallet, context: Context): Wallet {
  contexts.set(wallet, context)
  return wallet
}

/** What a wallet of `createWallet` is made of. */
export function contextOf(wallet: Wallet): Context {
  const context = contexts.get(wallet)
  if (!context) throw new Error('not a wallet of createWallet')
  return context
}
