// createMint(): the only file that wires the mint's parts together; server.ts, main.ts and tests call it.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { publicJwk, thumbprint } from '@tuppence/protocol'
import { accountFinder } from './accounts.ts'
import { createApp, type App } from './app.ts'
import { openPostgresBlobs } from './blobs/postgres.ts'
import { openSqliteBlobs } from './blobs/sqlite.ts'
import type { Blobs } from './blobs/port.ts'
import { startChore } from './chore.ts'
import { openClosing, type Closing } from './closing/closing.ts'
import type { MintConfig } from './config.ts'
import { openCurve } from './curve/open.ts'
import { openCurvePool, threadsHere } from './curve/pool.ts'
import type { CurveWork } from './curve/work.ts'
import type { Deps, GivenPorts } from './deps.ts'
import { startEpoch } from './epoch.ts'
import { fraudChore } from './fraud/watch.ts'
import { fundingMethods } from './funding/methods.ts'
import type { Funding } from './funding/port.ts'
import { deriveScalar, deriveSecret, openKeyring, type Keyring } from './keys.ts'
import { ed25519Key, ed25519Verifier } from './ed25519.ts'
import { createGroupCommit } from './ledger/group.ts'
import { openPostgresLedger } from './ledger/postgres.ts'
import { openSqliteLedger } from './ledger/sqlite.ts'
import type { Ledger } from './ledger/port.ts'
import { silentLog } from './log.ts'
import { resumeMelts } from './melt.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { openOffice, type Office } from './office/office.ts'
import type { Clock, Log, Ports } from './ports.ts'
import { payoutAdapters } from './payout/adapters.ts'
import { payoutChores } from './payout/chores.ts'
import { createRateLimit } from './rate.ts'
import { receiptSigner } from './receipts.ts'
import { masterSecret } from './secret-file.ts'
import { takeServeLock, waitForServeLock, type ServeLock } from './serve-lock.ts'
import { createHub, type Hub } from './watch/hub.ts'
import { stateOf } from './watch/state-of.ts'

/** How often the epoch's mark is brought up to the ledger. */
const noteEveryMs = 2000
/** How often is looked whether a keyset is half through its life. */
const rotateEveryMs = 60_000
/** How often is looked whether the mint is winding down: the command line may have said so. */
const closingEveryMs = 5_000
/** How often blobs that have expired are forgotten. */
const sweepEveryMs = 3_600_000
/** How often payments whose outcome is unknown are asked after. */
const resumeEveryMs = 10_000
/** How often funding methods look for what they were not told of. */
const fundingEveryMs = 60_000

/** A running mint, without its socket. */
export interface Mint {
  readonly app: App
  readonly ledger: Ledger
  readonly keyring: Keyring
  readonly metrics: Metrics
  readonly hub: Hub
  /** What its operations work with: the operator's listener has it, too. */
  readonly deps: Deps
  /** Answers what is in flight, refuses the rest, and closes the ledger. */
  close(): Promise<void>
}

/** What the mint opens before it can do anything: used alone by commands that do not serve. */
export interface Opened {
  readonly ledger: Ledger
  readonly keyring: Keyring
  readonly master: Uint8Array
  readonly ports: Ports
  readonly work: CurveWork
}

/** Ports with the real thing for whatever is left out. */
export function realPorts(given: GivenPorts = {}): Ports {
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
export async function openMint(
  config: MintConfig,
  given: GivenPorts = {},
  { isServing = false, closing }: { isServing?: boolean; closing?: Closing } = {},
): Promise<Opened> {
  const ports = realPorts(given)
  const ledger =
    config.databaseUrl === undefined
      ? openSqliteLedger({ path: join(config.dataDir, 'ledger.db'), nowMs: ports.clock.nowMs(), isServing })
      : await openPostgresLedger({ url: config.databaseUrl })
  try {
    const mayMake = (await ledger.keysets()).length === 0
    const master = masterSecret(join(config.dataDir, 'master.key'), ports.random.bytes, {
      mayMake,
      passphrase: config.keyPassphrase,
    })
    const work = openCurvePool(ports.curve, {
      threads: isServing ? (config.curveThreads ?? threadsHere()) : 0,
      log: ports.log,
    })
    const keyring = await openKeyring(
      {
        ledger,
        curve: ports.curve,
        work,
        clock: ports.clock,
        master,
        inputFeePpk: config.inputFeePpk,
        denominationCount: config.denominationCount,
        lifetimeSeconds: config.keysetLifetimeSeconds,
        closesAtMs: () => closing?.current()?.untilMs,
      },
      config.units,
    )
    return { ledger, keyring, master, ports, work }
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
  given: GivenPorts = {},
  url: string = config.url ?? `http://${config.host}:${config.port}`,
): Promise<Mint> {
  // On PostgreSQL, any number of mints serve one ledger beside each other.
  const lock = await lockFolder(config)
  const { office, closing, opened } = await openAll(config, given).catch((error: unknown) => {
    lock.release()
    throw error
  })
  const { ledger, keyring, master, ports, work } = opened
  let blobs: Blobs | undefined
  const end = async () => {
    await work.close()
    await blobs?.close()
    await office.close()
    await ledger.close()
    lock.release()
  }
  try {
    const epoch = await startEpoch(ledger, config.epochFile ?? join(config.dataDir, 'ledger.epoch'), {
      mayJoin: config.databaseUrl !== undefined,
    })
    blobs = await openBlobs(config)
    const checkpoints = ed25519Key(deriveSecret(master, 'checkpoint/0'))
    await putAccounts(config, ledger, ports.clock)
    const { submit, drained, waiting } = createGroupCommit((batch) => ledger.commit(batch), config.limits)
    const metrics = createMetrics()
    const hub = createHub((watched, id) => stateOf(deps, watched, id))
    const deps: Deps = {
      ...ports,
      config,
      url,
      identity: ports.curve.publicKey(deriveScalar(master, 'identity', ports.curve)),
      ledger,
      blobs,
      office,
      closing,
      submit,
      keyring,
      receipts: await receiptSigner(master),
      verifyEd25519: ed25519Verifier(),
      findAccount: accountFinder(ledger),
      metrics,
      depositRate: createRateLimit(config.limits.depositsPerMinute),
      funding: fundingOf(config, master, { ...given, ...ports }),
      payouts: new Map([...payoutAdapters(config, office), ...(given.payouts ?? [])]),
      changed: hub.changed,
    }
    await resumeMelts(deps)
    const app = createApp(deps)
    showGauges(metrics, { inFlight: app.inFlight, waiting })
    const checkpoint = () => Promise.all([ledger.checkpoint((text) => checkpoints.sign(text)), epoch.note()])
    const chores = startChores(deps, checkpoint)
    const stop = async () => {
      for (const stopChore of chores) stopChore()
      hub.close()
      await app.drain()
      await drained()
      // A mark that cannot be written keeps an older one, which is safe; the ledger is closed all the same.
      await checkpoint().finally(end)
    }
    let stopped: Promise<void> | undefined
    return { app, ledger, keyring, metrics, hub, deps, close: () => (stopped ??= stop()) }
  } catch (error) {
    await end()
    throw error
  }
}

function fundingOf(config: MintConfig, master: Uint8Array, given: GivenPorts & Pick<Ports, 'clock'>): Deps['funding'] {
  const { clock, send, funding = [] } = given
  return new Map([...fundingMethods(config, { master, clock, send }), ...funding])
}

/** The office first: it knows whether the mint is winding down, and the keys depend on that. */
async function openAll(
  config: MintConfig,
  given: GivenPorts,
): Promise<{ office: Office; closing: Closing; opened: Opened }> {
  const office = await openOffice(config)
  try {
    const closing = await openClosing(office)
    const opened = await openMint(config, given, { isServing: true, closing })
    await closing.refresh(opened.ledger)
    return { office, closing, opened }
  } catch (error) {
    await office.close()
    throw error
  }
}

/** What is done now and then. @returns Ends each. */
function startChores(deps: Deps, checkpoint: () => Promise<unknown>): (() => void)[] {
  const { log, keyring, blobs, clock } = deps
  return [
    startChore(log, { event: 'epoch-not-noted', everyMs: noteEveryMs }, checkpoint),
    startChore(log, { event: 'closing-not-read', everyMs: closingEveryMs }, () => deps.closing.refresh(deps.ledger)),
    startChore(log, { event: 'melts-not-resumed', everyMs: resumeEveryMs }, () => resumeMelts(deps)),
    ...[...deps.funding.values()].flatMap((funding) => fundingChore(deps, funding)),
    ...payoutChores(deps),
    fraudChore(deps),
    startChore(log, { event: 'keys-not-rotated', everyMs: rotateEveryMs }, () => keyring.rotateDue()),
    startChore(log, { event: 'blobs-not-swept', everyMs: sweepEveryMs }, () =>
      blobs.sweep(Math.floor(clock.nowMs() / 1000)),
    ),
  ]
}

/** What a funding method left undone is done at the start, which does not wait for it, and now and then. */
function fundingChore(deps: Deps, { method, resume }: Funding): (() => void)[] {
  if (resume === undefined) return []
  const event = `funding-not-resumed-${method}`
  resume(deps).catch(() => deps.log('warn', event))
  return [startChore(deps.log, { event, everyMs: fundingEveryMs }, () => resume(deps))]
}

function showGauges(metrics: Metrics, { inFlight, waiting }: { inFlight: () => number; waiting: () => number }): void {
  metrics.gauge('tuppence_mint_in_flight', 'Requests being answered.', inFlight)
  metrics.gauge('tuppence_mint_queue', 'Operations waiting for the ledger.', waiting)
  metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
}

async function lockFolder({ databaseUrl, dataDir, takeOver }: MintConfig): Promise<ServeLock> {
  if (databaseUrl !== undefined) return { release: () => {} }
  return takeOver ? waitForServeLock(dataDir) : takeServeLock(dataDir)
}

async function openBlobs({ databaseUrl, dataDir }: MintConfig): Promise<Blobs> {
  return databaseUrl === undefined ? openSqliteBlobs(join(dataDir, 'blobs.db')) : openPostgresBlobs(databaseUrl)
}

async function putAccounts(config: MintConfig, ledger: Ledger, clock: Clock): Promise<void> {
  for (const { id, name, publicKey } of config.accounts) {
    const keyId = await thumbprint(publicJwk(publicKey))
    await ledger.putAccount({ id, name: name ?? id, publicKey, keyId, createdAtMs: clock.nowMs() })
  }
}
