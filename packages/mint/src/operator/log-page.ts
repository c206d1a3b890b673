// The log of decisions, the newest first; pages.ts calls it.

import { html } from 'hono/html'
import type { DecisionRow } from '../office/tables/review.ts'
import { decisionLog } from './decide.ts'
import { desks } from './desks.ts'
import { moment, operatorPath, type Html } from './layout.ts'
import type { Asked, Page } from './page.ts'

const rowsMax = 100

const words: Readonly<Record<DecisionRow['verdict'], string>> = {
  approve: 'approved',
  reject: 'rejected',
  note: 'noted on',
}

/** The page. `?before=<ms>` goes back in time. */
export async function logPage({ deps, url }: Asked): Promise<Page> {
  const before = Number(url.searchParams.get('before') ?? Number.MAX_SAFE_INTEGER)
  const beforeMs = Number.isSafeInteger(before) ? before : Number.MAX_SAFE_INTEGER
  const rows = await decisionLog(deps.office, { beforeMs, rowsMax })
  const people = new Map(deps.config.admin?.people.map(({ id, name }) => [id, name]))
  const oldest = rows.at(-1)
  return {
    title: 'Log',
    at: '/log',
    body: html`<div class="lead">
        <h1>Log</h1>
        <p class="muted">
          Who decided what, the newest first. Rows are never changed or deleted: the database refuses it. Times are UTC.
        </p>
      </div>
      ${
        rows.length === 0
          ? html`<p class="none">
              Nothing has been decided${url.searchParams.has('before') ? ' before that' : ' yet'}.
            </p>`
          : html`<ol class="history card">
              ${rows.map((row) => line(row, people.get(row.person) ?? row.person))}
            </ol>`
      }
      ${rows.length < rowsMax || oldest === undefined ? '' : html`<p><a href="?before=${oldest.at_ms}">Older</a></p>`}`,
  }
}

function line({ at_ms: atMs, verdict, subject_kind: kind, subject_id: id, note }: DecisionRow, person: string): Html {
  const desk = desks.find(({ source }) => source.kind === kind)
  const subject =
    desk === undefined
      ? `${kind} ${id}`
      : html`<a href="${operatorPath}/${desk.path}/${id}">${kind} ${id.slice(0, 8)}</a>`
  return html`<li class="${verdict}">
    <span class="muted small">${moment(atMs)}</span>
    <span><b>${person}</b> ${words[verdict]} ${subject}</span>
    ${note === '' ? '' : html`<span>${note}</span>`}
  </li>`
}
