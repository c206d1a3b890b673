// What a small payment costs in fees, from the operator's own settings; pages.ts calls it.

import { html } from 'hono/html'
import { costTable, shownSizes, type CostRow } from '../costs/costs.ts'
import { money, tableOf, type Html } from './layout.ts'
import type { Asked, Page } from './page.ts'

/** Shares up to this are shown as good, in hundredths of a percent. */
const goodMax = 800

/** The page. */
export async function costsPage({ deps: { config } }: Asked): Promise<Page> {
  const rows = costTable(config)
  const unit = config.units[0] ?? 'usd'
  const price = money(shownSizes.price, unit)
  const ways = [...new Set(rows.map(({ topUpBy, payoutBy }) => `${topUpBy} ${payoutBy}`))]
  return {
    title: 'Costs',
    at: '/costs',
    body: html`<div class="lead">
        <h1>What a ${price} unlock costs in fees</h1>
        <p class="muted">
          All in: what the top-up’s processor takes (spread over all that is bought from it), what the payout costs,
          your commission of ${(config.fees.commissionBasisPoints / 100).toFixed(2)} %, and the fee for coins. From
          <code>fees</code> in your configuration; at most ${goodMax / 100} % is marked.
        </p>
      </div>
      ${ways.map((way) => wayTable(way, rows, unit))}
      <p class="muted small">
        Not in it: disputes, foreign cards and currencies, what is left in wallets or withdrawn. Rounded once, at the
        end.
      </p>`,
  }
}

function wayTable(way: string, all: readonly CostRow[], unit: string): Html {
  const rows = all.filter(({ topUpBy, payoutBy }) => `${topUpBy} ${payoutBy}` === way)
  const [topUpBy, payoutBy] = way.split(' ')
  const payouts = [...new Set(rows.map(({ payout }) => payout))]
  const caption = `Top-up by ${topUpBy}, payout by ${payoutBy}`
  const lines = [...new Set(rows.map(({ topUp }) => topUp))].map((topUp) => {
    const cells = rows.filter((row) => row.topUp === topUp)
    return html`<tr>
      <th scope="row" class="n">${money(topUp, unit)}</th>
      ${cells.map(cell)}
      <td class="n">${cells[0]?.percent.topUp} %</td>
    </tr>`
  })
  const heads = ['Top-up', ...payouts.map((payout) => `Payout ${money(payout, unit)}`), 'Of it top-up'].map(
    (text) => html`<th scope="col" class="n">${text}</th>`,
  )
  return tableOf(caption, heads, lines)
}

function cell({ percent, minor }: CostRow): Html {
  const isGood = Number(percent.all.replace('.', '')) <= goodMax
  return html`<td class="n${isGood ? ' good' : ''}">${percent.all} % <span class="small muted">${minor}</span></td>`
}
