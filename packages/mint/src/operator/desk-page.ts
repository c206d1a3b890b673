// The operator's first page: everything that is held, by kind, each with why; pages.ts calls it.

import { html } from 'hono/html'
import { disputesSection } from './cards.ts'
import { desks } from './desks.ts'
import type { Desk, Held, Reason, Tag } from './desk.ts'
import { age, amountOf, operatorPath, type Html } from './layout.ts'
import type { Asked, Page } from './page.ts'
import { watchedSection } from './watched.ts'
import { windDownBanner } from './wind-down-banner.ts'

/** More than this many of a kind are not shown at once. */
const shownMax = 200

/** The page. */
export async function deskPage({ deps }: Asked): Promise<Page> {
  const nowMs = deps.clock.nowMs()
  const lists = await Promise.all(desks.map(async (desk) => ({ desk, held: await desk.held(deps) })))
  const count = lists.reduce((sum, { held }) => sum + held.length, 0)
  const alone = (deps.config.admin?.people.length ?? 0) < 2
  return {
    title: 'Held',
    at: '',
    body: html`<div class="lead">
        <h1>${count === 0 ? 'Nothing is held' : `${count} held`}</h1>
        <p class="muted">What waits for a person. Everything else goes by itself.</p>
      </div>
      ${windDownBanner(deps)}
      ${alone ? html`<p class="say warn">Only you are configured. What needs two people waits until there is a second one in <code>admin.people</code>.</p>` : ''}
      ${lists.map(({ desk, held }) => sectionOf(desk, held, nowMs))} ${await watchedSection(deps)}
      ${await disputesSection(deps)}`,
  }
}

function sectionOf(desk: Desk, held: readonly Held[], nowMs: number): Html {
  const items = held.slice(0, shownMax).map((item) => itemOf(desk, item, nowMs))
  return html`<section>
    <h2>${desk.heading}</h2>
    ${
      held.length === 0
        ? html`<p class="none">${desk.none}</p>`
        : html`<ul class="items">
            ${items}
          </ul>`
    }
    ${held.length > shownMax ? html`<p class="muted">and ${held.length - shownMax} more</p>` : ''}
  </section>`
}

function itemOf({ path }: Desk, item: Held, nowMs: number): Html {
  const { id, title, sinceMs, tags, reasons } = item
  // What a reason says already is not said again.
  const said = new Set(reasons.map(({ tag }) => tag.text))
  return html`<li class="card item">
    <div class="top">
      <h3><a href="${operatorPath}/${path}/${id}">${title}</a></h3>
      ${amountOf(item)}
    </div>
    <p class="tags">
      ${tags.filter(({ text }) => !said.has(text)).map(tagOf)}<span class="tag dull">for ${age(nowMs - sinceMs)}</span>
    </p>
    <ul class="reasons">
      ${reasons.map(reasonLine)}
    </ul>
  </li>`
}

/** A word in its field. */
export function tagOf({ text, tone }: Tag): Html {
  return html`<span class="tag ${tone}">${text}</span>`
}

function reasonLine({ tag, text }: Reason): Html {
  return html`<li>${tagOf(tag)}<span>${text}</span></li>`
}
