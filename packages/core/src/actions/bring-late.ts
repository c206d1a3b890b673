/** Brings coins that a mint signed after nobody waited for them any more; recovery and callHome call it. */
import { isTuppenceError } from '@tuppence/protocol'
import { total } from '../coins.ts'
import type { Context } from '../context.ts'
import type { PlannedOutputs } from '../payment.ts'
import type { HistoryEntry } from '../tables.ts'
import { dropSpentAt, restoreAt } from './restore.ts'

/** How long after it ended a payment's outputs are looked for again: longer than any request is under way. */
const lookedForMs = 8 * 86_400_000

/** How far back in the history. */
const entriesMax = 50

/** Outputs to look for. `undone`: the line of a payment that ends well if they are found. */
type Lot = {
  readonly mint: string
  readonly unit: string
  readonly outputs: PlannedOutputs
  readonly undone?: HistoryEntry | undefined
}

/** What asks the mint itself: a copy of the request can come through after the answer to another was no. */
const asksTheMint = ['swap', 'receive', 'top-up']

/**
 * Looks for the outputs of payments that ended without them: blank ones that were lent to a frame, whose partition may be
 * gone, and those of a request that was refused, of which a copy may have come through later.
 *
 * @param site - Only what was lent to it, then however long ago, and with loans that are still out. Absent: what ended lately.
 * @returns What came, by unit.
 */
export async function bringLate(context: Context, site?: string): Promise<Record<string, number>> {
  const came: Record<string, number> = {}
  for (const { mint, unit, outputs, undone } of await lotsOf(context, site)) {
    const amount = await restoreAt(context, mint, outputs)
    if (amount === undefined) continue
    if (amount > 0) came[unit] = (came[unit] ?? 0) + amount
    if (!undone) continue
    // It was done after all, and what went into it is spent.
    await dropSpentAt(context, mint, { [unit]: total(outputs.planned) })
    await context.db.transact(['history'], 'write', (tx) => tx.put('history', undone.id, undone))
  }
  if (Object.keys(came).length > 0) await context.changed()
  return came
}

/** As `bringLate` of all that ended lately; what can't be reached is looked for the next time. */
export async function bringLateIfReachable(context: Context): Promise<void> {
  if (!context.seed) return
  try {
    await bringLate(context)
  } catch (error) {
    if (!isTuppenceError(error)) throw error
  }
}

async function lotsOf({ db, clock }: Context, site: string | undefined): Promise<Lot[]> {
  return db.transact(['payments', 'history'], 'read', async (tx) => {
    const entries = (await tx.list('history', { order: 'descending', limit: entriesMax })).map(({ value }) => value)
    const isLate = (entry: HistoryEntry) =>
      site === undefined ? Math.abs(clock.nowMs() - entry.atMs) < lookedForMs : entry.site === site
    const ended = entries.flatMap(({ outputs, ...entry }) => {
      const { kind, mint, unit, end, reason: _, ...rest } = entry
      if (mint === undefined || !outputs?.planned.length || !isLate(entry)) return []
      const isDone = end === 'undone' && asksTheMint.includes(kind)
      return { mint, unit, outputs, undone: isDone ? { ...rest, kind, mint, unit, end: 'done' as const } : undefined }
    })
    const open = site === undefined ? [] : (await tx.list('payments')).map(({ value }) => value)
    const lent = open.flatMap((loan) =>
      loan.kind === 'lend' && loan.site === site ? [{ mint: loan.mint, unit: loan.unit, outputs: loan.refund }] : [],
    )
    return [...lent, ...ended]
  })
}
