/** The till itself: createTill() wires the parts together and answers requests, for the adapters and for tests. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hmacKey, TuppenceError, wellKnownPath } from '@tuppence/protocol'
import { addressNames, addressOf, rate } from './address.ts'
import { descriptionAnswer, preflightAnswer, problemAnswer, withoutBody } from './answer.ts'
import { parseConfig, type TillConfig, type TillSettings } from './config.ts'
import { crawlerTest, systemResolver, type Resolver } from './crawlers.ts'
import { openInsights, type Insights } from './insights/insights.ts'
import type { Range, Report } from './insights/report.ts'
import type { Journal } from './journal/port.ts'
import { openSqliteJournal } from './journal/sqlite.ts'
import { loadAccountKey, loadChallengeSecrets, type AccountKey } from './keys.ts'
import { jsonLog, type Log } from './log.ts'
import { mintClient, type MintClient } from './mint-client.ts'
import { mintFacts } from './mint-facts.ts'
import { methodsOf, offersByPath } from './offers.ts'
import { recovery, type Recovery } from './recovery.ts'
import { refundLimit } from './refund-limit.ts'
import { sendReports } from './report.ts'
import type { Publisher, SellDeps } from './sell.ts'
import { tallies } from './tally.ts'
import { answerVisit } from './visit.ts'
import { outbox } from './webhooks.ts'

/** What a publisher gives a till; the rest has defaults, and is what tests replace. */
export type TillOptions = Publisher &
  Readonly<{
    config: TillConfig
    journal?: Journal
    mint?: MintClient
    log?: Log
    nowMs?: () => number
    random?: (bytes: number) => Uint8Array
    /** How crawlers' addresses are checked; the system's DNS by default. */
    resolver?: Resolver
    /** `public` where somebody else names the webhooks' URLs: then none may lead into this machine's network. */
    webhooksTo?: 'anywhere' | 'public'
    /** Path of the description; `/.well-known/tuppence` by default. */
    describedAt?: string
  }>

/** Where a request came from, as far as its server knows: the other end of its connection. */
export type From = Readonly<{ address?: string | undefined }>

/** A till that is open. */
export type Till = Readonly<{
  /** Answers a request to one of its offers or its well-known path; anything else is not the till's, and gets nothing. */
  handle: (request: Request, from?: From) => Promise<Response | undefined>
  /**
   * Sells by another configuration from now on; challenges that are out stay good.
   *
   * @throws {TuppenceError} `config-invalid`: all stays as it was. Origin, mint, account, unit and folder can't be changed.
   */
  update: (config: TillConfig) => void
  /** Repeats the deposits and refunds whose outcome is unknown; done by itself on start and after each such failure. */
  recover: Recovery['now']
  /** Sends the events that are due to the publisher's webhooks; done by itself. @returns How many are to be tried again. */
  notify: () => Promise<number>
  /** What was asked and sold, and what webhooks were told. */
  journal: Pick<Journal, 'sales' | 'events'>
  /** What the publisher's payments say, of no reader in particular. @throws {TuppenceError} `bad-request`, `not-found`: not configured. */
  insights: (range?: Range, patienceMs?: number) => Promise<Report>
  /** The account's public key (base64url), to be registered at the mint. */
  publicKey: string
  /** Waits for what is under way and closes the journal. */
  close: () => Promise<void>
}>

const dayMs = 86_400_000

/**
 * Opens a till: reads or makes its keys, opens its journal, and starts to settle what was left open.
 *
 * @throws {TuppenceError} `config-invalid` (details.field names it), `key-file-invalid`; any error of the journal's file.
 * @example
 * const till = await createTill({ config, content: async (offer) => ({ contentType: 'text/html', body: render(offer) }) })
 * app.use(tuppenceTill(till))
 */
export async function createTill(options: TillOptions): Promise<Till> {
  const live = { settings: parseConfig(options.config) }
  const { settings } = live
  const nowMs = options.nowMs ?? (() => Date.now())
  const log = options.log ?? jsonLog
  const random = options.random ?? ((bytes) => crypto.getRandomValues(new Uint8Array(bytes)))
  const account = await loadAccountKey(settings.dataDir)
  const [newest, ...older] = await loadChallengeSecrets(settings.dataDir)
  mkdirSync(settings.dataDir, { recursive: true })
  const journal = options.journal ?? openSqliteJournal(join(settings.dataDir, 'till.db'))
  const mint = options.mint ?? mintClient({ settings, account, nowMs })
  const { later, drained } = background(log)
  const webhooks = () => live.settings.terms.webhooks
  const sending = outbox({ journal, webhooks, nowMs, log, to: options.webhooksTo ?? 'anywhere' })
  const tally = tallies({ journal, nowMs })
  const deps: SellDeps = {
    get settings() {
      return live.settings
    },
    journal,
    mint,
    nowMs,
    log,
    random,
    saltSecret: account.saltSecret,
    secrets: [await hmacKey(newest), ...(await Promise.all(older.map(hmacKey)))],
    facts: mintFacts({ mint, nowMs, pinned: settings.mint.receiptKeys }),
    settling: new Map(),
    refunding: new Map(),
    publisher: options,
    later,
    settleSoon: () => recovering.soon(),
    notify: sending.soon,
    rate: rate(() => live.settings.terms.limits.perIpMinute),
    refundLimit: refundLimit(() => live.settings.terms.limits.refundsPerIpDay),
    tally: tally.add,
    addressNames: addressNames(journal, random),
    knowsCrawler: crawlerTest({ resolver: options.resolver ?? systemResolver, nowMs }),
  }
  const recovering = recovery(deps)
  begin(deps, recovering)
  const stopPruning = everyDay(deps, account)
  sending.soon()
  const insights = openInsights(deps)
  const { handle, offersChanged } = handler(deps, { describedAt: options.describedAt ?? wellKnownPath, insights })
  const { counted, answered } = counting(handle)
  return {
    handle: counted,
    update: (config) => {
      live.settings = successor(live.settings, parseConfig(config))
      offersChanged()
      sending.soon()
    },
    recover: recovering.now,
    notify: sending.now,
    journal,
    insights: insights.report,
    publicKey: account.publicKey,
    close: async () => {
      stopPruning()
      await answered()
      await insights.stop()
      await Promise.all([recovering.stop(), sending.stop()])
      await Promise.allSettled([...deps.settling.values(), ...deps.refunding.values()])
      await drained()
      await tally.stop()
      await journal.close()
    },
  }
}

/** What a till does first, while nobody waits. */
function begin({ facts, later }: SellDeps, recovering: Recovery): void {
  // Asked for ahead, so that the first reader's click does not wait for it; a mint that is down is asked again then.
  later(async () => {
    const { keysets, receiptKeys } = facts
    await Promise.allSettled([keysets((known) => known.length > 0), receiptKeys((known) => known.length > 0)])
  })
  later(async () => {
    if ((await recovering.now()).left > 0) recovering.soon()
  })
}

/** Knows which requests are being answered, so that closing can wait for them. */
function counting(handle: Till['handle']) {
  const answering = new Set<Promise<unknown>>()
  const counted: Till['handle'] = (request, from) => {
    const answer = handle(request, from).finally(() => answering.delete(answer))
    answering.add(answer)
    return answer
  }
  return { counted, answered: () => Promise.allSettled(answering) }
}

/** @throws {TuppenceError} `config-invalid`: readers' keys, coins under way and accounts hang on these. */
function successor(before: TillSettings, after: TillSettings): TillSettings {
  for (const field of ['origin', 'realm', 'account', 'unit', 'dataDir'] as const) {
    if (before[field] !== after[field])
      throw new TuppenceError('config-invalid', {
        details: { field, reason: 'can not be changed while the till is open' },
      })
  }
  return { ...after, mint: before.mint }
}

function handler(
  deps: SellDeps,
  { describedAt, insights }: Readonly<{ describedAt: string; insights: Insights }>,
): Pick<Till, 'handle'> & { offersChanged: () => void } {
  const { nowMs, log } = deps
  let offerAt = offersByPath(deps.settings.offers)
  const broken = (error: unknown, offer = ''): Response => {
    // Whatever gets here is a fault of the till or its disk, never of the request; and never a reason to ask for money.
    log({ event: 'failed', offer, error: error instanceof Error ? error.message : 'unknown' })
    return problemAnswer(nowMs(), new TuppenceError('internal'))
  }
  const pageOrNothing = (request: Request, pathname: string): Promise<Response | undefined> =>
    insights.answer(request, pathname).catch((error: unknown) => broken(error))
  const handle: Till['handle'] = async (request, from = {}) => {
    const url = new URL(request.url)
    const offer = offerAt(url.pathname)
    const isWellKnown = url.pathname === describedAt
    if (!offer && !isWellKnown) return insights.answer(request, url.pathname)
    const methods = offer ? methodsOf(offer) : ['GET', 'HEAD']
    if (!offer && !isWellKnown) return pageOrNothing(request, url.pathname)
    if (request.method === 'OPTIONS') return preflightAnswer(nowMs(), methods)
    const address = addressOf(request.headers, from.address, deps.settings.proxies)
    try {
      const response = offer
        ? await answerVisit(deps, { offer, request, target: url.pathname + url.search, address })
        : describe(deps, request.method)
      return request.method === 'HEAD' ? withoutBody(response) : response
    } catch (error) {
      return broken(error, offer?.id)
    }
  }
  return { handle, offersChanged: () => (offerAt = offersByPath(deps.settings.offers)) }
}

function describe(deps: SellDeps, method: string): Response {
  const { settings, nowMs } = deps
  if (method !== 'GET' && method !== 'HEAD')
    return problemAnswer(nowMs(), new TuppenceError('method-not-allowed'), { headers: { allow: 'GET, HEAD, OPTIONS' } })
  return descriptionAnswer(nowMs(), {
    realm: settings.realm,
    mints: [settings.mint.url],
    account: settings.account,
    time: nowMs(),
  })
}

async function prune({ journal, settings, nowMs }: SellDeps): Promise<void> {
  const before = { paymentsMs: nowMs() - settings.terms.keepDays * dayMs, nowMs: nowMs() }
  // A part at a time, as readers wait meanwhile.
  while ((await journal.prune(before)) > 0) await new Promise((resolve) => setImmediate(resolve))
}

/** What is done now and once a day. @returns Ends it. */
function everyDay(deps: SellDeps, account: AccountKey): () => void {
  return daily(() => {
    deps.later(() => prune(deps))
    if (deps.settings.reports) deps.later(() => sendReports({ ...deps, account }))
  })
}

/** Does something now and once a day. @returns Ends it. */
function daily(work: () => void): () => void {
  work()
  const timer = setInterval(work, dayMs).unref()
  return () => clearInterval(timer)
}

/** Runs work that no answer waits for; close() waits for it. */
function background(log: Log) {
  const pending = new Set<Promise<void>>()
  const later = (work: () => Promise<void>): void => {
    const done: Promise<void> = new Promise<void>((resolve) => setImmediate(resolve))
      .then(work)
      .catch((error: unknown) =>
        log({ event: 'failed', offer: '', error: error instanceof Error ? error.message : 'unknown' }),
      )
      .finally(() => pending.delete(done))
    pending.add(done)
  }
  const drained = async (): Promise<void> => {
    while (pending.size > 0) await Promise.all(pending)
  }
  return { later, drained }
}
