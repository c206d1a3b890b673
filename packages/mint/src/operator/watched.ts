// What the rules say of publishers whose money waits anyway: nothing is held by it yet; desk-page.ts shows it.

import { html } from 'hono/html'
import type { Deps } from '../deps.ts'
import { findingsNow } from '../fraud/watch.ts'
import { age, money, type Html } from './layout.ts'

const rowsMax = 50

/** A list; nothing where nothing stands out. */
export async function watchedSection(deps: Deps): Promise<Html> {
  const rows = await findingsNow(deps)
  if (rows.length === 0) return html``
  const nowMs = deps.clock.nowMs()
  return html`<section>
    <h2>What stands out</h2>
    <p class="muted">What would be found if all that is owed were paid today: time to ask.</p>
    <ul class="card rows">
      ${rows.slice(0, rowsMax).map(
        ({ account, unit, owed, reason, mode, first_at_ms: sinceMs }) =>
          html`<li>
            <h3>
              ${account} <span class="muted">is owed ${money(owed, unit)}</span>
              <span class="tag dull">for ${age(nowMs - sinceMs)}</span>
              ${mode === 'review' ? html`<span class="tag dull">on trial</span>` : ''}
            </h3>
            <p>${reason}</p>
          </li>`,
      )}
    </ul>
    ${rows.length > rowsMax ? html`<p class="muted">and ${rows.length - rowsMax} more</p>` : ''}
  </section>`
}
