/** What each command does with its arguments; main.ts runs one. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  configName,
  readConfig,
  readDraft,
  readPublisherSecret,
  readSealSecrets,
  secretFiles,
  type Settings,
} from './config.ts'
import { initialise, originOf } from './init.ts'
import { Mistake } from './problem.ts'
import { putOffer, rotateSecret, type PublisherAccess } from './publisher.ts'
import { pushSelling } from './push.ts'
import { addSecret } from './seal/keys.ts'
import { sealSite, unsealSite } from './seal/site.ts'
import { writeSecret } from './secret-file.ts'

/** A command line after parsing. */
export type Arguments = Readonly<{
  values: Readonly<Record<string, string | boolean | undefined>>
  positionals: readonly string[]
}>

type Command = Readonly<{
  /** As the usage has it. */
  form: string
  says: string
  positionals: number
  options?: Readonly<Record<string, Readonly<{ type: 'string' | 'boolean' }>>>
  /** @returns The exit status, 0 where nothing is returned. */
  run: (given: Arguments) => Promise<number | void>
}>

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** All commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  init: {
    form: 'init [--site ORIGIN] [--wallet ORIGIN] [--till ORIGIN] [--mint URL] [--publisher ID]',
    says: 'make this folder one that sells; again, to say more (the secret for the till: TUPPENCE_SECRET)',
    positionals: 0,
    options: {
      site: { type: 'string' },
      wallet: { type: 'string' },
      till: { type: 'string' },
      mint: { type: 'string' },
      publisher: { type: 'string' },
    },
    run: init,
  },
  dev: {
    form: 'dev [DIR] [--port N]',
    says: 'seal a copy of the site, and serve it here with a till, a wallet and test money',
    positionals: 1,
    options: { port: { type: 'string' } },
    run: async (given) => {
      const { serveDev } = await import('./serve.ts')
      const draft = draftOf(given)
      const { url, page, close } = await serveDev(draft, { port: portOf(given, 4041) })
      say(`\n  your site    ${url}\n  your offers  ${page}\n\nready`)
      await untilStopped(close)
    },
  },
  till: {
    form: 'till [--port N] [--host NAME]',
    says: 'serve a till of your own, for this site, at the address of "till"',
    positionals: 0,
    options: { port: { type: 'string' }, host: { type: 'string' } },
    run: async (given) => {
      const { serveTill } = await import('./serve.ts')
      const settings = settingsOf(given)
      const { host } = given.values
      const till = await serveTill(settings, { port: portOf(given, 4044), ...(typeof host === 'string' && { host }) })
      const { id, publicKey } = till.account
      say(`  till         ${settings.till}\n  your offers  ${till.page}\n  its secret   in ${settings.folder}`)
      say(
        `\nThe mint's operator registers your account once:\n  tuppence-mint account add ${id} --key ${publicKey}\n\nready`,
      )
      await untilStopped(till.close)
    },
  },
  host: {
    form: 'host [add ID] [--site ORIGIN] [--port N] [--host NAME] [--config host.json]',
    says: 'for operators: serve a till for many publishers; add one to it',
    positionals: 2,
    options: { site: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } },
    run: host,
  },
  seal: {
    form: 'seal [DIR] [--rotate] [--allow-copies]',
    says: 'encrypt the marked articles of a built site, and give their keys to the till',
    positionals: 1,
    options: { rotate: { type: 'boolean' }, 'allow-copies': { type: 'boolean' } },
    run: seal,
  },
  unseal: {
    form: 'unseal [DIR] [--out DIR]',
    says: 'put the text back, for you',
    positionals: 1,
    options: { out: { type: 'string' } },
    run: async (given) => {
      const settings = settingsOf(given)
      const out = given.values['out']
      const names = await unsealSite(
        settings,
        readSealSecrets(settings),
        typeof out === 'string' ? resolve(out) : undefined,
      )
      say(
        `${names.length} ${names.length === 1 ? 'page' : 'pages'} opened${names.map((name) => `\n  ${name}`).join('')}`,
      )
    },
  },
  keys: {
    form: 'keys rotate [seal | publisher]',
    says: 'new article keys (then seal again), or a new secret for the till; both without an argument',
    positionals: 2,
    run: rotateKeys,
  },
}

/** The configuration that a command line names; a folder on it goes before that of the file. */
export function settingsOf({ values, positionals }: Arguments): Settings {
  const settings = readConfig(resolve(typeof values['config'] === 'string' ? values['config'] : configName))
  return positionals[0] === undefined ? settings : { ...settings, dir: resolve(positionals[0]) }
}

/** The same, of a site that may have no address yet. */
function draftOf({ values, positionals }: Arguments): ReturnType<typeof readDraft> {
  const draft = readDraft(resolve(typeof values['config'] === 'string' ? values['config'] : configName))
  return positionals[0] === undefined ? draft : { ...draft, dir: resolve(positionals[0]) }
}

function portOf({ values }: Arguments, usual: number): number {
  const text = values['port']
  if (text === undefined) return usual
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Mistake(`--port ${String(text)}: must be 1 to 65535, or 0 for any free one`)
  return Number(text)
}

/** Waits for Ctrl-C, then closes. */
async function untilStopped(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop())
  })
  await close()
}

async function init({ values }: Arguments): Promise<void> {
  const origin = (name: string): string | undefined => {
    const text = values[name]
    return typeof text === 'string' ? originOf(text, `--${name}`) : undefined
  }
  const site = origin('site')
  const { mint, publisher } = values
  const { done, todo } = await initialise({
    root: process.cwd(),
    sites: site === undefined ? undefined : [site],
    wallet: origin('wallet'),
    till: origin('till'),
    mint: typeof mint === 'string' ? mint : undefined,
    publisher: typeof publisher === 'string' ? publisher : undefined,
    secret: process.env['TUPPENCE_SECRET'],
  })
  say([...done.map((line) => `  done  ${line}`), ...todo.map((line) => `  next  ${line}`)].join('\n'))
}

/** Who asks the till, by configuration and secret. */
export function accessOf(settings: Settings): PublisherAccess {
  return { till: settings.till, publisher: settings.publisher, secret: readPublisherSecret(settings) }
}

async function host(given: Arguments): Promise<void> {
  const { addPublisher, serveHost } = await import('./host.ts')
  const { config, site, host: name } = given.values
  const file = resolve(typeof config === 'string' ? config : 'host.json')
  const [verb, id] = given.positionals
  if (verb === 'add' && id !== undefined) {
    const sites = typeof site === 'string' ? [originOf(site, '--site')] : []
    const { account, secret, publicKey, page } = await addPublisher(file, { id, sites })
    say(`  publisher  ${id}\n  secret     ${secret}   (told this once)\n  page       ${page}`)
    return say(
      `\nThe mint's operator registers the account once:\n  tuppence-mint account add ${account} --key ${publicKey}`,
    )
  }
  if (verb !== undefined) throw new Mistake('host, or host add ID')
  const served = await serveHost(file, { port: portOf(given, 4044), ...(typeof name === 'string' && { host: name }) })
  say(`  till  ${served.origin}  (port ${served.port})\n\nready`)
  await untilStopped(served.close)
}

async function seal(given: Arguments): Promise<void> {
  const settings = settingsOf(given)
  const access = accessOf(settings)
  if (given.values['rotate'] === true) rotateSeal(settings)
  await pushSelling(settings, access)
  const { articles, pages } = await sealSite({
    settings,
    secrets: readSealSecrets(settings),
    put: (id, offer) => putOffer(access, id, offer),
    copies: given.values['allow-copies'] === true ? 'allow' : 'refuse',
  })
  for (const { was, price, currency, url, page } of articles)
    say(`${was.padEnd(9)}  ${price} ${currency}  ${page.slice(1)}  ->  ${url}`)
  say(
    articles.length === 0
      ? 'nothing is marked: write <tuppence-unlock price="0.05" sealed>'
      : `${articles.length} sealed in ${pages} ${pages === 1 ? 'page' : 'pages'}`,
  )
}

async function rotateKeys(given: Arguments): Promise<void> {
  const [verb, which] = given.positionals
  if (verb !== 'rotate' || (which !== undefined && which !== 'seal' && which !== 'publisher'))
    throw new Mistake('keys rotate, keys rotate seal, or keys rotate publisher')
  const settings = settingsOf({ ...given, positionals: [] })
  if (which !== 'publisher') {
    rotateSeal(settings)
    say('new article keys: build and seal again, and every page is sealed under them')
  }
  if (which !== 'seal') {
    const secret = await rotateSecret(accessOf(settings))
    writeSecret(join(settings.folder, secretFiles.publisher), `${secret}\n`)
    say(`new secret for ${settings.till}; the old one stays good for an hour`)
  }
}

function rotateSeal(settings: Settings): void {
  if (process.env['TUPPENCE_SEAL_SECRETS'])
    throw new Mistake('put a new secret of 64 hex digits before the others', { file: 'TUPPENCE_SEAL_SECRETS' })
  const file = join(settings.folder, secretFiles.seal)
  writeSecret(file, addSecret(existsSync(file) ? readFileSync(file, 'utf8') : ''))
}
