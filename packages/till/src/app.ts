/** The till itself: createTill() wires the parts together and answers requests, for the adapters and for tests. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hmacKey, TuppenceError, wellKnownPath } from '@tuppence/protocol'
import type { AcceptDeps } from './accept.ts'
import { descriptionAnswer, preflightAnswer, problemAnswer, withoutBody } from './answer.ts'
import type { ChallengeDeps } from './challenge.ts'
import { parseConfig, type TillConfig } from './config.ts'
import type { Journal } from './journal/port.ts'
import { openSqliteJournal } from './journal/sqlite.ts'
import { loadAccountKey, loadChallengeSecrets } from './keys.ts'
import { jsonLog, type Log } from './log.ts'
import { mintClient, type MintClient } from './mint-client.ts'
import { mintFacts } from './mint-facts.ts'
import { methodsOf, offersByPath } from './offers.ts'
import { recovery, type Recovery } from './recovery.ts'
import { sell, type Publisher, type SellDeps } from './sell.ts'

/** What a publisher gives a till; the rest has defaults, and is what tests replace. */
export type TillOptions = Publisher &
  Readonly<{
    config: TillConfig
    journal?: Journal
    mint?: MintClient
    log?: Log
    nowMs?: () => number
    random?: (bytes: number) => Uint8Array
  }>

/** A till that is open. */
export type Till = Readonly<{
  /** Answers a request to one of its offers or its well-known path; anything else is not the till's, and gets nothing. */
  handle: (request: Request) => Promise<Response | undefined>
  /** Repeats the deposits whose outcome is unknown; done by itself on start and after each such failure. */
  recover: Recovery['now']
  /** The account's public key (base64url), to be registered at the mint. */
  publicKey: string
  /** Waits for what is under way and closes the journal. */
  close: () => Promise<void>
}>

/**
 * Opens a till: reads or makes its keys, opens its journal, and starts to settle what was left open.
 *
 * @throws {TuppenceError} `config-invalid` (details.field names it), `key-file-invalid`; any error of the journal's file.
 * @example
 * const till = await createTill({ config, content: async (offer) => ({ contentType: 'text/html', body: render(offer) }) })
 * app.use(tuppenceTill(till))
 */
export async function createTill(options: TillOptions): Promise<Till> {
  const settings = parseConfig(options.config)
  const nowMs = options.nowMs ?? (() => Date.now())
  const account = await loadAccountKey(settings.dataDir)
  const [newest, ...older] = await loadChallengeSecrets(settings.dataDir)
  mkdirSync(settings.dataDir, { recursive: true })
  const journal = options.journal ?? openSqliteJournal(join(settings.dataDir, 'till.db'))
  const mint = options.mint ?? mintClient({ settings, account, nowMs })
  const accept: AcceptDeps & ChallengeDeps = {
    settings,
    journal,
    mint,
    nowMs,
    secrets: [await hmacKey(newest), ...(await Promise.all(older.map(hmacKey)))],
    facts: mintFacts({ mint, nowMs, pinned: settings.mint.receiptKeys }),
    random: options.random ?? ((bytes) => crypto.getRandomValues(new Uint8Array(bytes))),
    log: options.log ?? jsonLog,
    settling: new Map(),
  }
  const recovering = recovery(accept)
  const { later, drained } = background(accept.log)
  const deps: SellDeps = { ...accept, publisher: options, settleSoon: recovering.soon, later }
  // Asked for ahead, so that the first reader's click does not wait for it; a mint that is down is asked again then.
  later(async () => {
    const { keysets, receiptKeys } = accept.facts
    await Promise.allSettled([keysets((known) => known.length > 0), receiptKeys((known) => known.length > 0)])
  })
  later(async () => {
    if ((await recovering.now()).left > 0) recovering.soon()
  })
  return {
    handle: handler(deps),
    recover: recovering.now,
    publicKey: account.publicKey,
    close: async () => {
      await recovering.stop()
      await Promise.allSettled(accept.settling.values())
      await drained()
      await journal.close()
    },
  }
}

function handler(deps: SellDeps): Till['handle'] {
  const { settings, nowMs, log } = deps
  const offerAt = offersByPath(settings.offers)
  return async (request) => {
    const url = new URL(request.url)
    const offer = offerAt(url.pathname)
    const isWellKnown = url.pathname === wellKnownPath
    if (!offer && !isWellKnown) return undefined
    const methods = offer ? methodsOf(offer) : ['GET', 'HEAD']
    if (request.method === 'OPTIONS') return preflightAnswer(nowMs(), methods)
    try {
      const response = offer
        ? await sell(deps, { offer, request, target: url.pathname + url.search })
        : describe(deps, request.method)
      return request.method === 'HEAD' ? withoutBody(response) : response
    } catch (error) {
      // Whatever gets here is a fault of the till or its disk, never of the request; and never a reason to ask for money.
      log({ event: 'failed', offer: offer?.id ?? '', error: error instanceof Error ? error.message : 'unknown' })
      return problemAnswer(nowMs(), new TuppenceError('internal'))
    }
  }
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
