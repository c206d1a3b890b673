// Writes docs/costs.md: what a 5¢ unlock costs in fees, computed by the mint's own code; by hand after the defaults or the page
// change (`node --conditions=@tuppence/source scripts/costs.ts`), and costs.test.ts fails while the page is stale.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { costTable, parseConfig, shownSizes, type CostRow } from '@tuppence/mint'
import { formatAmount } from '@tuppence/protocol'

const pagePath = join(import.meta.dirname, '../docs/costs.md')
const unit = 'usd'
/** What the page's operator keeps. The default is nothing. */
const commissionBasisPoints = 100

const ways: Readonly<Record<string, string>> = {
  'bank-file': 'Payout by bank file',
  'stripe-connect': 'Payout by Stripe Connect',
}

function tableOf(rows: readonly CostRow[]): string[] {
  const cell = ({ minor, percent }: CostRow) => `${minor}¢ (${percent.all} %)`
  return [
    `| top-up by card | ${shownSizes.payouts.map((payout) => `payout of ${formatAmount(payout, unit)}`).join(' | ')} |`,
    `| ---: | ${shownSizes.payouts.map(() => '---:').join(' | ')} |`,
    ...shownSizes.topUps.map((topUp) => {
      const cells = shownSizes.payouts.map((payout) =>
        cell(rows.find((row) => row.topUp === topUp && row.payout === payout) as CostRow),
      )
      return `| ${formatAmount(topUp, unit)} | ${cells.join(' | ')} |`
    }),
  ]
}

/** The page as it should be. */
export function costsPage(): string {
  const { fees } = parseConfig({ fees: { commissionBasisPoints } })
  const rows = costTable({ fees })
  const at = (payoutBy: string) =>
    rows.find((row) => row.payoutBy === payoutBy && row.topUp === 1000 && row.payout === 10_000) as CostRow
  const [bank, connect] = [at('bank-file'), at('stripe-connect')]
  const { card } = fees.topUp
  return [
    '# What a 5¢ unlock costs in fees',
    '',
    'Computed by the mint from the operator’s fee settings (`fees` in its configuration), exactly, with no float: `tuppence-mint costs [--json]` and the',
    'operator’s page show it for yours. This page is made by `node --conditions=@tuppence/source scripts/costs.ts` from the defaults and a commission of',
    `${commissionBasisPoints / 100} % (the default is none); a test fails while it is stale.`,
    '',
    `**At a $10 top-up by card and a $100 payout by bank file: ${bank.minor}¢ of 5¢, ${bank.percent.all} % all in**: ${bank.percent.topUp} % for the card,`,
    `${bank.percent.payout} % for the payout, ${bank.percent.commission} % commission. By Stripe Connect, with its $2 a month for each publisher that is paid, it is ${connect.percent.all} %, or`,
    `${rows.find((row) => row.payoutBy === 'stripe-connect' && row.topUp === 1000 && row.payout === 50_000)?.percent.all} % for who earns $500 a month.`,
    '',
    'A card payment of 5¢ by itself would cost 30.145¢. What makes it cheap is that one top-up pays for many unlocks: of a top-up T the card takes r + f/T.',
    '',
    ...Object.entries(ways).flatMap(([by, title]) => [
      `## ${title}`,
      '',
      ...tableOf(rows.filter((row) => row.payoutBy === by)),
      '',
    ]),
    '## What is assumed',
    '',
    `- Card: ${(card?.basisPoints ?? 0) / 100} % + ${card?.fixed}¢ ([Stripe](https://stripe.com/pricing), cards of the United States, online). Foreign cards and currencies cost more.`,
    '- Stripe Connect: 0.25 % + 25¢ a payout, and $2 in each month in which an account is paid out ([Stripe](https://stripe.com/connect/pricing)); one payout a month.',
    '- Bank file: 35¢ a credit transfer. This is an assumption: banks differ, and many take less. Ask yours. The mint’s files pay to IBANs: in a country without them, as the United States, publishers are paid by Stripe Connect.',
    '- All of a top-up is spent. What a reader withdraws has cost its fee, too: processors keep it when they refund.',
    '- No disputes. One costs its amount and a fee, and is the operator’s loss.',
    '- A processor rounds what it takes to a cent each time; these figures are not rounded before the end.',
    '- Money that sits in wallets earns nothing here: it is owed to readers.',
    '',
  ].join('\n')
}

/** The page as it is. */
export function writtenPage(): string {
  return readFileSync(pagePath, 'utf8')
}

if (import.meta.main) writeFileSync(pagePath, costsPage())
