// Tables of the office that are about money in, and how they came to be; office.ts puts them together.

import { sql } from 'kysely'
import { primary, required, type OfficeMigration } from './migration.ts'

/**
 * How far a card's order is. `refusing` and `capturing` say what was decided and is being done; `held` waits for a person;
 * `captured` is paid.
 */
export type CardOrderState =
  | 'opening'
  | 'open'
  | 'capturing'
  | 'refusing'
  | 'captured'
  | 'refused'
  | 'failed'
  | 'expired'
  | 'held'

/** A checkout at the card processor, for one quote. Amounts: minor units of `unit`. */
export interface CardOrder {
  /** What the processor is told; says nothing of the quote. */
  readonly id: string
  readonly quote: string
  readonly unit: string
  readonly amount: number
  readonly state: CardOrderState
  /** Error code that the quote tells. */
  readonly reason: string | null
  /** For the operator, in English. */
  readonly note: string | null
  readonly session: string | null
  readonly intent: string | null
  /** The processor's word for the card. */
  readonly instrument: string | null
  /** Today's name of the network address that asked, for the rules; forgotten once the order is settled. */
  readonly address: string | null
  readonly captured: number
  /** What went back by hand, in Stripe's dashboard. */
  readonly returned: number
  /** 1 once the ledger has it. */
  readonly credited: number
  readonly created_at_ms: number
  readonly updated_at_ms: number
  readonly expires_at_ms: number
  /** When it is to be asked after; null: only if something is told of it. */
  readonly due_at_ms: number | null
}

/** Money on its way back to a card. `sending` from before it is asked for until its outcome is certain. */
export interface CardWithdrawal {
  /** What the processor is told. */
  readonly id: string
  readonly order_id: string
  readonly amount: number
  readonly state: 'sending' | 'paid' | 'failed'
  readonly refund: string | null
  readonly created_at_ms: number
}

/** Vouchers that were made together. No code of one that is still `making` is good. */
export interface VoucherBatch {
  readonly id: string
  readonly unit: string
  readonly amount: number
  readonly count: number
  readonly label: string
  readonly state: 'making' | 'sold'
  readonly expires_at_ms: number | null
  readonly created_at_ms: number
}

/** A voucher, by the hash of its code: whether it was redeemed, the ledger knows. */
export interface Voucher {
  readonly id: string
  readonly batch: string
  readonly voided_at_ms: number | null
}

/** What a payer is to write on a bank transfer, and the quote that it is for. */
export interface TransferOrder {
  readonly id: string
  readonly quote: string
  readonly unit: string
  readonly created_at_ms: number
}

/** A line of a bank's statement. `unknown` waits for a person; `left` is none of ours: it went out, or is another currency. */
export interface TransferLine {
  readonly id: string
  readonly booked_on: string
  /** Minor units; below zero where it went out. */
  readonly amount: number
  readonly currency: string
  readonly text: string
  /** The payer's account, as fraud's rules know it. */
  readonly instrument: string | null
  readonly state: 'new' | 'credited' | 'unknown' | 'left' | 'dismissed'
  readonly reference: string | null
  readonly note: string | null
  readonly decided_by: string | null
  readonly imported_at_ms: number
}

/** An event that the processor told of: each is dealt with once, however often it is told. */
export interface CardEvent {
  readonly id: string
  readonly type: string
  readonly received_at_ms: number
  /** Null until it was dealt with. */
  readonly handled_at_ms: number | null
  /** What became of it. */
  readonly outcome: string | null
}

/** Rows by table. */
export interface FundingTables {
  readonly card_orders: CardOrder
  readonly card_events: CardEvent
  readonly card_withdrawals: CardWithdrawal
  readonly voucher_batches: VoucherBatch
  readonly vouchers: Voucher
  readonly transfer_orders: TransferOrder
  readonly transfer_lines: TransferLine
  /** How far Stripe's list of events was read, in seconds since 1970. */
  readonly card_cursor: { readonly id: string; readonly seen_at_s: number }
}

/** In order. */
export const fundingMigrations: readonly OfficeMigration[] = [
  {
    name: 'funding-1',
    up: async (db) => {
      await db.schema
        .createTable('card_orders')
        .addColumn('id', 'text', primary)
        .addColumn('quote', 'text', (column) => column.notNull().unique())
        .addColumn('unit', 'text', required)
        .addColumn('amount', 'bigint', required)
        .addColumn('state', 'text', required)
        .addColumn('reason', 'text')
        .addColumn('note', 'text')
        .addColumn('session', 'text')
        .addColumn('intent', 'text')
        .addColumn('instrument', 'text')
        .addColumn('address', 'text')
        .addColumn('captured', 'bigint', required)
        .addColumn('returned', 'bigint', required)
        .addColumn('credited', 'bigint', required)
        .addColumn('created_at_ms', 'bigint', required)
        .addColumn('updated_at_ms', 'bigint', required)
        .addColumn('expires_at_ms', 'bigint', required)
        .addColumn('due_at_ms', 'bigint')
        .addCheckConstraint('card_orders_amount', sql`amount > 0 AND captured >= 0`)
        .execute()
      await db.schema.createIndex('card_orders_due').on('card_orders').column('due_at_ms').execute()
      await db.schema.createIndex('card_orders_intent').on('card_orders').column('intent').execute()
      await db.schema
        .createTable('card_events')
        .addColumn('id', 'text', primary)
        .addColumn('type', 'text', required)
        .addColumn('received_at_ms', 'bigint', required)
        .addColumn('handled_at_ms', 'bigint')
        .addColumn('outcome', 'text')
        .execute()
      await db.schema
        .createTable('card_withdrawals')
        .addColumn('id', 'text', primary)
        .addColumn('order_id', 'text', required)
        .addColumn('amount', 'bigint', required)
        .addColumn('state', 'text', required)
        .addColumn('refund', 'text')
        .addColumn('created_at_ms', 'bigint', required)
        .addCheckConstraint('card_withdrawals_amount', sql`amount > 0`)
        .execute()
      await db.schema.createIndex('card_withdrawals_order').on('card_withdrawals').column('order_id').execute()
      await db.schema
        .createTable('card_cursor')
        .addColumn('id', 'text', primary)
        .addColumn('seen_at_s', 'bigint', required)
        .execute()
    },
  },
  {
    name: 'funding-2',
    up: async (db) => {
      await db.schema
        .createTable('voucher_batches')
        .addColumn('id', 'text', primary)
        .addColumn('unit', 'text', required)
        .addColumn('amount', 'bigint', required)
        .addColumn('count', 'bigint', required)
        .addColumn('label', 'text', required)
        .addColumn('state', 'text', required)
        .addColumn('expires_at_ms', 'bigint')
        .addColumn('created_at_ms', 'bigint', required)
        .addCheckConstraint('voucher_batches_amount', sql`amount > 0 AND count > 0`)
        .execute()
      await db.schema
        .createTable('vouchers')
        .addColumn('id', 'text', primary)
        .addColumn('batch', 'text', required)
        .addColumn('voided_at_ms', 'bigint')
        .execute()
      await db.schema.createIndex('vouchers_batch').on('vouchers').column('batch').execute()
      await db.schema
        .createTable('transfer_orders')
        .addColumn('id', 'text', primary)
        .addColumn('quote', 'text', (column) => column.notNull().unique())
        .addColumn('unit', 'text', required)
        .addColumn('created_at_ms', 'bigint', required)
        .execute()
      await db.schema
        .createTable('transfer_lines')
        .addColumn('id', 'text', primary)
        .addColumn('booked_on', 'text', required)
        .addColumn('amount', 'bigint', required)
        .addColumn('currency', 'text', required)
        .addColumn('text', 'text', required)
        .addColumn('instrument', 'text')
        .addColumn('state', 'text', required)
        .addColumn('reference', 'text')
        .addColumn('note', 'text')
        .addColumn('decided_by', 'text')
        .addColumn('imported_at_ms', 'bigint', required)
        .execute()
      await db.schema.createIndex('transfer_lines_state').on('transfer_lines').column('state').execute()
    },
  },
]
