/** What an operator and the publishers themselves may do to a hosted till: the rules between its JSON API and its store. */
import { timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { isTuppenceError, limits, randomId, TuppenceError } from '@tuppence/protocol'
import * as v from 'valibot'
import { check, identifier, invalid, sites, text } from '../config-fields.ts'
import { termsFields } from '../config-terms.ts'
import { offersMax, parseConfig, type TillConfig } from '../config.ts'
import { loadAccountKey } from '../keys.ts'
import { sha256Hex } from '../native.ts'
import type { OfferRow, PublisherRow, Store, StoredContent } from './store.ts'

/** A publisher as the operator names it. `account`: at the mint; the id by default. `sites`: that may show its offers. */
export type NewPublisher = v.InferInput<typeof newPublisherSchema>

/** A publisher as others see it. `publicKey`: of its account, base64url, to be registered at the mint. */
export type PublisherView = Readonly<{
  id: string
  name: string
  account: string
  publicKey: string
  createdAtMs: number
}>

/** What publishers work with. `dataDir`: of the host. `changed`: called with the id of whose offers or terms are others now. */
export type PublisherDeps = Readonly<{
  store: Store
  dataDir: string
  origin: string
  unit: string
  mint: TillConfig['mint']
  proxies: number
  /** Of insights. */
  groupMin: number
  nowMs: () => number
  random: (bytes: number) => Uint8Array
  changed: (id: string) => void
  /** Registers an account at the mint; a publisher whose account is refused is not added. */
  register?: (publisher: PublisherView) => Promise<void>
}>

/** Names that the host itself answers under a publisher's path. */
const reservedIds = ['manage']
const secretPrefix = 'tp_'
const secretBytes = 32
const oldSecretMs = 3_600_000
const contentCharsMax = 1_000_000

const newPublisherSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z 0-9 -')),
  name: v.optional(text(200)),
  account: v.optional(identifier),
  sites: v.optional(sites),
})
const settingsSchema = v.strictObject({ ...termsFields, sites: v.optional(sites) })
const payoutSchema = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[a-zA-Z][a-zA-Z0-9_]{0,31}$/, 'must be a name')), text(200)),
  v.check((fields) => Object.keys(fields).length <= 16, 'must have at most 16 fields'),
)
const contentSchema = v.strictObject({
  contentType: v.pipe(text(128), v.regex(/^[\w.+-]+\/[\w.+-]+(?:;[\x20-\x7e]*)?$/, 'must be a media type')),
  body: v.pipe(v.string(), v.maxLength(contentCharsMax, `must have at most ${contentCharsMax} characters`)),
})

/**
 * Adds a publisher: an id, an account key, a secret.
 *
 * @returns The secret, told this once: the store has its hash.
 * @throws {TuppenceError} `config-invalid`: a field of `input`, or an id that is taken; what `register` throws.
 */
export async function addPublisher(
  deps: PublisherDeps,
  input: unknown,
): Promise<PublisherView & Readonly<{ secret: string }>> {
  const { id, name = id, account = id, sites: written } = check(newPublisherSchema, input)
  if (deps.store.publisher(id)) throw invalid('id', 'is taken')
  const { publicKey } = await loadAccountKey(folderOf(deps, id))
  const view = { id, name, account, publicKey, createdAtMs: deps.nowMs() }
  await deps.register?.(view)
  const secret = newSecret(deps)
  const isNew = deps.store.add({
    id,
    name,
    account,
    createdAtMs: view.createdAtMs,
    settings: JSON.stringify(written ? { sites: written } : {}),
    payout: '{}',
    secretHash: sha256Hex(secret),
    oldHash: '',
    oldUntilMs: 0,
  })
  if (!isNew) throw invalid('id', 'is taken')
  return { ...view, secret }
}

/** A publisher as others see it. @throws {TuppenceError} `not-found` */
export async function viewOf(deps: PublisherDeps, id: string): Promise<PublisherView> {
  const { name, account, createdAtMs } = known(deps, id)
  const { publicKey } = await loadAccountKey(folderOf(deps, id))
  return { id, name, account, publicKey, createdAtMs }
}

/** Folder of a publisher's keys and journal. */
export function folderOf({ dataDir }: Pick<PublisherDeps, 'dataDir'>, id: string): string {
  return join(dataDir, 'p', id)
}

/** Whether a secret is the publisher's: today's, or the one before it in its last hour. */
export function isSecretOf(deps: Pick<PublisherDeps, 'store' | 'nowMs'>, id: string, secret: string): boolean {
  const row = deps.store.publisher(id)
  const hash = Buffer.from(sha256Hex(secret))
  const equals = (stored: string): boolean =>
    stored.length === hash.length && timingSafeEqual(hash, Buffer.from(stored))
  if (!row) return false
  return equals(row.secretHash) || (equals(row.oldHash) && row.oldUntilMs > deps.nowMs())
}

/** Gives a publisher a new secret. The old one is good for an hour, for what still has it. */
export function rotateSecret(deps: PublisherDeps, id: string): string {
  const row = known(deps, id)
  const secret = newSecret(deps)
  const old = { oldHash: row.secretHash, oldUntilMs: deps.nowMs() + oldSecretMs }
  deps.store.change(id, { secretHash: sha256Hex(secret), ...old })
  return secret
}

/** Replaces a publisher's terms (and default sites). @throws {TuppenceError} `config-invalid` */
export function changeSettings(deps: PublisherDeps, id: string, input: unknown): void {
  const settings = check(settingsSchema, input)
  configOf(deps, { ...known(deps, id), settings: JSON.stringify(settings) }, deps.store.offers(id))
  deps.store.change(id, { settings: JSON.stringify(input) })
  deps.changed(id)
}

/** Says how a publisher is paid out: names and texts, for whoever pays. @throws {TuppenceError} `config-invalid` */
export function changePayout(deps: PublisherDeps, id: string, input: unknown): void {
  deps.store.change(known(deps, id).id, { payout: JSON.stringify(check(payoutSchema, input)) })
}

/**
 * Writes an offer, whole; its content stays where none is given.
 *
 * @param input - As in a till's configuration, without `id` and `path`, with `content`.
 * @throws {TuppenceError} `config-invalid`: details.field is the field of `input`.
 */
export function putOffer(
  deps: PublisherDeps,
  publisher: string,
  offer: Readonly<{ id: string; input: unknown }>,
): void {
  const { id, input } = offer
  check(identifier, id, 'id')
  if (reservedIds.includes(id)) throw invalid('id', 'is a name of the till itself')
  const { content, ...config } = check(v.looseObject({ content: v.optional(contentSchema) }), input)
  for (const field of ['id', 'path']) if (field in config) throw invalid(field, 'unknown field')
  const row = known(deps, publisher)
  const before = deps.store.offer(publisher, id)
  const next: OfferRow = {
    id,
    config: JSON.stringify(config),
    ...(content && { content: content as StoredContent }),
    changedAtMs: deps.nowMs(),
  }
  const others = deps.store.offers(publisher).filter((other) => other.id !== id)
  // One more, and the till could not be opened again.
  if (others.length >= offersMax) throw invalid('id', `is one offer too many: ${offersMax} are there`)
  // Passes stand in the terms of every offer; other articles do not change what this one may be.
  const isPass = (row: OfferRow): boolean => (JSON.parse(row.config) as { kind?: unknown }).kind === 'pass'
  const beside = isPass(next) || (before && isPass(before)) ? others : others.filter(isPass)
  try {
    configOf(deps, row, [next, ...beside])
  } catch (error) {
    throw isTuppenceError(error, 'config-invalid') ? ownField(error) : error
  }
  if (config['kind'] === 'article' && !content && !before?.content) throw invalid('content', 'is missing')
  deps.store.put(publisher, next)
  deps.changed(publisher)
}

/** The error for who wrote one offer: its field without its place in a list that they do not see. */
function ownField(error: TuppenceError): TuppenceError {
  const field = String(error.details['field']).replace(/^offers\.0\.?/, '')
  return invalid(field, String(error.details['reason']), error)
}

/** Takes an offer off sale; what was bought of it can no longer be opened. @throws {TuppenceError} `not-found` */
export function removeOffer(deps: PublisherDeps, publisher: string, id: string): void {
  if (!deps.store.remove(publisher, id)) throw new TuppenceError('not-found')
  deps.changed(publisher)
}

/**
 * The configuration of a publisher's till.
 *
 * @throws {TuppenceError} `config-invalid`
 */
export function configOf(deps: PublisherDeps, row: PublisherRow, offers: readonly OfferRow[]): TillConfig {
  const config = {
    ...(JSON.parse(row.settings) as object),
    origin: deps.origin,
    realm: `${new URL(deps.origin).host}/p/${row.id}`,
    account: row.account,
    unit: deps.unit,
    mint: deps.mint,
    proxies: deps.proxies,
    insights: { groupMin: deps.groupMin },
    dataDir: folderOf(deps, row.id),
    offers: offers.map(({ id, config: written }) => ({
      ...(JSON.parse(written) as object),
      id,
      path: offerPath(row.id, id),
    })),
  } as TillConfig
  parseConfig(config)
  return config
}

/** Path of an offer; known before the offer is, since a sealed article names it. */
export function offerPath(publisher: string, id: string): string {
  return `/p/${publisher}/${id}`
}

/** @throws {TuppenceError} `not-found` */
export function known({ store }: Pick<PublisherDeps, 'store'>, id: string): PublisherRow {
  const row = store.publisher(id)
  if (!row) throw new TuppenceError('not-found')
  return row
}

function newSecret({ random }: PublisherDeps): string {
  return secretPrefix + randomId(random(secretBytes))
}

/** Largest body of a request to the API, in bytes. */
export const apiBodyBytesMax = limits.responseBytesMax * 4
