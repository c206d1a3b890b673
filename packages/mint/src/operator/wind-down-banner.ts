// What the operator's pages say of a mint that winds down; the first page and the books show it.

import { html } from 'hono/html'
import type { Deps } from '../deps.ts'
import { age, money, moment, type Html } from './layout.ts'

/** How much is out and how long there is; nothing of a mint that stays open. */
export function windDownBanner({ closing, clock }: Pick<Deps, 'closing' | 'clock'>): Html {
  const current = closing.current()
  if (current === undefined) return html``
  const leftMs = current.untilMs - clock.nowMs()
  const sums = Object.entries(closing.outstanding()).map(([unit, amount]) => money(amount, unit))
  const out = sums.length === 0 ? 'nothing' : sums.join(', ')
  return leftMs > 0
    ? html`<p class="say warn">
        <b>Winding down.</b> Top-ups have stopped. Coins are taken back for ${age(leftMs)} more, until
        ${moment(current.untilMs)} UTC. Still out: <b>${out}</b>.
      </p>`
    : html`<p class="say bad">
        <b>Closed</b> since ${moment(current.untilMs)} UTC. Never came back: <b>${out}</b>. What was announced of it:
        ${current.rest}
      </p>`
}
