// A ledger and an office that outlive processes, and the processes that work on them; run.ts plays on it.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type Dialect, type Driver } from 'kysely'
import { postgresAuditSource } from '../src/audit/postgres-source.ts'
import { sqliteAuditSource } from '../src/audit/sqlite-source.ts'
import type { AuditRow } from '../src/audit/port.ts'
import { parseConfig, type MintConfig } from '../src/config.ts'
import type { Deps } from '../src/deps.ts'
import type { Funding } from '../src/funding/port.ts'
import { cardFunding } from '../src/funding/stripe/card.ts'
import { doubleSecretKey, type StripeDouble } from '../src/funding/stripe/double/double.ts'
import { createGroupCommit } from '../src/ledger/group.ts'
import { openMint, type Opened } from '../src/mint.ts'
import { openOffice, officeFile, type OfficeTables } from '../src/office/office.ts'
import { postgresOffice } from '../src/office/postgres.ts'
import { sqliteOffice } from '../src/office/sqlite.ts'
import { toyCurve } from '../src/testing/toy-curve.ts'
import { gateDialect, gateLedger, through, type Gate } from './gate.ts'
import type { Planted } from './planted.ts'

/** Shared with the pretended Stripe. */
export const webhookSecret = 'whsec_of_the_simulation'

/** Where runs take place. Time is the simulation's own. */
export interface Place {
  readonly config: MintConfig
  readonly opened: Opened
  readonly clock: { nowMs: number }
  readonly office: { readonly dialect: Dialect; readonly driver: Driver }
  /** Rows as anybody can read them who has the database, all of one moment. */
  look<T>(read: (rows: Rows) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Reads rows. */
export type Rows = (sql: string) => Promise<AuditRow[]>

/** A mint's process: what it works with, as long as it lives. */
export interface Process {
  readonly deps: Deps
  readonly funding: Funding
  readonly gate: Gate
}

/** Where the simulation begins, in milliseconds. */
export const beganMs = 1_900_000_000_000

/** Opens a place in a folder of its own, on SQLite or on a PostgreSQL. */
export async function openPlace({ databaseUrl }: { databaseUrl?: string } = {}): Promise<Place> {
  // Files in memory, where there is such a place: processes die here, not machines, so nobody waits for a disk.
  const dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'funding-sim-'))
  const config = parseConfig({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    funding: {
      card: {
        enabled: true,
        secretKey: doubleSecretKey,
        webhookSecret,
        apiHost: 'http://127.0.0.1:1',
        returnUrl: 'http://wallet.test/topped-up.html',
        retries: 0,
        askEveryMs: 1000,
      },
    },
  })
  const clock = { nowMs: beganMs }
  const opened = await openMint(config, { curve: toyCurve, clock: { nowMs: () => clock.nowMs } })
  await opened.ledger.putAccount({ id: 'press', name: 'press', publicKey: '', keyId: '', createdAtMs: 0 })
  await opened.ledger.nextEpoch()
  // Brings the office's tables up to date; the processes have their own way in.
  await (await openOffice(config)).close()
  const dialect =
    databaseUrl === undefined ? sqliteOffice(join(dataDir, officeFile)) : await postgresOffice(databaseUrl)
  const driver = dialect.createDriver()
  await driver.init()
  return {
    config,
    opened,
    clock,
    office: { dialect, driver },
    look: async (read) => {
      const source =
        databaseUrl === undefined
          ? sqliteAuditSource(join(dataDir, 'ledger.db'))
          : await postgresAuditSource(databaseUrl)
      try {
        return await read(async (sql) => {
          const rows: AuditRow[] = []
          for await (const chunk of source.rows(sql)) rows.push(...chunk)
          return rows
        })
      } finally {
        await source.close()
      }
    },
    close: async () => {
      await driver.destroy()
      await opened.work.close()
      await opened.ledger.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Starts a process. It may live at the same time as nobody else: the one before it is dead. */
export function startProcess(
  place: Place,
  { double, gate, random, planted }: { double: StripeDouble; gate: Gate; random: () => number; planted?: Planted },
): Process {
  const { config, opened, clock, office } = place
  const ledger = gateLedger(opened.ledger, gate)
  const { submit } = createGroupCommit((batch) => ledger.commit(batch), config.limits)
  const send = ((input: string | URL | Request, init?: RequestInit) =>
    through(gate, () => double.fetch(new Request(input, init)))) as typeof fetch
  const settings = config.funding.card as NonNullable<MintConfig['funding']['card']>
  const funding = cardFunding(settings, config.units, planted?.send?.(send) ?? send)
  const own = planted?.funding?.(funding) ?? funding
  const deps = {
    ...opened.ports,
    clock: { nowMs: () => clock.nowMs },
    random: { bytes: (count: number) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)) },
    config,
    url: 'http://mint.test',
    ledger,
    keyring: opened.keyring,
    office: {
      db: new Kysely<OfficeTables>({ dialect: gateDialect(office.dialect, office.driver, gate) }),
      close: async () => {},
    },
    submit: planted?.submit?.(submit) ?? submit,
    funding: new Map([['card', own]]),
    closing: { current: () => undefined, outstanding: () => ({}), refresh: async () => {} },
    changed: () => {},
  } as unknown as Deps
  return { deps, funding: own, gate }
}
