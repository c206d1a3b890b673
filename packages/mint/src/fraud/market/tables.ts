// The figures as text: for the terminal, and for docs/fraud.md between its marks; main.ts prints and writes them.

import type { RuleName } from '../facts.ts'
import { payoutRules, topUpRules } from '../rules.ts'
import type { FraudSettings } from '../settings.ts'
import { goalsOf, hundredths, type Score } from './score.ts'

const shown = (share: number): string => `${(share / 100).toFixed(share < 1000 ? 2 : 1)}%`
const dollars = (amount: number): string => `$${Math.round(amount / 100).toLocaleString('en-US')}`
const share = (part: number, whole: number): string => (whole === 0 ? '-' : shown(hundredths(part, whole)))

/** Every rule: what it found. */
export function ruleTable(score: Score, settings: FraudSettings): string[] {
  const rows = [...Object.values(topUpRules), ...Object.values(payoutRules)].map(({ name }) => {
    const isTopUp = name in topUpRules
    const found = score.found.get(name) ?? { honest: 0, careless: 0, knowing: 0 }
    const of = isTopUp ? score.topUps : score.accounts
    const rings = found.careless + found.knowing
    return [
      `\`${name}\``,
      settings[name].mode,
      isTopUp ? 'instruments and days' : 'accounts',
      share(rings, rings + found.honest),
      share(found.careless, of.careless),
      share(found.knowing, of.knowing),
      `${found.honest} of ${of.honest}`,
    ]
  })
  return tableOf(['rule', 'mode', 'of', 'precision', 'recall, careless', 'recall, knowing', 'honest found'], rows)
}

/** Every kind of ring: what it was paid. */
export function ringTable(score: Score): string[] {
  const rows = [...score.rings].map(([kind, { bought, deposited, paid, fronts, refused }]) => [
    kind,
    `${fronts}`,
    `${refused}`,
    dollars(bought),
    dollars(deposited),
    dollars(paid),
    share(paid, deposited),
  ])
  const total = [...score.rings.values()].reduce(
    (sum, ring) => ({
      bought: sum.bought + ring.bought,
      deposited: sum.deposited + ring.deposited,
      paid: sum.paid + ring.paid,
    }),
    { bought: 0, deposited: 0, paid: 0 },
  )
  rows.push([
    '**all**',
    '',
    '',
    dollars(total.bought),
    dollars(total.deposited),
    dollars(total.paid),
    `**${share(total.paid, total.deposited)}**`,
  ])
  return tableOf(['ring', 'fronts', 'closed', 'bought', 'brought to fronts', 'paid out', 'share'], rows)
}

/** The goals, in words. */
export function summary(score: Score): string[] {
  const { ringsPaid, honestHeld } = goalsOf(score)
  const { honest, abuse } = score
  const fronts = [...score.rings.values()].reduce((sum, ring) => sum + ring.fronts, 0)
  const closed = [...score.rings.values()].reduce((sum, ring) => sum + ring.refused, 0)
  return [
    `${score.markets} markets. Rings were paid ${shown(ringsPaid)} of what they brought to their fronts (goal: under 5%).`,
    `Honest publishers held by mistake: ${honest.held} of ${honest.publishers}, ${shown(honestHeld)} (goal: under 1%): refused ${honest.refused}, blocked ${honest.blocked}, paid late ${honest.late}.`,
    `The whole: precision ${share(closed, closed + honest.refused + honest.blocked)}, recall ${share(closed, fronts)} (fronts closed, of all).`,
    `People looked at ${share(honest.reviewed, honest.payouts)} of ${honest.payouts} honest payouts, and asked at ${share(honest.asked, honest.payouts)}.`,
    `Refund abuse: \`refunds\` found ${abuse.found.careless} of ${abuse.careless} publishers where it passed the limit, ${abuse.found.knowing} of ${abuse.knowing} where it stayed below; there ${abuse.articles.knowing} articles were read for nothing.`,
  ]
}

/** A planted fault: a rule that is off, and which ring gains. */
export interface Planted {
  readonly rule: RuleName
  readonly gains: string
  readonly ringsPaid: number
  readonly paid: number
}

/** Every rule switched off: what that is worth to rings. */
export function plantedTable(planted: readonly Planted[], whole: { ringsPaid: number; paid: number }): string[] {
  return tableOf(
    ['without', 'rings paid', 'share', 'gains most'],
    [
      ['(none)', dollars(whole.paid), shown(whole.ringsPaid), ''],
      ...planted.map(({ rule, gains, ringsPaid, paid }) => [`\`${rule}\``, dollars(paid), shown(ringsPaid), gains]),
    ],
  )
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
