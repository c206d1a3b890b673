/** The network between everyone: carries requests, and drops, delays, cuts, edits, doubles and reorders them, both ways. */
import type { Fetch } from '../src/ports.ts'
import type { Dice } from './dice.ts'
import type { Actor, Scheduler } from './scheduler.ts'

/** A request as it goes over the wire. */
export type Wire = {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string | undefined
}
type Reply = {
  readonly status: number
  readonly headers: [string, string][]
  readonly text: string
  /** Steps of others before it arrives. */
  readonly heldSteps?: number
}

export type Proxy = {
  readonly fetchFor: (actor: Actor) => Fetch
  /** The till's way to the mint. */
  readonly exchangeFor: (
    actor: Actor,
  ) => (
    question: Omit<Wire, 'headers'> & { readonly headers?: Wire['headers'] },
  ) => Promise<{ status: number; body: string }>
  /** Brings requests that were given up for lost. `false`: there are none. */
  readonly deliverLate: () => Promise<boolean>
  /** From now on nothing goes wrong. */
  readonly heal: () => void
}

export type ProxyParts = {
  readonly dice: Dice
  readonly scheduler: Scheduler
  /** How often something goes wrong with a request, 0 .. 1. */
  readonly rate: number
  /** Answers as the real server does. */
  readonly reach: (wire: Wire) => Promise<Response>
  /** Sees what leaves, before anything can happen to it. */
  readonly leaving: (actor: Actor, wire: Wire) => void
  readonly faulted: (fault: string) => void
  readonly passTime: (ms: number) => void
}

const faults = [
  'drop',
  'drop',
  'drop-answer',
  'drop-answer',
  'drop-answer',
  'late',
  'late',
  'twice',
  'slow',
  'held',
  'held',
  'edit-request',
  'cut',
  'html',
  'failing',
  'edit',
  'edit',
] as const
type Fault = (typeof faults)[number]

/** Longer than any signature, challenge or quote is good for. */
const slowMs = 10 * 60_000

/** Steps of others for which an answer is held back: a run has some hundred. */
const heldSteps = { min: 20, max: 250 }

/** Makes the network. */
export function makeProxy(parts: ProxyParts): Proxy {
  const { dice, scheduler, reach, faulted, passTime } = parts
  let { rate } = parts
  const late: (() => Promise<unknown>)[] = []
  const arrive = (wire: Wire): Promise<Reply> =>
    scheduler.serve(async () => {
      const response = await reach(wire)
      return { status: response.status, headers: [...response.headers], text: await response.text() }
    })
  const carry = async (wire: Wire): Promise<Reply> => {
    const fault: Fault | undefined = dice.chance(rate) ? dice.pick(faults) : undefined
    if (fault) faulted(`${fault} ${wire.method} ${new URL(wire.url).pathname}`)
    if (fault === 'drop') throw lost()
    if (fault === 'late') {
      late.push(() => arrive(wire))
      throw lost()
    }
    if (fault === 'slow') passTime(slowMs)
    if (fault === 'twice') await arrive(wire)
    const reply = await arrive(fault === 'edit-request' ? editRequest(dice, wire) : wire)
    if (fault === 'slow') passTime(slowMs)
    if (fault === 'drop-answer') throw lost()
    if (fault === 'held') return { ...reply, heldSteps: dice.between(heldSteps.min, heldSteps.max) }
    return fault ? spoil(dice, fault, wire, reply) : reply
  }
  return {
    heal: () => void (rate = 0),
    deliverLate: async () => {
      const [next] = late.splice(dice.below(late.length), 1)
      await next?.()
      return next !== undefined
    },
    fetchFor:
      (actor) =>
      async (url, init = {}) => {
        const wire: Wire = {
          url,
          method: init.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init.headers)),
          ...(typeof init.body === 'string' && { body: init.body }),
        }
        parts.leaving(actor, wire)
        await scheduler.gate(actor)
        const reply = await carry(wire).catch(async (error: unknown) => {
          await scheduler.gate(actor)
          throw error
        })
        await scheduler.gate(actor, reply.heldSteps)
        return new Response(reply.text, { status: reply.status, headers: reply.headers })
      },
    exchangeFor: (actor) => async (question) => {
      await scheduler.gateOfServer(actor)
      const reply = await carry({ headers: {}, ...question })
      await scheduler.gateOfServer(actor, reply.heldSteps)
      return { status: reply.status, body: reply.text }
    },
  }
}

function lost(): Error {
  return new TypeError('fetch failed')
}

/** What arrives is no longer what was sent: refused by whoever reads it, whatever is journaled. */
function editRequest(dice: Dice, wire: Wire): Wire {
  const { headers, body } = wire
  if (body !== undefined && dice.chance(0.7)) return { ...wire, body: body.slice(0, dice.below(body.length)) }
  if (headers['authorization'] === undefined) return { ...wire, url: `${wire.url}x` }
  const { authorization, ...rest } = headers
  return {
    ...wire,
    headers: dice.chance(0.5) ? rest : { ...rest, authorization: authorization.slice(0, -dice.between(1, 40)) },
  }
}

/** What comes back is no longer what was answered: nothing that a mint could vouch for, however. */
function spoil(dice: Dice, fault: Fault, wire: Wire, reply: Reply): Reply {
  switch (fault) {
    case 'cut':
      return { ...reply, text: reply.text.slice(0, dice.below(reply.text.length + 1)) }
    case 'html':
      return {
        status: dice.pick([200, 502]),
        headers: [['content-type', 'text/html']],
        text: '<html>Sign in to the network</html>',
      }
    case 'failing':
      return { status: dice.pick([500, 503, 504, 429]), headers: [], text: '' }
    case 'edit':
      return edit(dice, wire, reply)
    default:
      return reply
  }
}

function edit(dice: Dice, wire: Wire, reply: Reply): Reply {
  const { pathname } = new URL(wire.url)
  if (/^\/v1\/(swap|mint\/test)$/.test(pathname))
    return dice.chance(0.5) ? refusal(dice, reply) : editSignatures(dice, reply)
  if (pathname.startsWith('/v1/deposit')) return { ...reply, text: reply.text.replace(/"sig":"../, '"sig":"AA') }
  if (pathname.startsWith('/v1/')) return { ...reply, text: `${reply.text}}` }
  return editReceipt(dice, reply)
}

/** What a refusal may say; and, of what was signed, what a mint says that keeps no answers: the outputs are signed already. */
const refusals = [11001, 10002, 12001, 20002, 11004, 0]
const refusalsOfSigned = [...refusals, 11003, 11003]

/** A refusal out of thin air. */
function refusal(dice: Dice, { status }: Reply): Reply {
  const code = dice.pick(status === 200 ? refusalsOfSigned : refusals)
  return {
    status: 400,
    headers: [['content-type', 'application/json']],
    text: JSON.stringify({ code, detail: code === 11003 ? 'outputs-signed: no' : 'coins-spent: no' }),
  }
}

type Signature = { amount: number; id: string; C_: string; dleq?: unknown }

function editSignatures(dice: Dice, reply: Reply): Reply {
  if (reply.status !== 200) return { ...reply, status: 200 }
  const { signatures } = JSON.parse(reply.text) as { signatures: Signature[] }
  const at = dice.below(signatures.length)
  const one = signatures[at] as Signature
  const edits = [
    () => signatures.splice(at, 1),
    () => signatures.push(one),
    () => signatures.reverse(),
    () => (one.amount *= 2),
    () => (one.C_ = `02${'ab'.repeat(32)}`),
    () => (one.id = `01${'0'.repeat(64)}`),
    () => delete one.dleq,
    () => (signatures.length = 0),
  ]
  dice.pick(edits)()
  return { ...reply, text: JSON.stringify({ signatures }) }
}

/** Content without its receipt, or with another; a refusal although paid. */
function editReceipt(dice: Dice, reply: Reply): Reply {
  const without = reply.headers.filter(([name]) => name !== 'payment-receipt')
  if (reply.status !== 200) return { ...reply, headers: [] }
  if (dice.chance(0.3))
    return {
      status: 402,
      headers: [['content-type', 'application/problem+json']],
      text: '{"code":"verification-failed"}',
    }
  return { ...reply, headers: dice.chance(0.5) ? without : [...without, ['payment-receipt', 'e30']] }
}
