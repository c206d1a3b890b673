// What `tuppence-mint` does for each of its commands; main.ts runs it.

import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { accountIdSchema, isTuppenceError, publicJwk, thumbprint, TuppenceError } from '@tuppence/protocol'
import { auditLedger } from './audit/run.ts'
import type { ProcessLike } from './command-part.ts'
import { partOptions, partUsage, runPart } from './command-parts.ts'
import { backupLedger, restoreLedger } from './backup.ts'
import { accountKeySchema, loadConfig, type MintConfig } from './config.ts'
import { version } from './info.ts'
import { jsonLog } from './log.ts'
import { openMint } from './mint.ts'
import { presetOf } from './presets.ts'
import { masterSecret, secretText, writePrivate } from './secret-file.ts'
import { serveMint } from './server.ts'

const usage = `tuppence-mint ${version}

  tuppence-mint serve [--config mint.json] [--preset interop] [--take-over]
  tuppence-mint account add <id> --key <Ed25519 public key, base64url> [--name N] [--config mint.json]
  tuppence-mint account list [--config mint.json]
  tuppence-mint keys rotate [--unit usd] [--config mint.json]
  tuppence-mint keys seal [--config mint.json]   (from TUPPENCE_MINT_KEY_PASSPHRASE to NEW_KEY_PASSPHRASE)
  tuppence-mint audit [--config mint.json]
  tuppence-mint backup <file> [--config mint.json]
  tuppence-mint restore <file> [--accept-loss] [--config mint.json]
${partUsage}
Every setting can be given as TUPPENCE_MINT_*; see the README.
`

/** Runs a command. @returns The exit code: 0 done, 1 failed, 2 not understood. */
export async function runCommand(argv: readonly string[], proc: ProcessLike): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        key: { type: 'string' },
        name: { type: 'string' },
        unit: { type: 'string' },
        preset: { type: 'string' },
        'take-over': { type: 'boolean' },
        'accept-loss': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...partOptions,
      },
    })
    if (values.help === true || positionals.length === 0) {
      proc.stdout.write(usage)
      return values.help === true ? 0 : 2
    }
    const preset = values.preset === undefined ? {} : presetOf(values.preset)
    const loaded = loadConfig({ file: values.config, preset, env: proc.env, cwd: proc.cwd() })
    const config = values['take-over'] === true ? { ...loaded, takeOver: true } : loaded
    const [noun, verb, id] = positionals
    if (noun === 'serve' && verb === undefined) return await serve(config, proc)
    if (noun === 'account' && verb === 'add')
      return await addAccount(config, proc, { id, key: values.key, name: values.name })
    if (noun === 'account' && verb === 'list') return await listAccounts(config, proc)
    if (noun === 'audit' && verb === undefined) return await runAudit(config, proc)
    if (noun === 'backup' && verb !== undefined) return backup(config, proc, resolve(proc.cwd(), verb))
    if (noun === 'restore' && verb !== undefined)
      return await restore(config, proc, resolve(proc.cwd(), verb), values['accept-loss'] === true)
    if (noun === 'keys' && verb === 'seal') return sealKey(config, proc)
    if (noun === 'keys' && verb === 'rotate') return await rotateKeys(config, proc, values.unit)
    const done = await runPart({ words: positionals, values, config, proc })
    if (done !== undefined) return done
    proc.stderr.write(usage)
    return 2
  } catch (error) {
    proc.stderr.write(`tuppence-mint: ${error instanceof Error ? error.message : String(error)}\n`)
    return isTuppenceError(error) || !(error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ? 1 : 2
  }
}

async function serve(config: MintConfig, proc: ProcessLike): Promise<number> {
  const log = jsonLog({ level: config.logLevel, write: (line) => proc.stdout.write(line), nowMs: () => Date.now() })
  const mint = await serveMint(config, { log })
  proc.stdout.write(
    `${JSON.stringify({ event: 'listening', url: mint.url, publicUrl: config.url ?? mint.url, port: mint.port, units: config.units, testMoney: config.funding.test?.enabled === true })}\n`,
  )
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) proc.once(name, () => resolve(name))
  })
  log('info', 'stopping', { signal })
  await mint.close()
  log('info', 'stopped')
  return 0
}

async function addAccount(
  config: MintConfig,
  proc: ProcessLike,
  { id, key, name }: { id: string | undefined; key: string | undefined; name: string | undefined },
): Promise<number> {
  const parsed = v.safeParse(v.object({ id: accountIdSchema, key: accountKeySchema }), { id, key })
  if (!parsed.success) {
    proc.stderr.write(`tuppence-mint: account add: ${parsed.issues[0].message}\n`)
    return 2
  }
  const { ledger, ports } = await openMint(config)
  try {
    const account = parsed.output
    const keyId = await thumbprint(publicJwk(account.key))
    await ledger.putAccount({
      id: account.id,
      name: name ?? account.id,
      publicKey: account.key,
      keyId,
      createdAtMs: ports.clock.nowMs(),
    })
    proc.stdout.write(`${JSON.stringify({ event: 'account', id: account.id, keyId })}\n`)
    return 0
  } finally {
    await ledger.close()
  }
}

async function listAccounts(config: MintConfig, proc: ProcessLike): Promise<number> {
  const { ledger } = await openMint(config)
  try {
    for (const { id, name, keyId } of await ledger.accounts()) {
      const balances = await ledger.balances(`publisher:${id}`)
      proc.stdout.write(
        `${JSON.stringify({ id, name, keyId, balances: Object.fromEntries(balances.map(({ unit, balance }) => [unit, balance])) })}\n`,
      )
    }
    return 0
  } finally {
    await ledger.close()
  }
}

/** Seals the master secret under another passphrase, or for the first time; an empty one unseals it. */
function sealKey(config: MintConfig, proc: ProcessLike): number {
  const next = proc.env['NEW_KEY_PASSPHRASE']
  if (next === undefined || (next !== '' && next.length < 12)) {
    proc.stderr.write('tuppence-mint: keys seal: give NEW_KEY_PASSPHRASE, of at least 12 characters\n')
    return 2
  }
  const path = join(config.dataDir, 'master.key')
  const makeNone = () => new Uint8Array(32)
  const secret = masterSecret(path, makeNone, { mayMake: false, passphrase: config.keyPassphrase })
  writePrivate(path, secretText(secret, next === '' ? undefined : next))
  proc.stdout.write(`${JSON.stringify({ event: 'sealed', file: path })}\n`)
  return 0
}

/** Prints each finding and a last line of counts. @returns 0 when there are none. */
async function runAudit(config: MintConfig, proc: ProcessLike): Promise<number> {
  const { findings, ...counts } = await auditLedger(config)
  for (const finding of findings) proc.stdout.write(`${JSON.stringify({ event: 'finding', ...finding })}\n`)
  proc.stdout.write(`${JSON.stringify({ event: 'audited', ...counts })}\n`)
  return counts.findingsTotal === 0 ? 0 : 1
}

/** PostgreSQL has better ways of its own, which know of its log and its standbys. */
function refusePostgres(config: MintConfig): void {
  if (config.databaseUrl === undefined) return
  throw new TuppenceError('config-invalid', {
    details: { field: 'databaseUrl' },
    message: 'backup and restore are for a ledger in a file; PostgreSQL has pg_basebackup, see docs/mint-operations.md',
  })
}

function backup(config: MintConfig, proc: ProcessLike, file: string): number {
  refusePostgres(config)
  proc.stdout.write(`${JSON.stringify({ event: 'backed-up', file, ...backupLedger(config, file) })}\n`)
  return 0
}

async function restore(config: MintConfig, proc: ProcessLike, file: string, acceptLoss: boolean): Promise<number> {
  refusePostgres(config)
  const restored = await restoreLedger(config, file, { acceptLoss, nowMs: Date.now() })
  proc.stdout.write(`${JSON.stringify({ event: 'restored', file, ...restored })}\n`)
  return 0
}

async function rotateKeys(config: MintConfig, proc: ProcessLike, unit: string | undefined): Promise<number> {
  const units = unit === undefined ? config.units : [unit]
  if (unit !== undefined && !config.units.includes(unit)) {
    proc.stderr.write(`tuppence-mint: keys rotate: the mint has no unit ${unit}\n`)
    return 2
  }
  const { ledger, keyring } = await openMint(config)
  try {
    for (const each of units) {
      const { row } = await keyring.rotate(each)
      proc.stdout.write(`${JSON.stringify({ event: 'rotated', unit: each, keyset: row.id })}\n`)
    }
    return 0
  } finally {
    await ledger.close()
  }
}
