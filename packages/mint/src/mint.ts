// createMint(): the only file that wires the mint's parts together; server.ts, main.ts and tests call it.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { isTuppenceError, publicJwk, thumbprint, TuppenceError } from '@tuppence/protocol'
import { createApp, type App } from './app.ts'
import type { MintConfig } from './config.ts'
import { openCurve } from './curve/open.ts'
import type { Deps } from './deps.ts'
import { startEpoch } from './epoch.ts'
import type { Funding } from './funding/port.ts'
import { testFunding } from './funding/test.ts'
import { deriveScalar, deriveSecret, openKeyring, type Keyring } from './keys.ts'
import { ed25519Key, ed25519Verifier } from './ed25519.ts'
import { createGroupCommit } from './ledger/group.ts'
import { openPostgresLedger } from './ledger/postgres.ts'
import { openSqliteLedger } from './ledger/sqlite.ts'
import type { Ledger } from './ledger/port.ts'
import { silentLog } from './log.ts'
import { resumeMelts } from './melt.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { Clock, Log, Ports } from './ports.ts'
import { createRateLimit } from './rate.ts'
import { receiptSigner } from './receipts.ts'
import { masterSecret } from './secret-file.ts'
import { takeServeLock } from './serve-lock.ts'

/** How often the epoch's mark is brought up to the ledger. */
const noteEveryMs = 2000
/** How often payments whose outcome is unknown are asked after. */
const resumeEveryMs = 10_000

/** A running mint, without its socket. */
export interface Mint {
  readonly app: App
  readonly ledger: Ledger
  readonly keyring: Keyring
  readonly metrics: Metrics
  /** Answers what is in flight, refuses the rest, and closes the ledger. */
  close(): Promise<void>
}

/** What the mint opens before it can do anything: used alone by commands that do not serve. */
export interface Opened {
  readonly ledger: Ledger
  readonly keyring: Keyring
  readonly master: Uint8Array
  readonly ports: Ports
}

/** Ports with the real thing for whatever is left out. */
export function realPorts(given: Partial<Ports> = {}): Ports {
  const log: Log = given.log ?? silentLog
  return {
    clock: given.clock ?? { nowMs: () => Date.now() },
    random: given.random ?? { bytes: (count) => Uint8Array.from(randomBytes(count)) },
    log,
    curve: given.curve ?? openCurve((reason) => log('warn', 'curve-portable', { reason })),
  }
}

/**
 * Opens ledger and keys.
 *
 * @throws {TuppenceError} `storage-corrupt`, `key-file-invalid`; {Error} The database cannot be opened.
 */
export async function openMint(config: MintConfig, given: Partial<Ports> = {}): Promise<Opened> {
  const ports = realPorts(given)
  const ledger =
    config.databaseUrl === undefined
      ? openSqliteLedger({ path: join(config.dataDir, 'ledger.db'), nowMs: ports.clock.nowMs() })
      : await openPostgresLedger({ url: config.databaseUrl })
  try {
    const mayMake = (await ledger.keysets()).length === 0
    const master = masterSecret(join(config.dataDir, 'master.key'), ports.random.bytes, {
      mayMake,
      passphrase: config.keyPassphrase,
    })
    const keyring = await openKeyring(
      { ledger, curve: ports.curve, clock: ports.clock, master, inputFeePpk: config.inputFeePpk },
      config.units,
    )
    return { ledger, keyring, master, ports }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

/**
 * Makes a mint: `app.fetch` answers requests, `close` ends it.
 *
 * @param config - Checked by parseConfig.
 * @param url - Public URL; defaults to the configuration's, else to host and port.
 */
export async function createMint(
  config: MintConfig,
  given: Partial<Ports> = {},
  url: string = config.url ?? `http://${config.host}:${config.port}`,
): Promise<Mint> {
  // On PostgreSQL, any number of mints serve one ledger beside each other.
  const lock = config.databaseUrl === undefined ? takeServeLock(config.dataDir) : { release: () => {} }
  const { ledger, keyring, master, ports } = await openMint(config, given).catch((error: unknown) => {
    lock.release()
    throw error
  })
  const end = async () => {
    await ledger.close()
    lock.release()
  }
  try {
    const epoch = await startEpoch(ledger, config.epochFile ?? join(config.dataDir, 'ledger.epoch'), {
      mayJoin: config.databaseUrl !== undefined,
    })
    const checkpoints = ed25519Key(deriveSecret(master, 'checkpoint/0'))
    await putAccounts(config, ledger, ports.clock)
    const { submit, drained, waiting } = createGroupCommit((batch) => ledger.commit(batch), config.limits)
    const metrics = createMetrics()
    const deps: Deps = {
      ...ports,
      config,
      url,
      identity: ports.curve.publicKey(deriveScalar(master, 'identity', ports.curve)),
      ledger,
      submit,
      keyring,
      receipts: await receiptSigner(master),
      verifyEd25519: ed25519Verifier(),
      metrics,
      depositRate: createRateLimit(config.limits.depositsPerMinute),
      funding: new Map([...fundingMethods(config), ...(given.funding ?? [])]),
    }
    await resumeMelts(deps)
    const app = createApp(deps)
    metrics.gauge('tuppence_mint_in_flight', 'Requests being answered.', app.inFlight)
    metrics.gauge('tuppence_mint_queue', 'Operations waiting for the ledger.', waiting)
    metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
    const noteTimer = setInterval(() => {
      const sign = (text: string) => checkpoints.sign(text)
      Promise.all([ledger.checkpoint(sign), epoch.note()]).catch((error: unknown) =>
        ports.log('error', 'epoch-not-noted', { reason: nameOf(error) }),
      )
    }, noteEveryMs)
    const meltTimer = setInterval(() => {
      resumeMelts(deps).catch((error: unknown) => ports.log('error', 'melts-not-resumed', { reason: nameOf(error) }))
    }, resumeEveryMs)
    for (const timer of [noteTimer, meltTimer]) timer.unref()
    const stop = async () => {
      clearInterval(noteTimer)
      clearInterval(meltTimer)
      await app.drain()
      await drained()
      // A mark that cannot be written keeps an older one, which is safe; the ledger is closed all the same.
      await Promise.all([ledger.checkpoint((text) => checkpoints.sign(text)), epoch.note()]).finally(end)
    }
    let stopped: Promise<void> | undefined
    return { app, ledger, keyring, metrics, close: () => (stopped ??= stop()) }
  } catch (error) {
    await end()
    throw error
  }
}

function nameOf(error: unknown): string {
  return isTuppenceError(error) ? error.code : error instanceof Error ? error.name : typeof error
}

function fundingMethods(config: MintConfig): ReadonlyMap<string, Funding> {
  const methods = new Map<string, Funding>()
  const { test } = config.funding
  if (test?.enabled === true) {
    const { minAmount, maxAmount } = test
    if (minAmount > maxAmount)
      throw new TuppenceError('config-invalid', { details: { field: 'funding.test.minAmount' } })
    methods.set('test', testFunding({ minAmount, maxAmount, units: config.units }))
  }
  return methods
}

async function putAccounts(config: MintConfig, ledger: Ledger, clock: Clock): Promise<void> {
  for (const { id, name, publicKey } of config.accounts) {
    const keyId = await thumbprint(publicJwk(publicKey))
    await ledger.putAccount({ id, name: name ?? id, publicKey, keyId, createdAtMs: clock.nowMs() })
  }
}
