// Payouts on the operator's listener, for machines with its token: planning, sending, files for the bank, what the bank did,
// destinations and statements; admin-mounts.ts lists it. What people decide is on the operator's pages.

import * as v from 'valibot'
import { accountIdSchema, destinationSchema, isTuppenceError, toProblem, TuppenceError } from '@tuppence/protocol'
import { adminHeaders as headers, type AdminMount } from '../admin.ts'
import type { Deps } from '../deps.ts'
import { confirmPayout, type Confirmed } from './confirm.ts'
import { holdPayout } from './decide.ts'
import { changeDestination, destinationAnswer } from './destination.ts'
import { sendPayouts } from './pay.ts'
import { planPayouts } from './plan.ts'
import { isCsv, statementText } from './statement/csv.ts'

const bodyCharsMax = 1_048_576
const rowsMax = 500
/** What payouts and destinations say of what no person did. */
const nobody: readonly string[] = ['account', 'chore', 'cli']
const personSchema = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.regex(/^[\w.@-]{1,64}$/),
  v.check((name) => !nobody.includes(name)),
)
const planSchema = v.strictObject({ by: personSchema, account: v.optional(accountIdSchema) })
const toSchema = v.strictObject({ account: accountIdSchema, by: personSchema, ...destinationSchema.entries })
const holdSchema = v.strictObject({
  payout: v.pipe(v.string(), v.maxLength(64)),
  person: personSchema,
  reason: v.pipe(v.string(), v.nonEmpty(), v.maxLength(500)),
})
const confirmSchema = v.strictObject({
  person: personSchema,
  payouts: v.pipe(
    v.array(
      v.strictObject({
        payout: v.pipe(v.string(), v.maxLength(64)),
        outcome: v.picklist(['paid', 'failed']),
        note: v.optional(v.string(), ''),
        reference: v.exactOptional(v.pipe(v.string(), v.maxLength(100))),
      }),
    ),
    v.maxLength(10_000),
  ),
})

type Answer = (deps: Deps, request: Request, query: URLSearchParams) => Promise<Response>

const json = (value: unknown) => Response.json(value, { headers })

const answers: Readonly<Record<string, Answer>> = {
  'POST /payouts/plan': async (deps, request) => {
    const { by, account } = await read(planSchema, request)
    checkPerson(deps, 'by', by)
    return json({ planned: await planPayouts(deps, account === undefined ? { by } : { by, account }) })
  },
  'POST /payouts/send': async (deps) => json(await sendPayouts(deps)),
  'POST /payouts/hold': async ({ office, clock, config }, request) => {
    const { payout, person, reason } = await read(holdSchema, request)
    checkPerson({ config }, 'person', person)
    const text = `${person} holds it: ${reason}`
    return json({ held: await holdPayout(office.db, payout, { reason: text, nowMs: clock.nowMs() }) })
  },
  'POST /payouts/confirm': async (deps, request) => {
    const { person, payouts } = await read(confirmSchema, request)
    checkPerson(deps, 'person', person)
    const confirmed: Confirmed[] = []
    for (const said of payouts) confirmed.push(await confirmPayout(deps, { ...said, person }))
    return json({ confirmed })
  },
  'POST /destinations': async (deps, request) => {
    const to = await read(toSchema, request)
    checkPerson(deps, 'by', to.by)
    return json(destinationAnswer(await changeDestination(deps, to)))
  },
  'GET /payouts': async ({ office }, _request, query) => {
    const all = office.db.selectFrom('payouts').selectAll().orderBy('created_at_ms', 'desc').limit(rowsMax)
    const account = query.get('account')
    return json({ payouts: await (account === null ? all : all.where('account', '=', account)).execute() })
  },
  'GET /payouts/files': async ({ office }) =>
    json({
      files: await office.db
        .selectFrom('payout_batches')
        .select(['id', 'unit', 'payments', 'total', 'created_at_ms'])
        .orderBy('created_at_ms', 'desc')
        .limit(rowsMax)
        .execute(),
    }),
  'GET /payouts/file': async ({ office }, _request, query) => {
    const id = query.get('id') ?? ''
    const file = await office.db.selectFrom('payout_batches').selectAll().where('id', '=', id).executeTakeFirst()
    if (file === undefined) throw new TuppenceError('not-found')
    const [text, type, end] = isCsv(query)
      ? [file.csv, 'text/csv; charset=utf-8', 'csv']
      : [file.document, 'application/xml', 'xml']
    const disposition = `attachment; filename="${file.id}.${end}"`
    return new Response(text, { headers: { ...headers, 'content-type': type, 'content-disposition': disposition } })
  },
  'GET /statement': async (deps, _request, query) => {
    const account = await deps.ledger.account(query.get('account') ?? '')
    if (account === undefined) throw new TuppenceError('account-unknown')
    const type = isCsv(query) ? 'text/csv; charset=utf-8; header=present' : 'application/json'
    return new Response(await statementText(deps, account, query), { headers: { ...headers, 'content-type': type } })
  },
}

/** Makes it. */
export function payoutMount(deps: Deps): AdminMount {
  return async (request, path) => {
    const answer = answers[`${request.method} ${path}`]
    if (answer === undefined) return undefined
    try {
      return await answer(deps, request, new URL(request.url).searchParams)
    } catch (error) {
      if (!isTuppenceError(error)) throw error
      const problem = toProblem(error)
      return Response.json(problem, { status: problem.status, headers })
    }
  }
}

/** Who plans a payout or changes its destination may not approve it: where people are configured, it is one of them. */
function checkPerson({ config: { admin } }: Pick<Deps, 'config'>, field: string, name: string): void {
  const people = admin?.people ?? []
  if (people.length > 0 && !people.some(({ id }) => id === name))
    throw new TuppenceError('bad-request', { details: { field } })
}

async function read<S extends v.GenericSchema>(schema: S, request: Request): Promise<v.InferOutput<S>> {
  const text = await request.text()
  if (text.length > bodyCharsMax) throw new TuppenceError('body-too-large')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TuppenceError('bad-request')
  }
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  throw new TuppenceError('bad-request', { details: { field: v.getDotPath(parsed.issues[0]) ?? '(whole)' } })
}
