/**
 * How good the tests of the state machine and of coin selection are: changes one thing of the source at a time, runs the
 * tests beside it, and counts the changes that make one fail. `npm run mutate:money -- --json`; the last line is JSON.
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Mutant } from './mutant.ts'

const { values: flags } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    /** Only every n-th change: for a quick look. */
    every: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})

const source = new URL('../src/', import.meta.url)
const subjects = [
  { file: 'payment.ts', tests: ['payment.test.ts'] },
  { file: 'choose-coins.ts', tests: ['coins.test.ts', 'coins.prop.test.ts'] },
  { file: 'coins.ts', tests: ['coins.test.ts', 'coins.prop.test.ts'] },
] as const

/** Changes that no test can notice, and why. They count as survivors all the same. */
const equivalent = [
  ['choose-coins.ts', 'stepsMax', 'one way more or less of two thousand; any bound will do'],
  ['choose-coins.ts', 'steps = ', 'as stepsMax'],
  ['choose-coins.ts', '++steps > ', 'as stepsMax, or less is left out: the same choice, found later'],
  ['choose-coins.ts', 'let below = 0', 'less is left out: the same choice, found later'],
  ['choose-coins.ts', 'Math.floor(rest / pile.size)', 'counts too large come to less than nothing, which is no choice'],
  ['coins.ts', '<= priceMax', 'sizes are powers of two, and priceMax is none'],
  ['coins.ts', 'size > priceMax', 'sizes are powers of two, and priceMax is none'],
  ['coins.ts', 'if (size > rest) break', 'what is left out is the fewest coins of the rest: the same one'],
] as const

/** Least part of the changes that tests have to notice. */
const scoreLeast = 0.85

/** A change that makes the source run for ever, or take all memory, is noticed too. */
const timeoutMs = 120_000
const memoryMb = 512

/** What is put in the place of what. Each change is of one occurrence. */
const rules: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/ < /g, () => ' <= '],
  [/ <= /g, () => ' < '],
  [/ > /g, () => ' >= '],
  [/ >= /g, () => ' > '],
  [/ === /g, () => ' !== '],
  [/ !== /g, () => ' === '],
  [/ \+ /g, () => ' - '],
  [/ - /g, () => ' + '],
  [/ \* /g, () => ' / '],
  [/ \/ /g, () => ' * '],
  [/ \+= /g, () => ' -= '],
  [/ -= /g, () => ' += '],
  [/\+\+/g, () => '--'],
  [/--(?=[\s);])/g, () => '++'],
  [/ && /g, () => ' || '],
  [/ \|\| /g, () => ' && '],
  [/(?<=[(\s])!(?=[a-zA-Z])/g, () => ''],
  [/Math\.min/g, () => 'Math.max'],
  [/Math\.max/g, () => 'Math.min'],
  [/Math\.floor/g, () => 'Math.ceil'],
  [/\.every\(/g, () => '.some('],
  [/\.some\(/g, () => '.every('],
  [/\.toReversed\(\)/g, () => ''],
  [/\btrue\b/g, () => 'false'],
  [/\bfalse\b/g, () => 'true'],
  [/\bbreak\b/g, () => '{}'],
  [/(?<![\w'])\d[\d_]*(?:\.\d+)?(?![\w'])/g, (found) => String(Number(found.replaceAll('_', '')) + 1)],
  // Of the transition table: where an event leads, and whether there is one.
  [
    /(?<=: )'(?:done|undone|taken|sent|quoted|refused|accepted|quarantined|handed)'/g,
    (found) => (found === "'done'" ? "'undone'" : "'done'"),
  ],
  [
    /\b(?:quote|lapse|request|settle|accept|garble|refuse|release|retry|take|spend|acknowledge|recall): '[a-z]+',?/g,
    () => '',
  ],
]

/** The parts of a source that run: comments, types and imports are left alone. */
function code(text: string): readonly boolean[] {
  const runs = Array<boolean>(text.length).fill(true)
  const leave = (pattern: RegExp) => {
    for (const { index, 0: found } of text.matchAll(pattern)) runs.fill(false, index, index + found.length)
  }
  leave(/\/\*[\s\S]*?\*\//g)
  leave(/\/\/.*/g)
  leave(/^import .*$/gm)
  leave(/^(?:export )?type [\s\S]*?(?=\n\n)/gm)
  leave(/=> /g)
  leave(/(?<=\$\{)[^}]*(?=\})/g)
  return runs
}

function mutantsOf({ file, tests }: (typeof subjects)[number]): Mutant[] {
  const text = readFileSync(new URL(file, source), 'utf8')
  const runs = code(text)
  return rules.flatMap(([pattern, put]) =>
    [...text.matchAll(pattern)]
      .filter(({ index }) => runs[index] === true)
      .map(({ index, 0: found }) => ({
        file,
        tests: [...tests],
        line: text.slice(0, index).split('\n').length,
        found,
        put: put(found),
        text: text.slice(0, index) + put(found) + text.slice(index + found.length),
      })),
  )
}

/** Runs the tests against one change, in a process of its own: some of them end it. `undefined`: none noticed. */
function notice(mutant: Mutant): Promise<string | undefined> {
  const child = fork(new URL('mutant.ts', import.meta.url), {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--conditions=@tuppence/source',
      `--max-old-space-size=${memoryMb}`,
    ],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  return new Promise((resolve) => {
    const end = (how: string | undefined) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      resolve(how)
    }
    const timer = setTimeout(() => end('ran for ever'), timeoutMs)
    child.on('message', (failed: string | null) => end(failed ?? undefined))
    child.on('exit', () => end('crashed'))
    child.send(mutant)
  })
}

const unchanged = subjects.map(({ file, tests }) => ({
  file,
  tests: [...tests],
  line: 0,
  found: '',
  put: '',
  text: readFileSync(new URL(file, source), 'utf8'),
}))
for (const subject of unchanged) {
  const failed = await notice(subject)
  if (failed !== undefined) throw new Error(`the tests of ${subject.file} fail unchanged: ${failed}`)
}

const every = Number(flags.every)
const queue = subjects.flatMap(mutantsOf).filter((_, at) => at % every === 0)
const count = queue.length
const survivors: Mutant[] = []
let same = 0
const work = async () => {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    if ((await notice(mutant)) !== undefined) continue
    survivors.push(mutant)
    const text = readFileSync(new URL(mutant.file, source), 'utf8').split('\n')[mutant.line - 1] ?? ''
    const [, , why] = equivalent.find(([file, part]) => file === mutant.file && text.includes(part)) ?? []
    if (why !== undefined) same++
    console.log(
      `${why === undefined ? 'SURVIVED' : 'the same'} ${mutant.file}:${mutant.line}: ${JSON.stringify(mutant.found)} -> ${JSON.stringify(mutant.put)}${why === undefined ? '' : ` (${why})`}`,
    )
  }
}
await Promise.all(Array.from({ length: Number(flags.workers) }, work))
const score = (count - survivors.length) / count
const result = {
  mutants: count,
  killed: count - survivors.length,
  equivalent: same,
  score: Math.round(score * 1_000) / 1_000,
  scoreLeast,
}
console.log(flags.json ? JSON.stringify(result) : result)
process.exitCode = score >= scoreLeast ? 0 : 1
