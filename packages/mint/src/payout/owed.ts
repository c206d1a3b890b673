// What an account is owed and how old it is, out of everything that moved it; plan.ts asks.

import type { Ledger, Movement } from '../ledger/port.ts'
import type { Owed } from './hold.ts'

const dayMs = 86_400_000

/** Reads what hold.ts works with. @param youngMs - How far back days are told apart; what is older is old enough for any hold. */
export async function owedTo(
  ledger: Pick<Ledger, 'movements'>,
  { account, unit, nowMs, youngMs }: { account: string; unit: string; nowMs: number; youngMs: number },
): Promise<Owed> {
  const fromMs = nowMs - youngMs - 2 * dayMs
  const days = new Map<number, number>()
  const dayOf = new Map<string, number>()
  const refunds: Movement[] = []
  let openedAtMs = nowMs
  const owed = await ledger.movements(account, unit, (slice) => {
    for (const movement of slice) {
      const { kind, atMs, amount, reference = '' } = movement
      if (kind === 'deposit') openedAtMs = Math.min(openedAtMs, atMs)
      if (atMs < fromMs) continue
      if (kind === 'refund') refunds.push(movement)
      if (kind !== 'deposit') continue
      const day = Math.floor(atMs / dayMs) * dayMs
      dayOf.set(reference, day)
      days.set(day, (days.get(day) ?? 0) + amount)
    }
  })
  for (const { reference = '', amount } of refunds) {
    const day = dayOf.get(reference)
    if (day !== undefined) days.set(day, (days.get(day) ?? 0) + amount)
  }
  return { owed, openedAtMs, nowMs, deposits: [...days].map(([day, amount]) => ({ dayMs: day, amount })) }
}
