// The mint's configuration: a JSON file, then TUPPENCE_MINT_* over it; main.ts reads it, createMint takes the result.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { accountIdSchema, base64UrlDecode, limits, TuppenceError, unitSchema } from '@tuppence/protocol'
import { feesSchema } from './costs/config.ts'
import { peopleSchema } from './operator/people.ts'
import { cardSchema, withFilesFrom } from './funding/stripe/config.ts'
import { transferSchema } from './funding/transfer/config.ts'
import { fraudSchema } from './fraud/settings.ts'
import { payoutSchema } from './payout/config.ts'

const count = (min: number, max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))

/** A raw Ed25519 public key, base64url. */
export const accountKeySchema = v.pipe(
  v.string(),
  v.check((text) => {
    try {
      return base64UrlDecode(text).length === 32
    } catch {
      return false
    }
  }, '32 bytes of base64url expected'),
)

const urlSchema = v.pipe(
  v.string(),
  v.url(),
  v.check((text) => /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(text), 'http(s) URL without query or user expected'),
  v.transform((text) => text.replace(/\/+$/, '')),
)

const configSchema = v.strictObject({
  /** Port to listen on; 0 lets the system choose. */
  port: v.optional(count(0, 65_535), 4043),
  host: v.optional(v.pipe(v.string(), v.nonEmpty()), '127.0.0.1'),
  /** Takes over from a mint that serves the same folder and port, once that ends: both must have been started so. */
  takeOver: v.optional(v.boolean(), false),
  /** Public URL: it goes into receipts and /v1/info, and signed requests name its host. */
  url: v.optional(urlSchema),
  /** Ledger and keys; relative to the configuration file. */
  dataDir: v.optional(v.pipe(v.string(), v.nonEmpty()), '.data/mint'),
  /** PostgreSQL for the ledger, `postgres://...`; without it the ledger is a file in dataDir. */
  databaseUrl: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => /^postgres(ql)?:\/\/./.test(text), 'postgres:// URL expected'),
    ),
  ),
  /** Where the ledger's epoch is kept; it must lie outside database and backups (S9). Default: in dataDir. */
  epochFile: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /** Seals the master secret on the disk. Give it by the environment, not in the file. */
  keyPassphrase: v.optional(v.pipe(v.string(), v.minLength(12))),
  /** The operator's listener: metrics, position, key rotation. Without it there is none. */
  admin: v.optional(
    v.strictObject({
      port: v.optional(count(0, 65_535), 4044),
      host: v.optional(v.pipe(v.string(), v.nonEmpty()), '127.0.0.1'),
      token: v.pipe(v.string(), v.minLength(32)),
      /** Where people reach it, if not at its port: https makes the sign-in's cookie one of https alone. */
      url: v.optional(urlSchema),
      /** Who may use the operator's pages, /operator; without anybody there are none. */
      people: v.optional(peopleSchema, []),
    }),
  ),
  name: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)), 'Tuppence mint'),
  description: v.optional(v.pipe(v.string(), v.maxLength(500))),
  units: v.optional(v.pipe(v.array(unitSchema), v.minLength(1), v.maxLength(16)), ['usd']),
  /** Fee per thousand inputs of keysets made from now on. */
  inputFeePpk: v.optional(count(0, 100_000), 0),
  /** Denominations of keysets made from now on: 1, 2, 4 ... */
  denominationCount: v.optional(count(1, 32), 16),
  /** How long the coins of keysets made from now on are good; a keyset is replaced when half of that is over. For ever by default. */
  keysetLifetimeSeconds: v.optional(count(60, 1_000_000_000)),
  funding: v.optional(
    v.strictObject({
      /** Test money: anyone may say that a quote is paid. Never where coins are worth anything. */
      test: v.optional(
        v.strictObject({
          enabled: v.boolean(),
          minAmount: v.optional(count(1, limits.amountMax), 1),
          maxAmount: v.optional(count(1, limits.amountMax), 100_000),
        }),
      ),
      /** Lightning (NUT-23) without a network, for tests: its invoices are paid by nobody after a moment. Never for real money. */
      fakeLightning: v.optional(
        v.strictObject({
          enabled: v.boolean(),
          delayMs: v.optional(count(0, 600_000), 1000),
          /** What one minor unit of each unit is worth, in millisatoshi. */
          msatPer: v.optional(v.record(unitSchema, count(1, 1_000_000_000)), { sat: 1000 }),
          minAmount: v.optional(count(1, limits.amountMax), 1),
          maxAmount: v.optional(count(1, limits.amountMax), 10_000_000),
        }),
      ),
      /** Cards by Stripe Checkout. */
      card: v.optional(cardSchema),
      /** Prepaid vouchers. Amounts: least and most that one is worth. */
      voucher: v.optional(
        v.strictObject({
          enabled: v.boolean(),
          minAmount: v.optional(count(1, limits.amountMax), 100),
          maxAmount: v.optional(count(1, limits.amountMax), 100_000),
        }),
      ),
      /** Bank transfers with a reference, credited from the bank's statements. */
      transfer: v.optional(transferSchema),
    }),
    {},
  ),
  /** What the operator pays to move money, and keeps for it. */
  fees: v.optional(feesSchema, {}),
  /** Modes and thresholds of the rules against fraud. */
  fraud: v.optional(fraudSchema, {}),
  /** Who of the publishers is paid, when and how. */
  payout: v.optional(payoutSchema, {}),
  /** What wallets may keep here, encrypted: so many characters in all. */
  blobs: v.optional(v.strictObject({ charsMax: v.optional(count(0, 1_000_000_000_000), 1_000_000_000) }), {}),
  /** Threads for curve arithmetic; by default as many as there are cores, none where there is one. */
  curveThreads: v.optional(count(0, 64)),
  /** How long a quote can be paid. */
  quoteLifetimeSeconds: v.optional(count(1, 31_536_000), 3600),
  /** For how many years records of payments are kept when a publisher is forgotten: what your bookkeeping law asks for. */
  recordsKeptYears: v.optional(count(0, 30), 10),
  accounts: v.optional(
    v.array(
      v.strictObject({
        id: accountIdSchema,
        name: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(100))),
        publicKey: accountKeySchema,
      }),
    ),
    [],
  ),
  logLevel: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent']), 'info'),
  limits: v.optional(
    v.strictObject({
      /** Requests being answered at once; more get 503 with Retry-After. */
      inFlightMax: v.optional(count(1, 100_000), 1024),
      /** Once the oldest of them has waited this long, more get 503, so that nobody waits much longer. */
      waitMaxMs: v.optional(count(10, 600_000), 150),
      /** Operations waiting for the ledger; more get 503 with Retry-After. */
      queueMax: v.optional(count(1, 100_000), 2048),
      batchMax: v.optional(count(1, 10_000), 256),
      /** Requests a minute from one address, and quotes among them (each costs a row); 0 is no limit. */
      requestsPerMinute: v.optional(count(0, 1_000_000), 1200),
      quotesPerMinute: v.optional(count(0, 1_000_000), 60),
      /** Blobs written a minute from one address. */
      blobsPerMinute: v.optional(count(0, 1_000_000), 30),
      /** Deposits a minute of one publisher. */
      depositsPerMinute: v.optional(count(0, 10_000_000), 60_000),
      /** Whether addresses of the machine itself and of private networks are limited too: tills and proxies come from there. */
      countLocal: v.optional(v.boolean(), false),
      /** Whether a proxy in front says who comes, in X-Forwarded-For; its last address counts. */
      behindProxy: v.optional(v.boolean(), false),
      inputsMax: v.optional(count(1, limits.itemsReadMax), limits.inputsMax),
      outputsMax: v.optional(count(1, limits.itemsReadMax), limits.outputsMax),
      bodyBytesMax: v.optional(count(1024, 1_048_576), limits.bodyBytesMax),
      headersTimeoutMs: v.optional(count(100, 600_000), 10_000),
      requestTimeoutMs: v.optional(count(100, 600_000), 20_000),
    }),
    {},
  ),
})

/** Configuration as written: everything has a default. */
export type MintConfigInput = v.InferInput<typeof configSchema>

/** Configuration as checked, defaults filled in. */
export type MintConfig = v.InferOutput<typeof configSchema>

/**
 * Checks a configuration.
 *
 * @throws {TuppenceError} `config-invalid`; `details.field` names the field, an unknown one too.
 */
export function parseConfig(input: MintConfigInput | unknown): MintConfig {
  const parsed = v.safeParse(configSchema, input)
  if (!parsed.success) throw invalid(parsed.issues[0])
  const duplicate =
    firstDuplicate(parsed.output.accounts.map((account) => account.id)) ?? firstDuplicate(parsed.output.units)
  if (duplicate !== undefined) throw configError('accounts or units', `${duplicate} comes twice`)
  return parsed.output
}

const environmentPrefix = 'TUPPENCE_MINT_'

/** Environment variable (less its prefix) to where it goes, and how its text is read. */
const environmentFields: Record<string, { path: readonly string[]; read: (text: string) => unknown }> = {
  PORT: { path: ['port'], read: readNumber },
  HOST: { path: ['host'], read: String },
  URL: { path: ['url'], read: String },
  TAKE_OVER: { path: ['takeOver'], read: (text) => ({ true: true, false: false })[text] ?? text },
  DATA_DIR: { path: ['dataDir'], read: String },
  DATABASE_URL: { path: ['databaseUrl'], read: String },
  KEY_PASSPHRASE: { path: ['keyPassphrase'], read: String },
  ADMIN_PORT: { path: ['admin', 'port'], read: readNumber },
  ADMIN_HOST: { path: ['admin', 'host'], read: String },
  ADMIN_TOKEN: { path: ['admin', 'token'], read: String },
  EPOCH_FILE: { path: ['epochFile'], read: String },
  NAME: { path: ['name'], read: String },
  UNITS: { path: ['units'], read: (text) => text.split(',').map((unit) => unit.trim()) },
  PAYOUT_STRIPE_KEY: { path: ['payout', 'stripeConnect', 'secretKey'], read: String },
  INPUT_FEE_PPK: { path: ['inputFeePpk'], read: readNumber },
  FUNDING_TEST_ENABLED: {
    path: ['funding', 'test', 'enabled'],
    read: (text) => ({ true: true, false: false })[text] ?? text,
  },
  CARD_SECRET_KEY: { path: ['funding', 'card', 'secretKey'], read: String },
  CARD_WEBHOOK_SECRET: { path: ['funding', 'card', 'webhookSecret'], read: String },
  CURVE_THREADS: { path: ['curveThreads'], read: readNumber },
  LOG_LEVEL: { path: ['logLevel'], read: String },
}

/**
 * Reads the configuration file, if one is named, and the environment over it.
 *
 * @throws {TuppenceError} `config-unreadable`, `config-invalid`.
 */
export function loadConfig({
  file,
  preset = {},
  env,
  cwd,
}: {
  file?: string | undefined
  /** What holds where file and environment say nothing. */
  preset?: Readonly<Record<string, unknown>>
  env: Readonly<Record<string, string | undefined>>
  cwd: string
}): MintConfig {
  const path = file === undefined ? undefined : resolve(cwd, file)
  const written = path === undefined ? {} : readJson(path)
  refuseSecrets(written)
  const raw = { ...preset, ...written }
  // The name that every platform gives it; the mint's own name for it wins.
  if (env['DATABASE_URL'] !== undefined) assign(raw, ['databaseUrl'], env['DATABASE_URL'])
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(environmentPrefix) || text === undefined) continue
    const field = environmentFields[name.slice(environmentPrefix.length)]
    if (field === undefined) throw configError(name, 'unknown environment variable')
    assign(raw, field.path, field.read(text))
  }
  const config = parseConfig(raw)
  const base = path === undefined ? cwd : dirname(path)
  return {
    ...config,
    dataDir: resolve(env[`${environmentPrefix}DATA_DIR`] === undefined ? base : cwd, config.dataDir),
    ...(config.epochFile === undefined ? {} : { epochFile: resolve(base, config.epochFile) }),
    ...(config.funding.card === undefined
      ? {}
      : { funding: { ...config.funding, card: withFilesFrom(base, config.funding.card) } }),
  }
}

/** Secrets of a processor stand in files of their own or in the environment: this file is copied and shown. */
function refuseSecrets(written: Record<string, unknown>): void {
  const card = (written['funding'] as { card?: Record<string, unknown> } | undefined)?.card
  const field = ['secretKey', 'webhookSecret'].find((name) => card?.[name] !== undefined)
  if (field !== undefined)
    throw configError(`funding.card.${field}`, `name a file, ${field}File, or use the environment`)
}

function readJson(path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new TuppenceError('config-unreadable', { cause, details: { file: path }, message: `cannot read ${path}` })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw configError('(whole file)', 'object expected')
  return value as Record<string, unknown>
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = target
  for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>
  at[path.at(-1) as string] = value
}

function readNumber(text: string): unknown {
  return /^\d+$/.test(text) ? Number(text) : text
}

function firstDuplicate(values: readonly string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index)
}

function invalid(issue: v.BaseIssue<unknown>): TuppenceError {
  return configError(
    v.getDotPath(issue) ?? '(whole)',
    issue.type === 'strict_object' ? 'unknown or missing field' : issue.message,
  )
}

function configError(field: string, reason: string): TuppenceError {
  return new TuppenceError('config-invalid', { details: { field, reason }, message: `config: ${field}: ${reason}` })
}
