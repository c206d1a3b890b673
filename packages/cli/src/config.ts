/** Reads tuppence.json, and the two secrets that never stand in it; every command begins here. */
import { readFileSync, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as v from 'valibot'
import { lineAt, Mistake } from './problem.ts'
import { parseSecrets, type SealSecrets } from './seal/keys.ts'

/** A site's configuration as its author writes it. */
export type SiteConfig = v.InferInput<typeof schema>

/** What `tuppence dev` needs no answer to: where the site, its wallet and its till are once others read it. */
type Live = Readonly<{
  /** Exact origins that may show what is sold here; the first is the one that pages call theirs. */
  sites: readonly [string, ...string[]]
  wallet: string
  till: string
}>

/** A configuration after checking, of a site that is live. */
export type Settings = Draft & Live

/** A configuration after checking; folders are absolute. */
export type Draft = Readonly<{
  /** The file it was read from. */
  file: string
  /** The site's path at its origin, with slashes around. */
  base: string
  publisher: string
  /** The mint's URL: only for `tuppence till`, which is a till of your own. */
  mint: string | undefined
  /** The built site. */
  dir: string
  /** Secrets and the till's data; never published. */
  folder: string
  /** Passed on to the till as they are: it names a field that is wrong. */
  selling: Readonly<Record<string, unknown>> | undefined
  offers: readonly Readonly<{ id: string } & Record<string, unknown>>[]
  /** How the publisher is paid out, as whoever pays asks for it. */
  payout: Readonly<Record<string, string>> | undefined
}>

export const configName = 'tuppence.json'

const origin = v.pipe(
  v.string('must be an origin, such as "https://blog.example"'),
  v.check(isOrigin, 'must be an exact origin, such as "https://blog.example": no path, no trailing slash'),
)
const safe = v.check(isSafe, 'must be https, but for loopback names')
const name = v.pipe(
  v.string('must be text'),
  v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z 0-9 . _ -'),
)
const schema = v.strictObject({
  sites: v.optional(
    v.pipe(
      v.array(origin, 'must be a list of origins'),
      v.minLength(1, 'must name at least one site'),
      v.maxLength(16, 'must name at most 16 sites'),
    ),
  ),
  base: v.optional(
    v.pipe(v.string('must be a path'), v.regex(/^\/(?:[^?#\s]*\/)?$/, 'must begin and end with a slash')),
  ),
  wallet: v.optional(v.pipe(origin, safe)),
  till: v.optional(v.pipe(origin, safe)),
  publisher: v.pipe(v.string('must be text'), v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z 0-9 -')),
  mint: v.optional(v.pipe(v.string('must be a URL'), v.url('must be a URL'), safe)),
  dir: v.optional(v.pipe(v.string('must be a folder'), v.minLength(1, 'must not be empty'))),
  folder: v.optional(v.pipe(v.string('must be a folder'), v.minLength(1, 'must not be empty'))),
  selling: v.optional(v.record(v.string(), v.unknown(), 'must be an object')),
  payout: v.optional(v.record(v.string(), v.string('must be text'), 'must be an object')),
  offers: v.optional(v.array(v.looseObject({ id: name }, 'must be an offer'), 'must be a list of offers')),
})

/** How each is asked for, where it is missing. */
const wanted: Readonly<Record<keyof Live, string>> = {
  sites: 'is missing: the origins that your pages have, such as ["https://blog.example"]',
  wallet: 'is missing: the origin of the wallet that your readers use',
  till: 'is missing: the origin of the till that sells for you (or one of your own:  npx tuppence till)',
}

/**
 * Reads the configuration of a site that is live.
 *
 * @throws {Mistake} File, line and field.
 */
export function readConfig(file: string): Settings {
  const draft = readDraft(file)
  for (const field of ['sites', 'wallet', 'till'] as const)
    if (draft[field] === undefined) throw new Mistake(wanted[field], { file, field })
  return draft as Settings
}

/**
 * Reads a configuration file; a site that nobody reads yet may have no address, wallet or till.
 *
 * @throws {Mistake} File, line and field.
 */
export function readDraft(file: string): Draft & Partial<Live> {
  const text = read(file, `no ${configName} here: begin with  npx tuppence init`)
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch (error) {
    throw new Mistake(`is no JSON: ${(error as Error).message}`, { file })
  }
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (!result.success) {
    const issue = result.issues[0]
    const field = v.getDotPath(issue) ?? ''
    throw new Mistake(reasonOf(issue), { file, line: lineOf(text, field), field })
  }
  const { sites, wallet, till, ...config } = result.output
  const root = dirname(resolve(file))
  return {
    file,
    publisher: config.publisher,
    ...(sites && { sites: sites as [string, ...string[]] }),
    ...(wallet !== undefined && { wallet }),
    ...(till !== undefined && { till }),
    base: config.base ?? '/',
    mint: config.mint?.replace(/\/$/, ''),
    dir: resolve(root, config.dir ?? 'dist'),
    folder: resolve(root, config.folder ?? '.tuppence'),
    selling: config.selling,
    payout: config.payout,
    offers: config.offers ?? [],
  }
}

/** Where the till sells an offer: what seals bind in, so it has one form. */
export function offerUrl({ till, publisher }: Pick<Settings, 'till' | 'publisher'>, id: string): string {
  return `${till}/p/${publisher}/${id}`
}

/** Names of the files in `folder`. */
export const secretFiles = { seal: 'seal.secret', publisher: 'publisher.secret', lock: 'sealed.json' } as const

/**
 * The secrets that article keys are made from: `TUPPENCE_SEAL_SECRETS` (spaces or commas between), else the file.
 *
 * @throws {Mistake} Neither is there.
 */
export function readSealSecrets({ folder }: Pick<Draft, 'folder'>): SealSecrets {
  const given = process.env['TUPPENCE_SEAL_SECRETS']
  if (given !== undefined && given !== '')
    return parseSecrets(given.split(/[\s,]+/).join('\n'), 'TUPPENCE_SEAL_SECRETS')
  const file = join(folder, secretFiles.seal)
  return parseSecrets(read(file, 'no secret to seal with: begin with  npx tuppence init'), file)
}

/** The publisher's secret at the till: `TUPPENCE_SECRET`, else the file. @throws {Mistake} Neither is there. */
export function readPublisherSecret({ folder }: Pick<Draft, 'folder'>): string {
  const given = process.env['TUPPENCE_SECRET']
  if (given !== undefined && given !== '') return given
  const file = join(folder, secretFiles.publisher)
  return read(file, 'no secret for the till: set TUPPENCE_SECRET, or put it into this file').trim()
}

function read(file: string, missing: string): string {
  if (!existsSync(file)) throw new Mistake(missing, { file })
  return readFileSync(file, 'utf8')
}

/** Where a field stands in the text: the first line that names its last part. */
function lineOf(text: string, field: string): number | undefined {
  const last = field.split('.').findLast((part) => !/^\d+$/.test(part))
  const at = last === undefined ? -1 : text.indexOf(`"${last}"`)
  return at === -1 ? undefined : lineAt(text, at)
}

function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'unknown field'
  if (issue.received === 'undefined') return 'is missing'
  return issue.message
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
}

function isSafe(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '')
}
