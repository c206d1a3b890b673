// The operator's pages: who is signed in, which page they want, which form they sent; admin-mounts.ts lists it.

import { html } from 'hono/html'
import { errorRow, isTuppenceError, TuppenceError, utf8Decode } from '@tuppence/protocol'
import type { AdminMount } from '../admin.ts'
import type { Deps } from '../deps.ts'
import { isCsv, statementText } from '../payout/statement/csv.ts'
import { booksPage } from './books-page.ts'
import { costsPage } from './costs-page.ts'
import { deskPage } from './desk-page.ts'
import { desks } from './desks.ts'
import { operatorPath, pageAnswer, type Html } from './layout.ts'
import { logPage } from './log-page.ts'
import type { Asked, Page } from './page.ts'
import { checkForm, createSessions, noCookie, type Sessions } from './session.ts'
import { answerWord, subjectPage } from './subject-page.ts'

const bodyBytesMax = 16_384

/** The pages, where people are configured; they come by a session of their own and not by the machines' token. */
export function operatorMount(deps: Deps): AdminMount {
  const { admin } = deps.config
  if (admin === undefined || admin.people.length === 0) return async () => undefined
  const sessions = createSessions(deps, { people: admin.people, isSecure: admin.url?.startsWith('https:') === true })
  return async (request, path, from = '') => {
    if (path === '/' && request.method === 'GET') return redirect(operatorPath)
    if (path !== operatorPath && !path.startsWith(`${operatorPath}/`)) return undefined
    try {
      return await answer({ deps, sessions, request, path, from })
    } catch (error) {
      if (!isTuppenceError(error)) throw error
      const said = sentences[error.code] ?? 'It did not work.'
      return pageAnswer({
        title: 'Not done',
        name: deps.config.name,
        status: errorRow(error.code).status,
        body: notDone(said),
      })
    }
  }
}

const sentences: Readonly<Record<string, string>> = {
  'account-forbidden': 'This form did not come from a page of yours, or from one before you signed in anew.',
  'too-many-requests': 'Too many tries. Wait a minute.',
  'not-found': 'There is no such page.',
  'body-too-large': 'That is too long.',
  'storage-unavailable': 'The database does not answer now. Nothing is known to have changed; look again in a moment.',
}

function notDone(said: string): Html {
  return html`<div class="lead">
    <h1>Not done</h1>
    <p>${said}</p>
    <p><a href="${operatorPath}">Back to what is held</a></p>
  </div>`
}

interface Coming {
  readonly deps: Deps
  readonly sessions: Sessions
  readonly request: Request
  readonly path: string
  readonly from: string
}

async function answer({ deps, sessions, request, path, from }: Coming): Promise<Response> {
  const { name } = deps.config
  const session = sessions.of(request)
  if (request.method === 'POST') {
    const form = await formOf(request)
    checkForm(request, form, session)
    if (path === `${operatorPath}/enter`) return enter({ deps, sessions, request, path, from }, form)
    if (session === undefined)
      return pageAnswer({ ...signIn('Your session is over. Sign in again.'), name, status: 403 })
    if (path === `${operatorPath}/leave`) {
      sessions.leave(session)
      return redirect(operatorPath, { 'set-cookie': noCookie })
    }
    const given = { deps, session, url: new URL(request.url) }
    const subject = subjectOf(path)
    if (subject === undefined) throw new TuppenceError('not-found')
    const refused = await answerWord(given, subject, form)
    return typeof refused === 'string' ? redirect(refused) : pageAnswer({ ...refused, session, name })
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new TuppenceError('method-not-allowed')
  if (session === undefined) return pageAnswer({ ...signIn(), name, status: path === operatorPath ? 200 : 403 })
  const [, account] = /^\/operator\/statements\/([\w.:-]{1,128})$/.exec(path) ?? []
  if (account !== undefined) return statement(deps, account, new URL(request.url).searchParams)
  const page = await pageOf({ deps, session, url: new URL(request.url) }, path)
  return pageAnswer({ ...page, session, name })
}

async function pageOf(asked: Asked, path: string): Promise<Page> {
  const subject = subjectOf(path)
  if (subject !== undefined) return subjectPage(asked, subject)
  switch (path.slice(operatorPath.length)) {
    case '':
      return deskPage(asked)
    case '/log':
      return logPage(asked)
    case '/books':
      return booksPage(asked)
    case '/costs':
      return costsPage(asked)
    default:
      throw new TuppenceError('not-found')
  }
}

/** A publisher's month, as it gets it itself. */
async function statement(deps: Deps, id: string, query: URLSearchParams): Promise<Response> {
  const account = await deps.ledger.account(id)
  if (account === undefined) throw new TuppenceError('not-found')
  const type = isCsv(query) ? 'text/csv; charset=utf-8' : 'application/json'
  const name = `${id}-${query.get('month') ?? 'statement'}.${isCsv(query) ? 'csv' : 'json'}`
  return new Response(await statementText(deps, account, query), {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** `/operator/payouts/<id>`: a desk, and what lies on it. */
function subjectOf(path: string) {
  const [, name, id] = /^\/operator\/([a-z]+)\/([\w.:-]{1,128})$/.exec(path) ?? []
  const desk = desks.find((each) => each.path === name)
  return desk === undefined || id === undefined ? undefined : { desk, id }
}

async function enter({ deps, sessions, from }: Coming, form: URLSearchParams): Promise<Response> {
  const id = form.get('id') ?? ''
  const cookie = await sessions.enter({ id, passphrase: form.get('passphrase') ?? '', from })
  if (cookie !== undefined) {
    deps.log('info', 'operator-entered', { person: id })
    return redirect(operatorPath, { 'set-cookie': cookie })
  }
  deps.log('warn', 'operator-refused')
  return pageAnswer({ ...signIn('That is not right.'), name: deps.config.name, status: 403 })
}

function signIn(said = ''): Page {
  return {
    title: 'Sign in',
    body: html`<div class="alone card">
      <form method="post" action="${operatorPath}/enter">
        <h1>Sign in</h1>
        ${said === '' ? '' : html`<p class="say bad" role="alert">${said}</p>`}
        <label
          >Your id<input
            name="id"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            required
            maxlength="32"
        /></label>
        <label
          >Your passphrase<input
            type="password"
            name="passphrase"
            autocomplete="current-password"
            required
            maxlength="200"
        /></label>
        <button class="main">Sign in</button>
      </form>
    </div>`,
  }
}

function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', ...headers } })
}

async function formOf(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) throw new TuppenceError('media-type-unsupported')
  if (!(Number(request.headers.get('content-length') ?? Number.NaN) <= bodyBytesMax))
    throw new TuppenceError('body-too-large')
  return new URLSearchParams(utf8Decode(new Uint8Array(await request.arrayBuffer())))
}
