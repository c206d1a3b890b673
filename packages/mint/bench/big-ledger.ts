// Ten million spent coins: how much slower a swap is, how long a restart takes, how long an audit; bench.ts runs it.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { auditLedger } from '../src/audit/run.ts'
import { parseConfig } from '../src/config.ts'
import { configFile, fullLoads, keysetOf, swapsReady, type Bench } from './one-mint.ts'
import { round, type Rate } from './rate.ts'
import { startMint } from './server.ts'

const rowsSmall = 10_000
const rowsBig = 10_000_000
const coinsPerSwap = 200
const swapsPerRun = 800

/**
 * Fills a ledger with swaps of 200 coins of 4 into 512, 256 and 32 that might have happened, so that an audit finds
 * nothing. Straight into the file, each table in its own order: over HTTP it would take hours.
 */
function fill(path: string, rows: number): void {
  const db = new DatabaseSync(path)
  const { id } = db.prepare('SELECT id FROM keysets WHERE number = 1').get() as { id: string }
  const signature = (amount: number, name: string) =>
    `'{"amount":${amount},"id":"${id}","C_":"02' || lower(hex(c${name})) || '","dleq":{"e":"' || lower(hex(e${name})) || '","s":"' || lower(hex(s${name})) || '"}}'`
  const parts: [number, string][] = [
    [32, '1'],
    [256, '2'],
    [512, '3'],
  ]
  const random = parts.map(
    ([, name]) => `randomblob(32) AS c${name}, randomblob(32) AS e${name}, randomblob(32) AS s${name}`,
  )
  const promises = parts.map(
    ([amount, name]) =>
      `INSERT INTO promises SELECT CAST(x'02' || randomblob(32) AS BLOB), 1, ${amount}, CAST(x'02' || c${name} AS BLOB), e${name}, s${name}, at FROM made;`,
  )
  db.exec(`
    PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576; PRAGMA foreign_keys = OFF;
    CREATE TEMP TABLE base AS SELECT coalesce(max(sequence), 0) AS before FROM operations;
    CREATE TEMP TABLE made AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows / coinsPerSwap})
      SELECT before + i AS at, ${random.join(', ')} FROM n, base;
    CREATE TEMP TABLE coins AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1})
      SELECT CAST(x'02' || randomblob(32) AS BLOB) AS y, before + 1 + i / ${coinsPerSwap} AS at FROM n, base;
    BEGIN;
    INSERT INTO operations SELECT at, randomblob(32), 'swap', 'usd', 1,
      '{"signatures":[' || ${parts.map(([amount, name]) => signature(amount, name)).join(" || ',' || ")} || ']}', 0 FROM made;
    ${promises.join('\n')}
    INSERT INTO spent SELECT 1, y, 4, at, NULL FROM coins ORDER BY y;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE)`)
  db.close()
}

async function rateAt(bench: Bench, rows: number): Promise<Rate & { firstAnswerMs: number; auditSeconds: number }> {
  const name = `rows-${rows}`
  const config = configFile(bench, name)
  const dataDir = join(bench.folder, name)
  await (await startMint({}, { core: 0, config })).stop()
  const startedMs = performance.now()
  fill(join(dataDir, 'ledger.db'), rows)
  bench.say(`[bench:mint] ${rows} spent coins written in ${round((performance.now() - startedMs) / 1000, 1)} s`)
  const mint = await startMint({}, { core: 0, config })
  let rate: Rate
  try {
    const keyset = await keysetOf(mint)
    const at = `swaps at ${rows} spent coins`
    const rates = await fullLoads(mint, { [at]: swapsReady(mint, keyset, swapsPerRun) }, bench.say)
    rate = rates[at] as Rate
  } finally {
    await mint.stop()
  }
  const report = await auditLedger(parseConfig({ dataDir }))
  if (report.findingsTotal > 0) throw new Error(`the audit found ${JSON.stringify(report.findings[0])}`)
  bench.say(
    `[bench:mint] audit of ${report.spent} spent coins: ${round(report.seconds, 1)} s; first answer after ${Math.round(mint.firstAnswerMs)} ms`,
  )
  return { ...rate, firstAnswerMs: mint.firstAnswerMs, auditSeconds: report.seconds }
}

/** Measures a small ledger and a big one. */
export async function figuresOfBigLedger(bench: Bench): Promise<Record<string, number>> {
  const small = await rateAt(bench, rowsSmall)
  const big = await rateAt(bench, rowsBig)
  return {
    bigLedgerRatio: round(big.perCpuSecond / small.perCpuSecond),
    bigLedgerWallRatio: round(big.perSecond / small.perSecond),
    restartFirstAnswerMs: Math.round(big.firstAnswerMs),
    auditSeconds: round(big.auditSeconds, 1),
  }
}
