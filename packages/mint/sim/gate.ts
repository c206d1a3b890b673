// A process that can die between any two steps: every statement of the office, every commit of the ledger and every request to
// Stripe passes a gate before and after; place.ts builds processes behind one.

import type { DatabaseConnection, Dialect, Driver } from 'kysely'
import type { Ledger } from '../src/ledger/port.ts'

/** Thrown at whoever goes on in a process that is dead. */
export class Dead extends Error {}

/** Counts steps, and lets nobody through once the process is dead. */
export interface Gate {
  /** Passes one step. @throws {Dead} */
  pass(): void
  isDead(): boolean
  steps(): number
}

/** Makes one. @param diesAt - The step at which the process dies; undefined: never. */
export function createGate(diesAt: number | undefined): Gate {
  let steps = 0
  let isDead = false
  return {
    pass: () => {
      if (!isDead && ++steps === diesAt) isDead = true
      if (isDead) throw new Dead()
    },
    isDead: () => isDead,
    steps: () => steps,
  }
}

/** Does something with a step before it and one after it: the second is an answer that is lost. */
export async function through<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  gate.pass()
  const result = await work()
  gate.pass()
  return result
}

/** A ledger behind a gate. */
export function gateLedger(ledger: Ledger, gate: Gate): Ledger {
  return new Proxy(ledger, {
    get: (target, name) => {
      const value = target[name as keyof Ledger] as unknown
      if (typeof value !== 'function') return value
      const call = (...given: unknown[]) => Promise.resolve((value as (...given: unknown[]) => unknown)(...given))
      return name === 'commit'
        ? (...given: unknown[]) => through(gate, () => call(...given))
        : (...given: unknown[]) => {
            gate.pass()
            return call(...given)
          }
    },
  })
}

/** A database of Kysely's behind a gate. Its connections are shared with processes before and after. */
export function gateDialect(dialect: Dialect, driver: Driver, gate: Gate): Dialect {
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const own = (connection: DatabaseConnection) => inner.get(connection) ?? connection
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => ({
      init: async () => {},
      destroy: async () => {},
      acquireConnection: async () => {
        const connection = await driver.acquireConnection()
        const gated: DatabaseConnection = {
          executeQuery: (query) => through(gate, () => connection.executeQuery(query)),
          streamQuery: (query, size) => connection.streamQuery(query, size),
        }
        inner.set(gated, connection)
        return gated
      },
      beginTransaction: (connection, settings) => driver.beginTransaction(own(connection), settings),
      // The last chance to die before it is done.
      commitTransaction: async (connection) => {
        gate.pass()
        await driver.commitTransaction(own(connection))
      },
      rollbackTransaction: (connection) => driver.rollbackTransaction(own(connection)),
      releaseConnection: (connection) => driver.releaseConnection(own(connection)),
    }),
  }
}
