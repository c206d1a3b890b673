// What the statements of one round on PostgreSQL share; postgres-commit, -quote and -melt are written with it.

import type { PoolClient } from 'pg'
import type { Operation, Refusal } from './port.ts'

/** An operation with its sequence, and the numbers of the keysets in it. */
export interface Placed {
  readonly operation: Operation
  readonly sequence: number
}

/** What the statements of a round share. */
export interface RoundContext {
  readonly client: PoolClient
  readonly writer: number
  readonly refuse: (operation: Operation, code: Refusal) => void
  readonly numberOf: (keyset: string) => number
  /** Adds to an account of an operation. */
  readonly post: (placed: Placed, account: string, amount: number) => void
}

/** Runs a query by name; it is prepared once for a connection. */
export async function run<T extends object = Record<string, unknown>>(
  client: PoolClient,
  name: string,
  text: string,
  values: unknown[],
): Promise<T[]> {
  return (await client.query<T>({ name, text, values })).rows
}

/** Sorted by key: two processes that insert the same rows meet in the same order, so that neither waits for the other. */
export function inOrder<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item)
}
