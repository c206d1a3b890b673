/** One of a kind at a time: who asks for what is being done already waits for that. Whatever sends a payment calls it. */
import type { Context } from '../context.ts'

/** Runs, unless the same payment is being worked on: then its outcome is that one's. */
export function joined<T>({ busy }: Pick<Context, 'busy'>, paymentId: string, run: () => Promise<T>): Promise<T> {
  const running = busy.get(paymentId) ?? run().finally(() => busy.delete(paymentId))
  busy.set(paymentId, running)
  return running as Promise<T>
}
