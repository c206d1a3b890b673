// The requests that the `stripe` library sends, answered: routes, forms, idempotency keys and errors; double.ts serves it.

import { createHash } from 'node:crypto'
import type { Stripe } from 'stripe'
import { ApiError, missing } from './api-error.ts'
import { flatAt, readForm, textAt, type Form } from './form.ts'
import {
  cancelIntent,
  captureIntent,
  expireDue,
  expireSession,
  intentsAsked,
  refundIntent,
  sessionOf,
} from './money.ts'
import { newSession } from './objects.ts'
import { createTransfer, reverseTransfer } from './transfers.ts'
import { apiVersion, nowSeconds, type World } from './world.ts'

/** One request, decoded. */
interface Asked {
  readonly form: Form
  readonly id: string
}

type Answer = (world: World, asked: Asked) => object

const routes: readonly (readonly [method: string, path: RegExp, answer: Answer])[] = [
  ['POST', /^\/v1\/checkout\/sessions$/, openSession],
  [
    'GET',
    /^\/v1\/checkout\/sessions\/([\w]+)$/,
    (world, { id, form }) => expanded(world, freshSession(world, id), form),
  ],
  ['POST', /^\/v1\/checkout\/sessions\/(\w+)\/expire$/, endSession],
  ['GET', /^\/v1\/payment_intents\/(\w+)$/, (world, { id, form }) => expanded(world, intentById(world, id), form)],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/capture$/, capture],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/cancel$/, cancel],
  ['GET', /^\/v1\/charges\/(\w+)$/, (world, { id, form }) => expanded(world, found(world.charges, 'charge', id), form)],
  ['POST', /^\/v1\/refunds$/, refund],
  ['GET', /^\/v1\/refunds$/, (world, { form }) => listed(world, 'refunds', form)],
  ['GET', /^\/v1\/refunds\/(\w+)$/, (world, { id }) => found(world.refunds, 'refund', id)],
  ['GET', /^\/v1\/disputes$/, (world, { form }) => listed(world, 'disputes', form)],
  ['GET', /^\/v1\/disputes\/(\w+)$/, (world, { id }) => found(world.disputes, 'dispute', id)],
  ['GET', /^\/v1\/events$/, events],
  [
    'GET',
    /^\/v1\/events\/(\w+)$/,
    (world, { id }) => world.events.find((event) => event.id === id) ?? none('event', id),
  ],
  [
    'GET',
    /^\/v1\/balance_transactions\/(\w+)$/,
    (world, { id }) => found(world.transactions, 'balance_transaction', id),
  ],
  ['GET', /^\/v1\/balance$/, balance],
  ['POST', /^\/v1\/transfers$/, (world, { form }) => createTransfer(world, form)],
  ['GET', /^\/v1\/transfers$/, (world, { form }) => listed(world, 'transfers', form)],
  ['GET', /^\/v1\/transfers\/(\w+)$/, (world, { id }) => found(world.transfers, 'transfer', id)],
  ['POST', /^\/v1\/transfers\/(\w+)\/reversals$/, (world, { id, form }) => reverseTransfer(world, id, form)],
  ['GET', /^\/v1\/accounts\/(\w+)$/, (world, { id }) => found(world.accounts, 'account', id)],
]

/** Answers a request to the API. */
export async function answerApi(world: World, request: Request): Promise<Response> {
  const { behaviour } = world
  if (behaviour.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, behaviour.slowMs))
  if (behaviour.down) return failed(503, { type: 'api_error', message: 'Stripe is down.' })
  const url = new URL(request.url)
  if (request.headers.get('authorization') !== `Bearer ${world.secretKey}`) {
    return failed(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' })
  }
  const text = request.method === 'GET' ? url.search.slice(1) : await request.text()
  const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null
  const asked = createHash('sha256').update(`${url.pathname} ${text}`).digest('hex')
  const known = key === null ? undefined : world.remembered.get(key)
  if (known !== undefined && known.asked !== asked) {
    return failed(400, {
      type: 'idempotency_error',
      message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    })
  }
  const answer = known ?? perform(world, { method: request.method, path: url.pathname, text, asked })
  if (key !== null) world.remembered.set(key, answer)
  if (known === undefined && request.method === 'POST' && behaviour.answersThenFails > 0) {
    behaviour.answersThenFails--
    return failed(500, { type: 'api_error', message: 'An unexpected error occurred.' })
  }
  return respond(answer.status, answer.text, known === undefined ? {} : { 'idempotent-replayed': 'true' })
}

function perform(
  world: World,
  { method, path, text, asked }: { method: string; path: string; text: string; asked: string },
): { asked: string; status: number; text: string } {
  try {
    for (const [wanted, pattern, answer] of routes) {
      const match = wanted === method ? pattern.exec(path) : null
      if (match === null) continue
      return { asked, status: 200, text: JSON.stringify(answer(world, { form: readForm(text), id: match[1] ?? '' })) }
    }
    throw new ApiError(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${method}: ${path}).`,
    })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { asked, status: error.status, text: JSON.stringify({ error: error.body }) }
  }
}

function failed(status: number, error: Readonly<Record<string, unknown>>): Response {
  return respond(status, JSON.stringify({ error }), {})
}

function respond(status: number, text: string, headers: Readonly<Record<string, string>>): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': 'application/json',
      'stripe-version': apiVersion,
      'request-id': 'req_double',
      ...headers,
    },
  })
}

const secondsMin = 30 * 60
const secondsMax = 24 * 3600

function openSession(world: World, { form }: Asked): object {
  checkNames(form)
  if (textAt(form, 'mode') !== 'payment') throw wrong('mode')
  const amount = whole(
    textAt(form, 'line_items', 0, 'price_data', 'unit_amount'),
    'line_items[0][price_data][unit_amount]',
  )
  if (textAt(form, 'line_items', 0, 'quantity') !== '1') throw wrong('line_items[0][quantity]')
  const currency = textAt(form, 'line_items', 0, 'price_data', 'currency') ?? ''
  if (!/^[a-z]{3}$/.test(currency)) throw wrong('line_items[0][price_data][currency]')
  if (amount < 50) throw wrong('line_items[0][price_data][unit_amount]', 'amount_too_small')
  if (amount > 99_999_999) throw wrong('line_items[0][price_data][unit_amount]', 'amount_too_large')
  const successUrl = textAt(form, 'success_url')
  if (successUrl === undefined || !URL.canParse(successUrl)) throw wrong('success_url')
  const nowS = nowSeconds(world)
  const expiresAt = Number(textAt(form, 'expires_at') ?? nowS + secondsMax)
  // A minute of grace: clocks differ.
  if (!(expiresAt >= nowS + secondsMin - 60 && expiresAt <= nowS + secondsMax + 60)) throw wrong('expires_at')
  const captureMethod = textAt(form, 'payment_intent_data', 'capture_method') === 'manual' ? 'manual' : 'automatic'
  const suffix = textAt(form, 'payment_intent_data', 'statement_descriptor_suffix') ?? null
  const intentMetadata = flatAt(form, 'payment_intent_data', 'metadata')
  const session = newSession(world, {
    amount,
    currency,
    successUrl,
    cancelUrl: textAt(form, 'cancel_url') ?? null,
    clientReferenceId: textAt(form, 'client_reference_id') ?? null,
    expiresAt,
    metadata: flatAt(form, 'metadata'),
    intentMetadata,
    captureMethod,
    statementDescriptorSuffix: suffix,
  })
  world.sessions.set(session.id, session)
  intentsAsked.set(session, { metadata: intentMetadata, captureMethod, statementDescriptorSuffix: suffix })
  return session
}

/** What is asked of a checkout here; as Stripe does, anything else is refused, so that nothing is believed to be done. */
const sessionNames: readonly string[] = [
  'mode',
  'allowed_payment_method_types',
  'line_items',
  'client_reference_id',
  'metadata',
  'payment_intent_data',
  'expires_at',
  'success_url',
  'cancel_url',
  'locale',
  'customer_email',
]

function checkNames(form: Form): void {
  const unknown = Object.keys(form).find((name) => !sessionNames.includes(name))
  if (unknown === undefined) return
  throw new ApiError(400, {
    type: 'invalid_request_error',
    code: 'parameter_unknown',
    message: `Received unknown parameter: ${unknown}`,
    param: unknown,
  })
}

function freshSession(world: World, id: string): Stripe.Checkout.Session {
  const session = sessionOf(world, id)
  expireDue(world, session)
  return session
}

function endSession(world: World, { id }: Asked): object {
  const session = freshSession(world, id)
  expireSession(world, session)
  return session
}

function intentById(world: World, id: string): Stripe.PaymentIntent {
  return found(world.intents, 'payment_intent', id)
}

function capture(world: World, { id, form }: Asked): object {
  const intent = intentById(world, id)
  const asked = textAt(form, 'amount_to_capture')
  captureIntent(world, intent, asked === undefined ? intent.amount_capturable : whole(asked, 'amount_to_capture'))
  return expanded(world, intent, form)
}

function cancel(world: World, { id, form }: Asked): object {
  const intent = intentById(world, id)
  cancelIntent(world, intent, textAt(form, 'cancellation_reason') ?? null)
  return intent
}

function refund(world: World, { form }: Asked): object {
  const intent = intentById(world, textAt(form, 'payment_intent') ?? '')
  const amount = textAt(form, 'amount')
  return refundIntent(world, intent, {
    amount: amount === undefined ? undefined : whole(amount, 'amount'),
    metadata: flatAt(form, 'metadata'),
    reason: textAt(form, 'reason') ?? null,
  })
}

function balance(world: World): object {
  const sums = new Map<string, number>()
  for (const { currency, net } of world.transactions.values()) sums.set(currency, (sums.get(currency) ?? 0) + net)
  const each = [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }))
  return { object: 'balance', available: each, livemode: world.livemode, pending: [] }
}

function events(world: World, { form }: Asked): object {
  const types = form['types']
  const since = Number(textAt(form, 'created', 'gte') ?? 0)
  const until = Number(textAt(form, 'created', 'lte') ?? Infinity)
  const wanted = world.events.filter(
    ({ type, created }) =>
      created >= since && created <= until && (!Array.isArray(types) || (types as readonly unknown[]).includes(type)),
  )
  return page(wanted.toReversed(), form, '/v1/events')
}

function listed(world: World, kind: 'refunds' | 'disputes' | 'transfers', form: Form): object {
  const wanted = [...(world[kind] as Map<string, { id: string }>).values()].filter((each) =>
    ['payment_intent', 'charge', 'transfer_group', 'destination'].every((name) => {
      const asked = textAt(form, name)
      return asked === undefined || (each as Record<string, unknown>)[name] === asked
    }),
  )
  return page(wanted.toReversed(), form, `/v1/${kind}`)
}

/** A page of a list, the newest first. */
function page(all: readonly { id: string }[], form: Form, url: string): object {
  const limit = Math.min(100, Number(textAt(form, 'limit') ?? 10))
  const after = textAt(form, 'starting_after')
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
  const data = all.slice(from, from + limit)
  return { object: 'list', data, has_more: from + limit < all.length, url }
}

/** Puts objects in the place of their ids, as asked: `latest_charge`, `latest_charge.balance_transaction`, `payment_intent`. */
function expanded<T extends object>(world: World, object: T, form: Form): T {
  const paths = form['expand']
  if (!Array.isArray(paths)) return object
  const copy = { ...object } as Record<string, unknown>
  for (const path of paths as readonly string[]) {
    let at = copy
    for (const name of path.split('.')) {
      const value = at[name]
      if (typeof value === 'string') {
        at[name] = {
          ...(world.charges.get(value) ??
            world.intents.get(value) ??
            world.transactions.get(value) ??
            none(name, value)),
        }
      }
      if (typeof at[name] !== 'object' || at[name] === null) break
      at = at[name] as Record<string, unknown>
    }
  }
  return copy as T
}

function found<T>(all: ReadonlyMap<string, T>, what: string, id: string): T {
  return all.get(id) ?? none(what, id)
}

function none(what: string, id: string): never {
  throw missing(what, id)
}

function whole(text: string | undefined, param: string): number {
  if (text === undefined || !/^\d{1,12}$/.test(text)) throw wrong(param, 'parameter_invalid_integer')
  return Number(text)
}

function wrong(param: string, code = 'parameter_invalid'): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', code, message: `Invalid ${param}.`, param })
}
