// `npm test`: every check in order, each with its time; ends with a line of counts. CI runs the same.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages, buildSites } from './build.ts'
import { findChromium } from './chromium.ts'
import { closingLines, countPlaywright, countVitest, type Counts } from './counts.ts'
import { inspectPackages } from './packages.ts'
import { root, runProgram, runSource } from './program.ts'

const reports = join(root, '.tmp', 'reports')
const unitReport = join(reports, 'unit.json')
const e2eReport = join(reports, 'e2e.json')
const bin = (name: string) => `node_modules/.bin/${name}`

type Step = { name: string; says: string; needs?: string[]; run: () => Promise<number> }

const steps: Step[] = [
  { name: 'format', says: 'is every file the way oxfmt writes it?', run: () => runProgram(bin('oxfmt'), ['--check']) },
  { name: 'lint', says: 'the arrows between packages, and the rest', run: () => runProgram(bin('oxlint'), []) },
  { name: 'types', says: 'tsc -b', run: () => buildPackages() },
  { name: 'build', says: 'the wallet origin and the embed script', needs: ['types'], run: () => buildSites() },
  {
    name: 'size',
    says: 'bytes after gzip -9 against their budgets',
    needs: ['build'],
    run: () => runProgram(process.execPath, ['scripts/size.ts']),
  },
  {
    name: 'unit',
    says: 'unit, property, vector and interop tests',
    run: async () => {
      await findChromium()
      return runProgram(bin('vitest'), [
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${unitReport}`,
      ])
    },
  },
  {
    name: 'sim',
    // One known seed: a fresh one may find something new, which is work for a person, not a reason to hold a change up.
    says: '5,000 simulated streets of wallets under crashes and faults: not a cent lost or made',
    run: () => runSource('packages/core/sim/main.ts', ['--runs=5000', '--seed=tuppence', '--json']),
  },
  {
    name: 'sim:funding',
    says: '100 orders of what a card processor tells, with crashes and disputes: the ledger is right in each',
    run: () => runSource('packages/mint/sim/main.ts', ['--runs=100', '--postgres=0', '--json']),
  },
  {
    name: 'packages',
    says: 'publint and are-the-types-wrong on the packed packages',
    needs: ['types'],
    run: inspectPackages,
  },
  {
    name: 'knip',
    says: 'files, exports and dependencies that nobody uses',
    run: () => runProgram(bin('knip'), ['--no-config-hints']),
  },
  {
    name: 'e2e',
    says: 'the built demo in Chromium, third-party cookies allowed and blocked',
    needs: ['build'],
    run: async () => {
      await findChromium()
      const args = ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json']
      return runProgram(bin('playwright'), args, { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: e2eReport } })
    },
  },
]

/** Runs one named step and prints its time. @returns the step's exit status. */
export async function runStep(name: string, run: () => Promise<number>): Promise<number> {
  const startedMs = performance.now()
  let status: number
  try {
    status = await run()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    status = 1
  }
  console.log(
    `[tuppence] ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  )
  return status
}

/**
 * Runs every step, or those named (`npm test -- lint unit`). A step that fails does not stop the others, except those
 * that need what it makes.
 *
 * @returns 0 when every step passed.
 */
export async function runAll(only: string[]): Promise<number> {
  const startedMs = performance.now()
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const failed: string[] = []
  for (const step of steps) {
    if (only.length > 0 && !only.includes(step.name)) continue
    const missing = step.needs?.find((name) => failed.includes(name))
    if (missing !== undefined) {
      console.log(`\n[tuppence] ${step.name}: not run, because ${missing} failed`)
      failed.push(step.name)
      continue
    }
    console.log(`\n[tuppence] ${step.name}: ${step.says}`)
    if ((await runStep(step.name, step.run)) !== 0) failed.push(step.name)
  }
  const counts: Counts = new Map()
  countVitest(unitReport, counts)
  countPlaywright(e2eReport, counts)
  const [byKind, total] = closingLines(counts)
  console.log(`\n[tuppence] all done in ${((performance.now() - startedMs) / 60_000).toFixed(1)} minutes`)
  console.log(`[tuppence] steps: ${failed.length === 0 ? 'all passed' : `failed: ${failed.join(', ')}`}`)
  if (byKind !== '') console.log(`[tuppence] tests by kind: ${byKind}`)
  console.log(total)
  return failed.length === 0 ? 0 : 1
}
