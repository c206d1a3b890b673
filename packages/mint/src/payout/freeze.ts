// Holds payouts whatever rules say, of one account or of all, until a person lifts it: what books that may be wrong do to themselves.

import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { OfficeTables } from '../office/office.ts'
import type { FreezeRow } from '../office/tables/payout.ts'

/** Every account. */
export const everybody = '*'

/** What holds an account's payouts, if anything does. */
export function freezeOf(db: Kysely<OfficeTables>, account: string): Promise<FreezeRow | undefined> {
  return db
    .selectFrom('payout_freezes')
    .selectAll()
    .where('account', 'in', [account, everybody])
    .where('lifted_at_ms', 'is', null)
    .orderBy('at_ms')
    .limit(1)
    .executeTakeFirst()
}

/** Holds payouts of an account, or of everybody; once for the same reason. */
export async function freeze(
  db: Kysely<OfficeTables>,
  { account, reason, nowMs }: { readonly account: string; readonly reason: string; readonly nowMs: number },
): Promise<void> {
  const known = await freezeOf(db, account)
  if (known?.reason === reason) return
  const row = { id: randomUUID(), account, reason, at_ms: nowMs, lifted_by: null, lifted_at_ms: null }
  await db.insertInto('payout_freezes').values(row).execute()
}

/** Lets payouts go again. @returns Whether that freeze was there, and not lifted. */
export async function liftFreeze(
  db: Kysely<OfficeTables>,
  id: string,
  { person, nowMs }: { readonly person: string; readonly nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('payout_freezes')
    .set({ lifted_by: person, lifted_at_ms: nowMs })
    .where('id', '=', id)
    .where('lifted_at_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
