// What the rules say of publishers whose money waits anyway: nothing is held by it yet; desk-page.ts shows it.

import { html } from 'hono/html'
import type { Deps } from '../deps.ts'
import { findingsNow } from '../fraud/watch.ts'
import { age, money, table, type Html } from './layout.ts'

const rowsMax = 50

/** A table; nothing where nothing stands out. */
export async function watchedSection(deps: Deps): Promise<Html> {
  const rows = await findingsNow(deps)
  if (rows.length === 0) return html``
  const nowMs = deps.clock.nowMs()
  return html`<section>
    <h2>What stands out</h2>
    ${table({
      caption: 'Would be found if all that is owed were paid today; time to ask',
      heads: ['Publisher', 'Owed', 'For', 'Says'],
      rows: rows
        .slice(0, rowsMax)
        .map(({ account, unit, owed, reason, mode, first_at_ms: sinceMs }) => [
          account,
          money(owed, unit),
          age(nowMs - sinceMs),
          html`${reason} ${mode === 'review' ? html`<span class="tag dull">on trial</span>` : ''}`,
        ]),
      end: [1],
    })}
    ${rows.length > rowsMax ? html`<p class="muted">and ${rows.length - rowsMax} more</p>` : ''}
  </section>`
}
