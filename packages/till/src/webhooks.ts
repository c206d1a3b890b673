/** Tells a publisher's server what happened: from the journal's outbox, signed, again and again until it says that it heard. */
import { createHmac } from 'node:crypto'
import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLocal } from './address.ts'
import type { Webhook, WebhookEvent } from './config-terms.ts'
import { exchange } from './exchange.ts'
import type { Journal, OutboxEvent } from './journal/port.ts'
import type { Log } from './log.ts'

/** What sending works with. `to`: `public` where publishers name the URLs who may not reach this machine's network. */
export type WebhookDeps = Readonly<{
  journal: Pick<Journal, 'dueEvents' | 'eventTried'>
  webhooks: () => readonly Webhook[]
  nowMs: () => number
  log: Log
  to: 'anywhere' | 'public'
}>

/** The sender of one till. */
export type Outbox = Readonly<{
  /** Sends what is due; several callers get one run. @returns How many events are still to be sent, of those tried. */
  now: () => Promise<number>
  /** Asks for a run soon. */
  soon: () => void
  stop: () => Promise<void>
}>

// How long after each try the next one comes. @see https://www.standardwebhooks.com "Operational considerations"
const delaysSeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
const timeoutMs = 15_000
const batchMax = 100
const soonMs = 50
const pollMs = 5_000

/** Makes a sender; it looks for due events by itself once it was asked to. */
export function outbox(deps: WebhookDeps): Outbox {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<number> | undefined
  let stopped = false

  const now = (): Promise<number> => {
    running ??= sendDue(deps, () => stopped).finally(() => (running = undefined))
    return running
  }
  const after = (delayMs: number): void => {
    if (stopped || timer || deps.webhooks().length === 0) return
    timer = setTimeout(() => {
      timer = undefined
      // The run under way may have looked before what this one is for was written.
      if (running) return after(soonMs)
      now().then(
        () => after(pollMs),
        () => after(pollMs),
      )
    }, delayMs)
    timer.unref()
  }
  return {
    now,
    soon: () => {
      clearTimeout(timer)
      timer = undefined
      after(soonMs)
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running?.catch(() => undefined)
    },
  }
}

async function sendDue(deps: WebhookDeps, isStopped: () => boolean): Promise<number> {
  const due = await deps.journal.dueEvents(deps.nowMs(), batchMax)
  let left = 0
  for (const event of due) {
    if (isStopped()) return left + 1
    if ((await sendOne(deps, event)) === 'again') left += 1
  }
  return left
}

async function sendOne(deps: WebhookDeps, event: OutboxEvent): Promise<'sent' | 'again' | 'given-up'> {
  const { journal, nowMs, log } = deps
  const wanted = deps.webhooks().filter(({ events }) => events?.includes(event.type as WebhookEvent) ?? true)
  const sentTo = new Set(event.sentTo)
  for (const webhook of wanted) {
    if (sentTo.has(webhook.url)) continue
    const status = await post(deps, webhook, event)
    const isHeard = status >= 200 && status < 300
    // 410: whoever was there wants no more of these.
    if (isHeard || status === 410) sentTo.add(webhook.url)
    log({ event: 'webhook', type: event.type, outcome: isHeard ? 'sent' : 'again', status })
  }
  const delaySeconds = delaysSeconds[event.attempts]
  const outcome = wanted.every(({ url }) => sentTo.has(url))
    ? 'sent'
    : delaySeconds === undefined
      ? 'given-up'
      : 'again'
  await journal.eventTried(event.id, {
    sentTo: [...sentTo],
    ...(outcome === 'again' ? { nextAtMs: nowMs() + (delaySeconds as number) * 1_000 } : { outcome }),
  })
  if (outcome === 'given-up') log({ event: 'webhook', type: event.type, outcome, status: 0 })
  return outcome
}

/** @returns The status, or 0 where there was no answer. */
async function post({ nowMs, to }: WebhookDeps, { url, secret }: Webhook, event: OutboxEvent): Promise<number> {
  const timestamp = new Date(event.atMs).toISOString()
  const body = `{"type":${JSON.stringify(event.type)},"timestamp":"${timestamp}","data":${event.data}}`
  const seconds = Math.floor(nowMs() / 1_000)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'tuppence-till',
    'webhook-id': event.id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature({ id: event.id, seconds, body }, secret),
  }
  if (to === 'public' && !isPublicUrl(url)) return 0
  const lookup = to === 'public' ? { lookup: publicLookup } : {}
  return exchange({ url, method: 'POST', headers, body, timeoutMs, ...lookup }).then(
    ({ status }) => status,
    () => 0,
  )
}

/**
 * The value of `webhook-signature`.
 *
 * @param message.seconds - Of `webhook-timestamp`; a receiver refuses what is more than five minutes off.
 * @returns `v1,` and base64 of HMAC-SHA256 over `id.seconds.body`.
 * @see https://www.standardwebhooks.com "Signature scheme"
 */
export function signature(
  message: Readonly<{ id: string; seconds: number; body: string }>,
  secret: Uint8Array,
): string {
  const { id, seconds, body } = message
  return `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

/** A host that is an address is never looked up. */
function isPublicUrl(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  return url.startsWith('https:') && !(/^[\d.]+$|:/.test(host) && isLocal(host)) && !/(^|\.)localhost$/.test(host)
}

/** As the system's, but that it does not find what is inside. Checked where the connection is made: a name may move. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const found = (addresses ?? []).filter(({ address }) => !isLocal(address))
    const [first] = found
    if (error || !first) return callback(error ?? new Error('no public address'), '', 4)
    if (options.all) return callback(null, found)
    return callback(null, first.address, first.family)
  })
}
