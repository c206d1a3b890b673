// The page of one thing that is or was held: what it is, why it waits, what was said of it, and the form to decide; pages.ts calls it.

import { html } from 'hono/html'
import { TuppenceError } from '@tuppence/protocol'
import type { DecisionRow } from '../office/tables/review.ts'
import { tagOf } from './desk-page.ts'
import { approvalsOf, decide, historyOf, type Decided, type Refused } from './decide.ts'
import { decideForm } from './decide-form.ts'
import type { Action, Desk, Reason, View } from './desk.ts'
import { amountOf, moment, operatorPath, type Html } from './layout.ts'
import type { Asked, Page } from './page.ts'

/** What the page is of. */
export interface SubjectAt {
  readonly desk: Desk
  readonly id: string
}

/** What happened, said at the top of the page that comes after a form; its key is in the URL. */
const outcomes: Readonly<Record<string, string>> = {
  done: 'Done.',
  noted: 'Your note is in the log.',
  approved: 'Approved.',
  rejected: 'Rejected.',
  recorded: 'Your approval is in the log. It needs another person’s.',
}

const refusals: Readonly<Record<Refused, string>> = {
  unknown: 'It is not there any more.',
  'not-held': 'Nothing was changed: it is not held any more.',
  'changed-since': 'Nothing was changed: it is another than you had before you. Look at it again.',
  blocked: 'Nothing was changed: a rule blocks it, and nobody can approve it.',
  'own-plan': 'Nothing was changed: you planned it, so somebody else has to approve it.',
  'own-destination': 'Nothing was changed: you changed where it goes, so somebody else has to approve it.',
  'decided-already': 'Nothing was changed: you have decided on it already. It takes another person.',
  'note-missing': 'Nothing was changed: say why.',
  'note-too-long': 'Nothing was changed: the note is too long.',
}

/** The page. @throws {TuppenceError} `not-found` */
export async function subjectPage(asked: Asked, at: SubjectAt): Promise<Page> {
  const said = outcomes[asked.url.searchParams.get('said') ?? '']
  return renderSubject(asked, at, said === undefined ? {} : { said })
}

/**
 * Takes what a form says.
 *
 * @returns Where to go on, or the page that says why it was refused.
 * @throws {TuppenceError} `not-found`, `bad-request`
 */
export async function answerWord(asked: Asked, at: SubjectAt, form: URLSearchParams): Promise<string | Page> {
  const verdict = form.get('verdict')
  const action = at.desk.actions?.find(({ value }) => value === verdict)
  if (action !== undefined) return answerAction(asked, at, { action, form })
  if (verdict !== 'approve' && verdict !== 'reject' && verdict !== 'note') throw new TuppenceError('bad-request')
  const { deps, session } = asked
  const note = noteIn(form)
  const word = { person: session.person.id, verdict, note, seen: form.get('seen') ?? '' } as const
  const decided: Decided = await decide(deps.office, at.desk.source, at.id, { word, nowMs: deps.clock.nowMs() })
  if (decided.status !== 'refused') {
    const { kind } = at.desk.source
    deps.log('info', 'decided', { person: session.person.id, kind, verdict, status: decided.status })
    return `${operatorPath}/${at.desk.path}/${at.id}?said=${decided.status}`
  }
  if (decided.why === 'unknown') throw new TuppenceError('not-found')
  return { ...(await renderSubject(asked, at, { refused: refusals[decided.why], note })), status: 409 }
}

/** Does what only this kind of thing knows. */
async function answerAction(
  asked: Asked,
  at: SubjectAt,
  { action, form }: { action: Action; form: URLSearchParams },
): Promise<string | Page> {
  const { deps, session } = asked
  const given = { person: session.person.id, note: noteIn(form), value: (form.get('value') ?? '').trim() }
  const refused = await action.run(deps, at.id, given)
  if (refused !== undefined) return { ...(await renderSubject(asked, at, { refused, note: given.note })), status: 409 }
  deps.log('info', 'decided', { person: session.person.id, kind: at.desk.source.kind, verdict: action.value })
  return `${operatorPath}/${at.desk.path}/${at.id}?said=done`
}

function noteIn(form: URLSearchParams): string {
  return (form.get('note') ?? '').trim().replaceAll('\r\n', '\n')
}

async function renderSubject(
  { deps, session }: Asked,
  { desk, id }: SubjectAt,
  { said, refused, note = '' }: { said?: string; refused?: string; note?: string },
): Promise<Page> {
  const view = await desk.view(deps, id)
  if (view === undefined) throw new TuppenceError('not-found')
  const { kind } = desk.source
  const history = await historyOf(deps.office, kind, id)
  const { seen } = view.subject
  const approvals = await approvalsOf(deps.office.db, { subject_kind: kind, subject_id: id, seen })
  const nameOf = namesOf(deps.config.admin?.people ?? [])
  return {
    title: view.title,
    at: '',
    body: html`<div class="lead">
        <p><a href="${operatorPath}">All that is held</a></p>
        <h1>${view.title}</h1>
        <p class="tags">
          ${amountOf(view)} ${view.tags.map(tagOf)}
          <span class="tag dull">${view.state}</span>
        </p>
      </div>
      ${said === undefined ? '' : html`<p class="say" role="status">${said}</p>`}
      ${refused === undefined ? '' : html`<p class="say bad" role="alert">${refused}</p>`}
      <div class="columns">
        ${view.reasons.length === 0 ? '' : html`<div>${findings(view.reasons)}</div>`}
        <aside>
          ${decideForm({ desk, view, approvals: approvals.map(nameOf), token: session.formToken, note, mine: mineOf(history, session.person.id, seen) })}
          <section>
            <h2>History</h2>
            ${historyList(view, history, nameOf)}
          </section>
        </aside>
        <div>
          <section>
            <h2>What it is</h2>
            <dl class="card facts">
              ${view.facts.map(
                ([label, value]) =>
                  html`<dt>${label}</dt>
                    <dd>${value}</dd>`,
              )}
            </dl>
          </section>
          ${view.more ?? ''}
        </div>
      </div>`,
  }
}

function namesOf(people: readonly { id: string; name: string }[]): (id: string) => string {
  return (id) => people.find((person) => person.id === id)?.name ?? id
}

function mineOf(history: readonly DecisionRow[], person: string, seen: string): DecisionRow | undefined {
  return history.find((row) => row.person === person && row.seen === seen && row.verdict !== 'note')
}

function findings(reasons: readonly Reason[]): Html {
  const items = reasons.map(
    ({ tag, text, rule, figures }) =>
      html`<div class="finding">
        <h3>${tagOf(tag)} <span class="muted small">${wordsOf(rule)}</span></h3>
        <p>${text}</p>
        ${figuresOf(figures)}
      </div>`,
  )
  return html`<section>
    <h2>Why it is held</h2>
    <div class="card">${items}</div>
  </section>`
}

/** What the reason was made of, as the rule has it. */
function figuresOf(figures: Reason['figures']): Html {
  const entries = Object.entries(figures)
  if (entries.length === 0) return html``
  return html`<details>
    <summary>Figures (minor units, counts, percent)</summary>
    <dl class="figures">
      ${entries.map(
        ([name, value]) =>
          html`<div>
            <dt>${wordsOf(name)}</dt>
            <dd>${value.toLocaleString('en')}</dd>
          </div>`,
      )}
    </dl>
  </details>`
}

/** `freshMedian`, `payout-size`: as words. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/[-_]/g, ' ')
    .replaceAll(/([a-z])([A-Z0-9])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
}

function historyList(view: View, history: readonly DecisionRow[], nameOf: (id: string) => string): Html {
  const said: Readonly<Record<DecisionRow['verdict'], string>> = {
    approve: 'approved',
    reject: 'rejected',
    note: 'noted',
  }
  const rows = [
    ...view.events.map(({ atMs, text }) => ({ atMs, kind: '', line: html`<span>${text}</span>` })),
    ...history.map(({ at_ms: atMs, person, verdict, note, seen }) => ({
      atMs,
      kind: verdict,
      line: html`<span
          ><b>${nameOf(person)}</b>
          ${said[verdict]}${seen === view.subject.seen || verdict === 'note' ? '' : ' what it was then'}</span
        >${note === '' ? '' : html`<span>${note}</span>`}`,
    })),
  ].toSorted((a, b) => a.atMs - b.atMs)
  return html`<ol class="history">
    ${rows.map(({ atMs, kind, line }) => html`<li class="${kind}"><span class="muted small">${moment(atMs)}</span>${line}</li>`)}
  </ol>`
}
