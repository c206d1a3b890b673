// The log of decisions, the newest first; pages.ts calls it.

import { html } from 'hono/html'
import { decisionLog } from './decide.ts'
import { desks } from './desks.ts'
import { moment, operatorPath, table } from './layout.ts'
import type { Asked, Page } from './page.ts'

const rowsMax = 100

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
          Who decided what. Rows are never changed or deleted: the database refuses it. Times are UTC.
        </p>
      </div>
      ${
        rows.length === 0
          ? html`<p class="none">
              Nothing has been decided ${before === beforeMs && url.searchParams.has('before') ? 'before that' : 'yet'}.
            </p>`
          : table({
              caption: 'Decisions, the newest first',
              heads: ['When', 'Who', 'What', 'On', 'Note'],
              rows: rows.map(({ at_ms: atMs, person, verdict, subject_kind: kind, subject_id: id, note }) => {
                const desk = desks.find(({ source }) => source.kind === kind)
                const tone = { approve: '', reject: 'bad', note: 'dull' }[verdict]
                return [
                  moment(atMs),
                  people.get(person) ?? person,
                  html`<span class="tag ${tone}">${verdict}</span>`,
                  desk === undefined
                    ? `${kind} ${id}`
                    : html`<a href="${operatorPath}/${desk.path}/${id}">${kind} ${id.slice(0, 8)}</a>`,
                  note,
                ]
              }),
            })
      }
      ${rows.length < rowsMax || oldest === undefined ? '' : html`<p><a href="?before=${oldest.at_ms}">Older</a></p>`}`,
  }
}
