// What each command does, after scripts/run.mjs has brought Node, pnpm and the dependencies: `node scripts/tasks.ts lint`.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages, buildSites } from './steps/build.ts'
import { findChromium } from './steps/chromium.ts'
import { findEngines } from './steps/engines.ts'
import { inspectPackages } from './steps/packages.ts'
import { runAll, runStep } from './steps/pipeline.ts'
import { root, runProgram, runSource } from './steps/program.ts'

const bin = (name: string) => `node_modules/.bin/${name}`

const tasks: Record<string, { says: string; run: (flags: string[]) => Promise<number> }> = {
  start: {
    says: 'build, then start the demo: a newspaper, a blog, a mint and the wallet',
    run: async (flags) => {
      const built = await runStep('build', build)
      return built === 0
        ? runProgram(process.execPath, [
            '--disable-warning=ExperimentalWarning',
            'examples/newsroom/src/start.ts',
            ...flags,
          ])
        : built
    },
  },
  example: {
    says: 'build, then start an example: static-blog, shop, react, phone, agent (npm run example -- shop)',
    run: async ([name = '', ...flags]) => {
      const file = join(root, 'examples', name, 'src', 'start.ts')
      if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
        console.error(`[tuppence] which one? ${readdirSync(join(root, 'examples')).sort().join(', ')}`)
        return 1
      }
      const built = await runStep('build', build)
      return built === 0
        ? runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...flags])
        : built
    },
  },
  test: { says: 'everything CI checks; ends with a line of counts', run: runAll },
  build: { says: 'compile the packages and build the wallet origin', run: build },
  lint: { says: 'oxlint: the arrows between packages, and the rest', run: (flags) => runProgram(bin('oxlint'), flags) },
  format: { says: 'write every file the way oxfmt has it', run: (flags) => runProgram(bin('oxfmt'), flags) },
  types: { says: 'type-check everything', run: (flags) => runProgram(bin('tsc'), ['-b', ...flags]) },
  unit: {
    says: 'unit, property and vector tests (vitest); flags go through',
    run: async (flags) => {
      await findChromium()
      // `tuppence seal` puts a file of embed's build into sites, and its tests are among these.
      if (!existsSync(join(root, 'packages', 'embed', 'dist', 'unseal'))) await build({ quiet: true })
      return runProgram(bin('vitest'), ['run', ...flags])
    },
  },
  'test:long': {
    says: '1,000 orders of what Stripe tells, 1,000 histories of payouts, the mint killed 500 times, a million fuzzed requests and a million led by coverage, ten minutes of soak (TUPPENCE_SOAK_SECONDS for longer), 500 killed browsers, bugs planted in the wallet and its tests changed one thing at a time, insights of 100,000 payments, 50 markets with rings in them, axe in every language',
    run: async (flags) => {
      const long = [
        'packages/mint/src/kill.crash',
        'packages/mint/src/bad-input',
        'packages/mint/src/soak',
        'packages/mint/src/failover',
        'packages/mint/src/payout/payout.prop',
        'packages/mint/src/payout/kill.crash',
        'packages/mint/src/payout/pay.crash',
      ]
      const env = {
        TUPPENCE_KILLS: '500',
        TUPPENCE_FUZZ: '1000000',
        TUPPENCE_SOAK_SECONDS: '600',
        TUPPENCE_FAILOVERS: '20',
        TUPPENCE_PAYOUT_HISTORIES: '1000',
        TUPPENCE_BROWSER_KILLS: '500',
        TUPPENCE_LANGUAGES: 'en ko de es ar',
        ...process.env,
      }
      const wallet =
        (await runSim('mutate', ['--json'])) ||
        (await runSim('main', ['--planted', '--seeds=5', '--json'])) ||
        (await runSim('main', ['--tabs', '--runs=10000', '--json']))
      const money = (await runFundingSim(['--json'])) || (await runFundingSim(['--planted', '--json']))
      const fuzzed = await runFuzz(['--runs=1000000'])
      const mint = (await runProgram(bin('vitest'), ['run', ...long, ...flags], { env })) || fuzzed
      await findChromium()
      const insights = await runInsights(['--payments', '100000'])
      const fraud = await runFraud(['--seeds', '50', '--json'])
      const browsers = ['test', '--config', 'e2e/playwright.config.ts', 'axe', 'kills']
      return (await runProgram(bin('playwright'), browsers, { env })) || mint || wallet || money || insights || fraud
    },
  },
  e2e: {
    says: 'Playwright on the built demo; flags go through',
    run: async (flags) => {
      await findChromium()
      return runProgram(bin('playwright'), ['test', '--config', 'e2e/playwright.config.ts', ...flags])
    },
  },
  'e2e:engines': {
    says: 'unlock, tip and re-open in Chromium, Firefox and WebKitGTK, and the clicks each takes (--only ENGINE)',
    run: async (flags) => {
      const built = await build({ quiet: true })
      if (built !== 0) return built
      await findChromium()
      await findEngines()
      return runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', 'e2e/engines/main.ts', ...flags])
    },
  },
  size: {
    says: 'bytes after gzip -9 of page, frame, curve and core, against their budgets (--json)',
    run: async (flags) => {
      const built = await build({ quiet: true })
      return built === 0 ? runProgram(process.execPath, ['scripts/size.ts', ...flags]) : built
    },
  },
  'bench:wallet': {
    says: 'click to content and curve arithmetic against their baselines (--json)',
    run: async (flags) => {
      const built = await build({ quiet: true })
      if (built !== 0) return built
      await findChromium()
      return runProgram(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        'scripts/bench-wallet.ts',
        ...flags,
      ])
    },
  },
  'bench:mint': {
    says: 'swaps and deposits at full, half and five times the load; audit; two mints (--json, --only=PART)',
    run: (flags) => runSource('packages/mint/bench/bench.ts', flags),
  },
  sim: {
    says: 'the wallet under crashes and faults, to the cent (--runs N, --tabs, --figures, --planted, --replay SEED, --json)',
    run: (flags) => runSim('main', flags),
  },
  'sim:planted': {
    says: 'bugs planted on purpose: each is caught within 5,000 runs under each of 5 fresh seeds',
    run: (flags) => runSim('main', ['--planted', '--seeds=5', '--json', ...flags]),
  },
  'sim:funding': {
    says: 'card top-ups told of in every order, with crashes and disputes, on the real ledger (--runs N, --planted, --replay SEED, --json)',
    run: (flags) => runFundingSim(flags),
  },
  'fuzz:mint': {
    says: 'requests to the mint, led by coverage: no 5xx, no money moved, no secret in the log (--runs=N, --seed=N)',
    run: (flags) => runFuzz(flags),
  },
  fraud: {
    says: 'markets with rings in them: precision and recall of every rule on held-out seeds (--seeds N, --planted, --people, --tune, --json)',
    run: (flags) => runFraud(flags),
  },
  'cover:money': {
    says: 'every branch of the payment state machine and of coin selection is taken by a test',
    run: (flags) => runProgram(bin('vitest'), [...coverMoney, ...flags]),
  },
  'mutate:money': {
    says: 'changes the state machine and coin selection one thing at a time: at least 85% make a test fail (--json)',
    run: (flags) => runSim('mutate', flags),
  },
  'insights:check': {
    says: 'a publisher’s insights: 100,000 payments made up and counted again by SQL, the page in a new browser (--payments N, --json, --pictures DIR)',
    run: async (flags) => {
      await findChromium()
      return runInsights(flags)
    },
  },
  packages: { says: 'publint and are-the-types-wrong on every packed package', run: inspectPackages },
  screenshots: {
    says: 'take the pictures in docs/img from the running demo',
    run: async (flags) => {
      const built = await build({ quiet: true })
      if (built !== 0) return built
      await findChromium()
      return runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/screenshots.ts', ...flags])
    },
  },
}

const runSim = (file: string, flags: string[]) => runSource(`packages/core/sim/${file}.ts`, flags)

const runInsights = (flags: string[]) => runSource('packages/till/bench/insights.ts', flags)

const runFundingSim = (flags: string[]) => runSource('packages/mint/sim/main.ts', flags)

const runFraud = (flags: string[]) => runSource('packages/mint/src/fraud/market/main.ts', flags)

const runFuzz = (flags: string[]) => runSource('packages/mint/src/testing/fuzz/main.ts', flags)

const coverMoney = [
  'run',
  '--project=node',
  'packages/core/src/payment.test.ts',
  'packages/core/src/coins.test.ts',
  'packages/core/src/coins.prop.test.ts',
  '--coverage.enabled',
  '--coverage.provider=v8',
  '--coverage.include=packages/core/src/payment.ts',
  '--coverage.include=packages/core/src/choose-coins.ts',
  '--coverage.include=packages/core/src/coins.ts',
  '--coverage.reporter=text',
  '--coverage.reportsDirectory=.tmp/coverage',
  '--coverage.thresholds.branches=100',
]

async function build(options: { quiet?: boolean } | string[] = {}): Promise<number> {
  const output = !Array.isArray(options) && options.quiet === true ? 'stderr' : 'inherit'
  const compiled = await buildPackages(output)
  return compiled === 0 ? buildSites(output) : compiled
}

function help(): number {
  console.log('npm start, npm test, npm run <command> [-- flags]\n')
  for (const [name, task] of Object.entries(tasks)) console.log(`  ${name.padEnd(14)} ${task.says}`)
  return 0
}

const [name = 'help', ...flags] = process.argv.slice(2)
const task = tasks[name]
if (task === undefined && name !== 'help') console.error(`[tuppence] no command "${name}"`)
process.exitCode = task === undefined ? help() + (name === 'help' ? 0 : 1) : await task.run(flags)
