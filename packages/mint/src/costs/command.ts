// The command `tuppence-mint costs [--json]`: what a 5¢ unlock costs by the fees in the configuration; command-parts.ts lists it.

import { formatAmount } from '@tuppence/protocol'
import type { CommandPart } from '../command-part.ts'
import { costTable, shownSizes, type CostRow } from './costs.ts'

/** Shows the table of costs, as lines to read or as JSON. */
export const costsCommand: CommandPart = {
  usage: ['costs [--json] [--config mint.json]'],
  options: { json: { type: 'boolean' } },
  run: async ({ words, values, config, proc }) => {
    if (words[0] !== 'costs' || words.length > 1) return undefined
    const rows = costTable(config)
    const unit = config.units[0] ?? 'usd'
    proc.stdout.write(
      values['json'] === true
        ? `${JSON.stringify({ unit, price: shownSizes.price, commissionBasisPoints: config.fees.commissionBasisPoints, rows }, null, 2)}\n`
        : costLines(rows, unit),
    )
    return 0
  },
}

function costLines(rows: readonly CostRow[], unit: string): string {
  const heads = [
    'top-up',
    'by',
    'payout',
    'by',
    `fees of ${formatAmount(shownSizes.price, unit)}`,
    'in all',
    'of it top-up',
  ]
  const more = ['payout', 'commission', 'coins']
  const lines = rows.map(({ topUp, topUpBy, payout, payoutBy, minor, percent }) => [
    formatAmount(topUp, unit),
    topUpBy,
    formatAmount(payout, unit),
    payoutBy,
    minor,
    ...[percent.all, percent.topUp, percent.payout, percent.commission, percent.inputs].map((text) => `${text} %`),
  ])
  const all = [[...heads, ...more], ...lines]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0))) ?? []
  return all.map((cells) => `${cells.map((text, column) => text.padStart(widths[column] ?? 0)).join('  ')}\n`).join('')
}
