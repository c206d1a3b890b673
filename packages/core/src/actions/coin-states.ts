/** Asks a mint which coins are spent (NUT-07); whatever has to know before it lets coins go calls it. */
import { limits, TuppenceError } from '@tuppence/protocol'
import type { Context } from '../context.ts'

export type CoinState = 'UNSPENT' | 'PENDING' | 'SPENT'

/**
 * The state of each coin, by secret.
 *
 * @throws {TuppenceError} `mint-unavailable`, `mint-timeout`, `mint-response-invalid`.
 */
export async function coinStates(
  context: Context,
  mint: string,
  secrets: readonly string[],
): Promise<Map<string, CoinState>> {
  const found = new Map<string, CoinState>()
  if (secrets.length === 0) return found
  const [curve, client] = await Promise.all([context.curve(), context.mint()])
  for (let at = 0; at < secrets.length; at += limits.inputsMax) {
    const batch = secrets.slice(at, at + limits.inputsMax)
    const points = await curve.points({ secrets: batch })
    const { states } = await client.checkState(mint, points)
    const byPoint = new Map(states.map(({ Y, state }) => [Y, state]))
    batch.forEach((secret, index) => {
      const state = byPoint.get(points[index] ?? '')
      if (!state) throw new TuppenceError('mint-response-invalid')
      found.set(secret, state)
    })
  }
  return found
}
