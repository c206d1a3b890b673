// How the mint stands: what is out, what is owed, the rules, the notice of an end; pages.ts calls it.

import { html } from 'hono/html'
import { outstandingOf, totalsOf } from '../closing/closing.ts'
import type { Deps } from '../deps.ts'
import { payoutRules, topUpRules } from '../fraud/rules.ts'
import { day, money, table } from './layout.ts'
import type { Asked, Page } from './page.ts'
import { windDownBanner } from './wind-down-banner.ts'

/** More publishers than this are not shown at once. */
const shownMax = 200

/** Accounts beside publishers' and keysets', with what they mean to a person. */
const others = [
  ['unminted', 'Paid for, coins not fetched yet'],
  ['vouchers', 'Vouchers sold, not redeemed yet'],
  ['fees:mint', 'Fees for coins, kept'],
  ['fees:platform', 'Commission, kept'],
  ['fees:processor', 'Taken by processors'],
  ['losses:disputes', 'Lost to disputes'],
] as const

/** The page. */
export async function booksPage({ deps }: Asked): Promise<Page> {
  const outstanding = await outstandingOf(deps.ledger)
  const owed = await owedOf(deps)
  const sums = await Promise.all(
    others.map(async ([account, says]) => ({ account, says, rows: await deps.ledger.balances(account) })),
  )
  const totals = Object.entries(totalsOf(outstanding)).map(([unit, amount]) => money(amount, unit))
  return {
    title: 'Books',
    at: '/books',
    body: html`<div class="lead">
        <h1>Books</h1>
        <p class="muted">
          Balances of the ledger as of now. <code>tuppence-mint audit</code> recomputes all of them from the rows.
        </p>
      </div>
      ${windDownBanner(deps)}
      <section>
        <h2>Owed to readers: ${totals.join(', ') || 'nothing'}</h2>
        ${table({
          caption: 'Coins that are out, by keyset',
          heads: ['Keyset', 'State', 'Ends', 'Out'],
          rows: outstanding.map(({ keyset, active, finalExpiry, amount, unit }) => [
            html`<code>${keyset.slice(0, 16)}</code>`,
            active ? 'signs' : 'retired',
            finalExpiry === undefined ? 'never' : day(finalExpiry * 1000),
            money(amount, unit),
          ]),
          end: [3],
        })}
      </section>
      <section>
        <h2>Owed to publishers</h2>
        ${
          owed.length === 0
            ? html`<p class="none">Nothing is owed.</p>`
            : table({
                caption: 'The most first',
                heads: ['Publisher', 'Owed', 'On its way'],
                rows: owed
                  .slice(0, shownMax)
                  .map(({ name, unit, amount, onItsWay }) => [name, money(amount, unit), money(onItsWay, unit)]),
                end: [1, 2],
              })
        }
        ${owed.length > shownMax ? html`<p class="muted">and ${owed.length - shownMax} more</p>` : ''}
      </section>
      <section>
        <h2>The rest</h2>
        ${table({
          caption: 'Other accounts',
          heads: ['Account', 'Is', 'Balance'],
          rows: sums.flatMap(({ account, says, rows }) =>
            rows.map(({ unit, balance }) => [html`<code>${account}</code>`, says, money(balance, unit)]),
          ),
          end: [2],
        })}
      </section>
      ${rulesSection(deps)}`,
  }
}

function rulesSection({ config }: Deps) {
  const modes: Readonly<Record<string, { readonly mode: string }>> = config.fraud
  const rules = [...Object.values(topUpRules), ...Object.values(payoutRules)]
  return html`<section>
    <h2>Rules</h2>
    <p class="muted">A rule on trial shows what it finds and holds nothing.</p>
    <ul class="card rows">
      ${rules.map(
        ({ name, says }) =>
          html`<li>
            <h3>${name} ${modeWord(modes[name]?.mode)}</h3>
            <p>${says}</p>
          </li>`,
      )}
    </ul>
  </section>`
}

function modeWord(mode: string | undefined) {
  if (mode === 'enforce') return html`<span class="tag">holds</span>`
  return html`<span class="tag dull">${mode === 'review' ? 'on trial' : 'off'}</span>`
}

async function owedOf({ ledger }: Pick<Deps, 'ledger'>) {
  const rows: { name: string; unit: string; amount: number; onItsWay: number }[] = []
  // One after another: payments go over the same connections.
  for (const { id, name } of await ledger.accounts()) {
    const away = await ledger.balances(`paying-out:${id}`)
    for (const { unit, balance } of await ledger.balances(`publisher:${id}`))
      rows.push({
        name: name === id ? id : `${name} (${id})`,
        unit,
        amount: balance,
        onItsWay: away.find((row) => row.unit === unit)?.balance ?? 0,
      })
  }
  return rows.filter(({ amount, onItsWay }) => amount !== 0 || onItsWay !== 0).toSorted((a, b) => b.amount - a.amount)
}
