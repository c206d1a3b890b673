// Asks the rules every day what they say of each account, so that people can look at what stands out while its money waits anyway;
// mint.ts starts it, the operator's listener tells.

import { adminHeaders as headers, type AdminMount } from '../admin.ts'
import { startChore } from '../chore.ts'
import type { Deps } from '../deps.ts'
import type { FraudFindingRow } from '../office/tables/fraud.ts'
import { payoutFindings } from './collect.ts'
import { dayOf } from './facts.ts'
import { forgetTopUps } from './top-ups.ts'

/** What is worked with. */
export type WatchDeps = Pick<Deps, 'config' | 'office' | 'ledger' | 'clock'>

const lookEveryMs = 3_600_000
/** Below this nobody is paid, and nobody needs to look. */
const owedLeast = 500

/** Does it once a day, one mint for all. @returns Ends it. */
export function fraudChore(deps: WatchDeps & Pick<Deps, 'log'>): () => void {
  return startChore(deps.log, { event: 'fraud-not-watched', everyMs: lookEveryMs }, async () => {
    const today = dayOf(deps.clock.nowMs())
    if (await isTaken(deps, today)) return
    await forgetTopUps(deps, deps.clock.nowMs())
    await watchAccounts(deps)
  })
}

/** Whether another look, here or by another mint, was today's. */
async function isTaken({ office }: Pick<Deps, 'office'>, today: number): Promise<boolean> {
  const { numUpdatedRows } = await office.db
    .updateTable('fraud_progress')
    .set({ sequence: today })
    .where('id', '=', 'watch')
    .where('sequence', '<', today)
    .executeTakeFirst()
  return numUpdatedRows === 0n
}

/**
 * What the rules would say of every account if all that it is owed were paid now; kept in place of what they said before.
 *
 * @throws {TuppenceError} `storage-unavailable`: some accounts are as they were.
 */
export async function watchAccounts(deps: WatchDeps): Promise<void> {
  const nowMs = deps.clock.nowMs()
  for (const { id: account } of await deps.ledger.accounts()) {
    for (const { unit, balance } of await deps.ledger.balances(`publisher:${account}`)) {
      const found = balance < owedLeast ? [] : await payoutFindings(deps, { account, unit, amount: balance }, nowMs)
      await deps.office.db.transaction().execute(async (within) => {
        const before = await within
          .selectFrom('fraud_findings')
          .select(['rule', 'first_at_ms'])
          .where('account', '=', account)
          .where('unit', '=', unit)
          .execute()
        const since = new Map(before.map((row) => [row.rule, row.first_at_ms]))
        await within.deleteFrom('fraud_findings').where('account', '=', account).where('unit', '=', unit).execute()
        for (const { rule, action, mode, reason, figures } of found)
          await within
            .insertInto('fraud_findings')
            .values({
              id: `${account}/${unit}/${rule}`,
              account,
              unit,
              rule,
              action,
              mode,
              reason,
              figures: JSON.stringify(figures),
              owed: balance,
              first_at_ms: since.get(rule) ?? nowMs,
              at_ms: nowMs,
            })
            .execute()
      })
    }
  }
}

/** What the rules said of accounts when they were asked last, the longest known first. */
export async function findingsNow({ office }: Pick<Deps, 'office'>): Promise<readonly FraudFindingRow[]> {
  return office.db.selectFrom('fraud_findings').selectAll().orderBy('first_at_ms').orderBy('id').execute()
}

/** `GET /fraud/findings`, for machines. */
export function fraudMount(deps: Pick<Deps, 'office'>): AdminMount {
  return async ({ method }, path) => {
    if (`${method} ${path}` !== 'GET /fraud/findings') return undefined
    const found = await findingsNow(deps)
    return Response.json(
      { findings: found.map(({ figures, ...row }) => ({ ...row, figures: JSON.parse(figures) as unknown })) },
      { headers },
    )
  }
}
