// The form on the page of one thing: what a person may do about it now; subject-page.ts shows it.

import { html } from 'hono/html'
import type { DecisionRow } from '../office/tables/review.ts'
import type { Desk, View } from './desk.ts'
import type { Html } from './layout.ts'

/** What the form is about. `approvals`: names; `mine`: what who looks has decided; `note`: what they wrote and was not taken. */
export interface FormParts {
  readonly desk: Desk
  readonly view: View
  readonly approvals: readonly string[]
  readonly token: string
  readonly note: string
  readonly mine: DecisionRow | undefined
}

/** The form: a note, and a button for everything that this person may do now. */
export function decideForm({ desk, view, approvals, token, note, mine }: FormParts): Html {
  const { subject } = view
  const isOpen = subject.isHeld && mine === undefined
  const needs = subject.peopleNeeded - approvals.length
  const offered = desk.actions?.filter(({ value }) => view.actions?.includes(value)) ?? []
  const asks = offered.find((action) => action.asks !== undefined)?.asks
  const progress =
    subject.isHeld && subject.peopleNeeded > 1
      ? html`<p>
          ${approvals.length} of ${subject.peopleNeeded} people have
          approved${approvals.length === 0 ? '' : `: ${approvals.join(', ')}`}.
        </p>`
      : ''
  return html`<section>
    <h2>Decide</h2>
    <form class="card" method="post">
      <input type="hidden" name="token" value="${token}" /><input type="hidden" name="seen" value="${subject.seen}" />
      ${progress} ${subject.isBlocked ? html`<p class="say bad">A rule blocks it: it can be rejected only.</p>` : ''}
      ${mine === undefined || !subject.isHeld ? '' : html`<p class="say">You have approved it. ${needs > 0 ? 'It waits for another person.' : ''}</p>`}
      ${subject.isHeld || offered.length > 0 ? '' : html`<p class="muted">It is not held: ${view.state}.</p>`}
      <label
        >Note<span>Why; kept in the log. Needed to reject.</span
        ><textarea name="note" maxlength="2000">${note}</textarea>
      </label>
      ${
        asks === undefined
          ? ''
          : html`<label>${asks}<input name="value" maxlength="200" autocomplete="off" spellcheck="false" /></label>`
      }
      <div class="buttons">
        ${isOpen && !subject.isBlocked ? html`<button class="main" name="verdict" value="approve">${desk.approveLabel}</button>` : ''}
        ${isOpen && desk.source.reject !== undefined ? html`<button class="bad" name="verdict" value="reject">Reject</button>` : ''}
        ${offered.map(({ value, label }) => html`<button name="verdict" value="${value}">${label}</button>`)}
        <button name="verdict" value="note">Only note</button>
      </div>
    </form>
  </section>`
}
