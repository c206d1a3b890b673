/** One till for many publishers: each with offers, terms, account, keys and journal of its own, all at one origin. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TuppenceError } from '@tuppence/protocol'
import * as v from 'valibot'
import { createTill, type From, type Till } from '../app.ts'
import { groupMinDefault } from '../config-terms.ts'
import { problemAnswer, type Content } from '../answer.ts'
import { check, mintUrl, origin, safe, text, whole } from '../config-fields.ts'
import { loadChallengeSecrets } from '../keys.ts'
import { jsonLog, type Log } from '../log.ts'
import type { Offer } from '../offers.ts'
import { answerApi, apiRoot, type ApiDeps } from './api.ts'
import { forgetPublisher, type Forgotten } from './forget.ts'
import { answerManage, type ManageDeps } from './manage.ts'
import {
  addPublisher,
  configOf,
  known,
  rotateSecret,
  viewOf,
  type NewPublisher,
  type PublisherView,
} from './publishers.ts'
import { openStore, type Store } from './store.ts'

/** What a host gives. `register`: registers a new publisher's account at the mint; without it somebody does by hand. */
export type HostedOptions = Readonly<{
  config: HostedConfig
  register?: (publisher: PublisherView) => Promise<void>
  log?: Log
  nowMs?: () => number
  random?: (bytes: number) => Uint8Array
}>

/** The host's configuration (JSON). `adminToken`: the operator's, for the API; `proxies`, `groupMin`: as of a till. */
export type HostedConfig = v.InferInput<typeof hostedSchema>

/** A hosted till that is open. */
export type HostedTill = Readonly<{
  /** Answers whatever is below `/p/` or `/v1/publishers`; anything else gets nothing. */
  handle: (request: Request, from?: From) => Promise<Response | undefined>
  publishers: Readonly<{
    /** @throws {TuppenceError} `config-invalid`; what `register` throws. */
    add: (publisher: NewPublisher) => Promise<PublisherView & Readonly<{ secret: string }>>
    list: () => Promise<readonly PublisherView[]>
    /** A new secret; the old one is good for an hour. @throws {TuppenceError} `not-found` */
    rotateSecret: (id: string) => string
    /** Erases a publisher; what books need is kept in a file. @throws {TuppenceError} `not-found`, `deposit-conflict` */
    forget: (id: string) => Promise<Forgotten>
    /** The publisher's own till, opened where it is not. @throws {TuppenceError} `not-found` */
    till: (id: string) => Promise<Till>
  }>
  close: () => Promise<void>
}>

const hostedSchema = v.strictObject({
  origin: v.pipe(origin, safe),
  mint: v.strictObject({
    url: v.pipe(mintUrl, safe),
    internalUrl: v.optional(mintUrl),
    timeoutMs: v.optional(whole(1, 120_000)),
  }),
  dataDir: text(4_096),
  unit: v.optional(v.pipe(v.string(), v.regex(/^[a-z]{3,8}$/, 'must be a currency unit, such as usd'))),
  adminToken: v.optional(
    v.pipe(v.string(), v.regex(/^[\x21-\x7e]{24,256}$/, 'must be 24 to 256 printable characters')),
  ),
  proxies: v.optional(whole(0, 8)),
  /** Readers behind each figure of the publishers' insights; theirs to read, not to change. */
  groupMin: v.optional(whole(groupMinDefault, 1_000)),
})

/** Tills that are open at once; beyond it the one that was asked longest ago is closed. */
const openMax = 200
const sweepMs = 600_000

/**
 * Opens a host.
 *
 * @throws {TuppenceError} `config-invalid`
 * @example
 * const host = await createHostedTill({ config: { origin, mint: { url }, dataDir, adminToken } })
 * createServer(nodeTill(host)).listen(4041)
 */
export async function createHostedTill(options: HostedOptions): Promise<HostedTill> {
  const config = check(hostedSchema, options.config)
  const dataDir = resolve(config.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const store = openStore(join(dataDir, 'publishers.db'))
  const nowMs = options.nowMs ?? (() => Date.now())
  const log = options.log ?? jsonLog
  const [sessionKey] = await loadChallengeSecrets(dataDir)
  const base = {
    store,
    dataDir,
    origin: config.origin,
    unit: config.unit ?? 'usd',
    mint: config.mint as ApiDeps['mint'],
    proxies: config.proxies ?? 0,
    groupMin: config.groupMin ?? groupMinDefault,
    nowMs,
    random: options.random ?? ((bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))),
    changed: (id: string) => tills.changed(id),
    ...(options.register && { register: options.register }),
  }
  const tills = openTills({ ...base, log })
  const sweeping = sweeper(tills, store)
  const deps: ApiDeps & ManageDeps = {
    ...base,
    adminToken: config.adminToken,
    sessionKey,
    journalOf: async (id) => (await tills.get(id)).journal,
    shut: tills.shut,
    insightsOf: async (id, range, patienceMs) => (await tills.get(id)).insights(range, patienceMs),
  }
  return {
    handle: (request, from) => route(deps, tills, request, from),
    publishers: {
      add: (publisher) => addPublisher(deps, publisher),
      list: () => Promise.all(store.publishers().map(({ id }) => viewOf(deps, id))),
      rotateSecret: (id) => rotateSecret(deps, id),
      forget: (id) => forgetPublisher(deps, id),
      till: tills.get,
    },
    close: async () => {
      await sweeping.stop()
      await tills.close()
      store.close()
    },
  }
}

async function route(
  deps: ApiDeps & ManageDeps,
  tills: Tills,
  request: Request,
  from: From | undefined,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url)
  if (pathname === apiRoot || pathname.startsWith(`${apiRoot}/`)) return answerApi(deps, request)
  const [, id, rest] = /^\/p\/([a-z0-9-]+)\/(.+)$/.exec(pathname) ?? []
  if (id === undefined || !deps.store.publisher(id)) return undefined
  if (rest === 'manage' || rest?.startsWith('manage/')) return answerManage(deps, id, request)
  try {
    return await (await tills.get(id)).handle(request, from)
  } catch (error) {
    // Its terms or files are broken; the others' are not.
    return problemAnswer(deps.nowMs(), error instanceof TuppenceError ? error : new TuppenceError('internal'), {
      status: 503,
    })
  }
}

type Tills = Readonly<{
  get: (id: string) => Promise<Till>
  isOpen: (id: string) => boolean
  changed: (id: string) => void
  shut: (id: string) => Promise<void>
  close: () => Promise<void>
}>

/** The tills that are open, the one asked for last at the end. A change is read before the next request. */
function openTills(deps: Parameters<typeof configOf>[0] & Readonly<{ log: Log }>): Tills {
  const { store, nowMs, random, log } = deps
  const open = new Map<string, Promise<Till>>()
  const stale = new Set<string>()
  const closing = new Set<Promise<void>>()
  const current = (id: string) => configOf(deps, known(deps, id), store.offers(id))
  const start = (id: string): Promise<Till> =>
    createTill({
      config: current(id),
      content: contentOf(store, id),
      webhooksTo: 'public',
      describedAt: `/p/${id}/.well-known/tuppence`,
      nowMs,
      random,
      log,
    })
  const shrink = (): void => {
    const [oldest] = open
    if (open.size <= openMax || !oldest) return
    open.delete(oldest[0])
    const closed: Promise<void> = oldest[1]
      .then((till) => till.close())
      .catch(() => undefined)
      .finally(() => closing.delete(closed))
    closing.add(closed)
  }
  const get = async (id: string): Promise<Till> => {
    const opening = open.get(id) ?? start(id)
    open.delete(id)
    open.set(id, opening)
    shrink()
    const till = await opening.catch((error: unknown) => {
      open.delete(id)
      throw error
    })
    if (stale.delete(id)) till.update(current(id))
    return till
  }
  return {
    get,
    isOpen: (id) => open.has(id),
    changed: (id) => void (open.has(id) && stale.add(id)),
    shut: async (id) => {
      const till = await open.get(id)?.catch(() => undefined)
      open.delete(id)
      stale.delete(id)
      await till?.close()
      await Promise.all(closing)
    },
    close: async () => {
      const all = await Promise.allSettled(open.values())
      await Promise.all(all.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)))
      await Promise.all(closing)
    },
  }
}

/**
 * Opens every till that is not open, on start and now and then: what a publisher's till had left to settle or to tell must not
 * wait for that publisher's next reader.
 */
function sweeper(tills: Tills, store: Store): Readonly<{ stop: () => Promise<void> }> {
  let stopped = false
  const sweep = async (): Promise<void> => {
    for (const { id } of store.publishers()) {
      if (stopped) return
      if (tills.isOpen(id)) continue
      try {
        const till = await tills.get(id)
        await till.recover()
        await till.notify()
      } catch {
        // A till whose files are broken says so to whoever asks for it; the others go on.
      }
    }
  }
  let sweeping = sweep()
  const timer = setInterval(() => (sweeping = sweeping.then(sweep)), sweepMs).unref()
  return {
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await sweeping
    },
  }
}

/** What was stored with the offer; for a tip, thanks. Read at each sale, so that a new key is given out at once. */
function contentOf(store: Store, publisher: string) {
  return async (offer: Offer, _request: Request, { amount }: Readonly<{ amount: number }>): Promise<Content> => {
    const content = store.offer(publisher, offer.id)?.content
    if (content) return content
    if (offer.kind === 'tip') return { contentType: 'application/json', body: JSON.stringify({ thanks: amount }) }
    throw new TuppenceError('offer-unknown')
  }
}
