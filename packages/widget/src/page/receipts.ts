// Checks a kept receipt against the keys that the vault pinned when it met the mint: no request, no trust in the page it came from.
import type { Db } from '@tuppence/core'
import { verifyReceipt, type PaymentReceipt } from '@tuppence/protocol'

/** `none`: the till gave no receipt of the mint. */
export type ReceiptCheck = 'good' | 'bad' | 'none'

/** Says whether the mint that a receipt names signed it. */
export async function checkReceipt(db: Db, { receipt }: PaymentReceipt): Promise<ReceiptCheck> {
  if (!receipt) return 'none'
  const pinned = await db.transact(['mints'], 'read', (tx) => tx.get('mints', receipt.mint))
  return pinned && (await verifyReceipt(receipt, pinned.receiptKeys)) ? 'good' : 'bad'
}
