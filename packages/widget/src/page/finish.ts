// Finishes what is on its way while the wallet's page is open: at once, and again until it is done. main.tsx calls it.
import type { Wallet } from '@tuppence/core'

type Payment = ReturnType<Wallet['$payments']['get']>[number]

/** How long until it is tried again, in milliseconds. Being online again ends the wait. */
const againMs = { first: 5_000, most: 60_000 } as const

/**
 * Whether something left for a mint or a till and no answer is known. Loans and tokens are out until others use them; a quote
 * waits for its payer, but a voucher's is paid by its code.
 */
export function isOnItsWay({ kind, state, ...rest }: Pick<Payment, 'kind' | 'state'>): boolean {
  if ('method' in rest && rest.method === 'voucher') return true
  return kind !== 'lend' && kind !== 'send' && state !== 'quoting' && state !== 'quoted'
}

/**
 * Recovers until nothing is on its way any more. What can't be reached is no error: it is tried again, each
 * time after twice as long.
 *
 * @param wait - Comes back after so many milliseconds, or when it is worth trying earlier.
 */
export async function finishAll(
  wallet: Pick<Wallet, 'recover' | '$payments'>,
  wait: (ms: number) => Promise<void> = untilOnline,
): Promise<void> {
  for (let ms: number = againMs.first; ; ms = Math.min(2 * ms, againMs.most)) {
    await wallet.recover().catch(() => undefined)
    if (!wallet.$payments.get().some(isOnItsWay)) return
    await wait(ms)
  }
}

function untilOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
  })
}
