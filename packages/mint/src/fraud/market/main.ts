/**
 * The market's command line: `npm run fraud -- --seeds 50 --json`; `--planted` also switches each rule off, `--people` has the
 * reviewers do better and worse, `--docs` writes the tables into docs/fraud.md, `--tune` plays other seeds by whatever holds now,
 * `--freeze` freezes that.
 *
 * The last line is one JSON object with --json. Exit code 1 when a goal is missed, or the thresholds are not the frozen ones.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { RuleName } from '../facts.ts'
import { payoutRules, topUpRules } from '../rules.ts'
import { frozenPolicy, readFrozen, seedRanges, writeFrozen } from './frozen.ts'
import { marketSize, playMarket, ringKinds } from './market.ts'
import { plannedProfit } from './plan.ts'
import type { Policy } from './policy.ts'
import { poorReviewerSkill, reviewerSkill } from './reviewer.ts'
import { addScore, goalsOf, openScore, type Score } from './score.ts'
import { plantedTable, ringTable, ruleTable, summary, type Planted } from './tables.ts'

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '50' },
    /** Seeds for each rule that is switched off, and each kind of people. */
    'planted-seeds': { type: 'string', default: '8' },
    planted: { type: 'boolean', default: false },
    people: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    tune: { type: 'boolean', default: false },
    freeze: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const goals = { ringsPaid: 500, honestHeld: 100 }
const say = (text: string): void => (flags.json ? console.error(text) : console.log(text))
const range = flags.tune ? seedRanges.tuning : seedRanges.heldOut

function play(policy: Policy, seeds: number): Score {
  const score = openScore()
  for (let seed = 0; seed < seeds; seed++) {
    addScore(score, playMarket(`${range}-${seed}`, marketSize, policy))
    if (process.stderr.isTTY) process.stderr.write(`\r${seed + 1} of ${seeds} markets`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r')
  return score
}

const paidOf = (score: Score): number => [...score.rings.values()].reduce((sum, { paid }) => sum + paid, 0)

function without(rule: RuleName): Policy {
  const { settings } = frozenPolicy
  return { ...frozenPolicy, settings: { ...settings, [rule]: { ...settings[rule], mode: 'off' } } }
}

/**
 * What each kind of ring counts on, in a market of a usual size. Without `together`, which holds most of what the others hold
 * while one of them is off.
 */
function planned({ settings: all }: Policy): number[] {
  const settings = { ...all, together: { ...all.together, mode: 'off' as const } }
  const platform = { accounts: 110, freshMedian: 1400, perThousandViewsP95: 1500 }
  return ringKinds.map((kind) =>
    kind === 'careless' ? 0 : plannedProfit(kind, { settings, platform, supply: 300_000 }),
  )
}

/** Each rule off in turn; rings plan anew, as they would. */
function plant(base: Score, seeds: number): Planted[] {
  const plannedBefore = planned(frozenPolicy)
  return ([...Object.keys(topUpRules), ...Object.keys(payoutRules)] as RuleName[]).map((rule) => {
    const score = play(without(rule), seeds)
    const gained = [...score.rings].map(([kind, { paid }]) => ({
      kind,
      more: paid - (base.rings.get(kind)?.paid ?? 0),
    }))
    const most = gained.toSorted((a, b) => b.more - a.more)[0]
    const abuse = score.abuse.articles.knowing - base.abuse.articles.knowing
    const dearer = planned(without(rule)).map((profit, index) => profit - (plannedBefore[index] ?? 0))
    const best = Math.max(...dearer)
    const gains = [
      ...(most !== undefined && most.more > 0 ? [`${most.kind}: paid $${Math.round(most.more / 100)} more`] : []),
      ...(best > 0 ? [`${ringKinds[dearer.indexOf(best)]}: plans to earn $${Math.round(best / 100)} more`] : []),
      ...(rule === 'refunds' ? [`refund abuse: ${abuse} articles more`] : []),
    ].join('; ')
    say(`without ${rule}: ${gains}`)
    return { rule, gains, ringsPaid: goalsOf(score).ringsPaid, paid: paidOf(score) }
  })
}

function fill(text: string, name: string, lines: readonly string[]): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from < 0 || to < 0) throw new Error(`docs/fraud.md has no marks for ${name}`)
  return `${text.slice(0, from + start.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`
}

function main(): number {
  if (flags.freeze) {
    writeFrozen(new Date().toISOString().slice(0, 10))
    return 0
  }
  if (!flags.tune) {
    const { checksum, frozenOn } = readFrozen()
    say(
      `thresholds frozen ${frozenOn}, ${checksum.slice(0, 16)}; tuned on seeds ${seedRanges.tuning}-*, judged on ${range}-*`,
    )
  }
  const startedMs = performance.now()
  const score = play(frozenPolicy, Number(flags.seeds))
  const parts: Record<string, readonly string[]> = {
    summary: summary(score).map((line) => `- ${line}`),
    rules: ruleTable(score, frozenPolicy.settings),
    rings: ringTable(score),
  }
  const fewer = Number(flags['planted-seeds'])
  const base = flags.planted || flags.people ? play(frozenPolicy, fewer) : undefined
  if (flags.planted && base !== undefined)
    parts['planted'] = plantedTable(plant(base, fewer), { ringsPaid: goalsOf(base).ringsPaid, paid: paidOf(base) })
  if (flags.people && base !== undefined) parts['people'] = peopleTable(base, fewer)
  for (const [name, lines] of Object.entries(parts)) say(`\n${name}\n${lines.join('\n')}`)
  if (flags.docs) {
    const file = new URL('../../../../../docs/fraud.md', import.meta.url)
    // With few seeds the first three say little.
    const known = Object.entries(parts).filter(([name]) => base === undefined || ['planted', 'people'].includes(name))
    writeFileSync(
      file,
      known.reduce((text, [name, lines]) => fill(text, name, lines), readFileSync(file, 'utf8')),
    )
  }
  const reached = goalsOf(score)
  const isReached = reached.ringsPaid < goals.ringsPaid && reached.honestHeld < goals.honestHeld
  if (flags.json) {
    const { found, rings, ...rest } = score
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    console.log(
      JSON.stringify({
        ...reached,
        isReached,
        seeds: range,
        seconds,
        ...rest,
        found: Object.fromEntries(found),
        rings: Object.fromEntries(rings),
      }),
    )
  }
  return isReached || flags.tune ? 0 : 1
}

/** The same markets with people who see better, or believe what they are told. */
function peopleTable(base: Score, seeds: number): string[] {
  const kinds = [
    ['as modelled', base],
    ['believe 6% of made-up proofs', play({ ...frozenPolicy, skill: { ...reviewerSkill, believed: 0.06 } }, seeds)],
    ['believe 24%', play({ ...frozenPolicy, skill: { ...reviewerSkill, believed: 0.24 } }, seeds)],
    ['believe 35%, and 70% again, and see worse', play({ ...frozenPolicy, skill: poorReviewerSkill }, seeds)],
  ] as const
  const shown = (share: number): string => `${(share / 100).toFixed(2)}%`
  return [
    '| people | rings paid | honest held |',
    '| --- | --- | --- |',
    ...kinds.map(
      ([name, score]) => `| ${name} | ${shown(goalsOf(score).ringsPaid)} | ${shown(goalsOf(score).honestHeld)} |`,
    ),
  ]
}

process.exitCode = main()
