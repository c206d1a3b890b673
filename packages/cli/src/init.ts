/** `tuppence init`: makes a folder one that sells: secrets, tuppence.json, the vite plugin, an article to begin with. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { configName, readDraft, secretFiles } from './config.ts'
import { Mistake } from './problem.ts'
import { readPublisher, type PublisherAccess } from './publisher.ts'
import { addSecret } from './seal/keys.ts'
import { writeSecret } from './secret-file.ts'

/** What is known already; the rest can be said later. */
export type InitOptions = Readonly<{
  root: string
  sites?: readonly string[] | undefined
  wallet?: string | undefined
  till?: string | undefined
  mint?: string | undefined
  publisher?: string | undefined
  /** The publisher's at the till. */
  secret?: string | undefined
}>

/** What was done, a line each; `todo`: what is left for a person. */
export type Initialised = Readonly<{ done: readonly string[]; todo: readonly string[] }>

const pluginImport = "import { tuppence } from 'tuppence/vite'"
const sample = `
    <article>
      <h2>A first article</h2>
      <p>Everybody may read this much.</p>
      <tuppence-unlock price="0.05" offer="first" offer-title="A first article" sealed>
        <p>And this is for who has paid five cents. In a build, these words are in no file.</p>
      </tuppence-unlock>
    </article>
`

/**
 * Prepares a folder. What is there stays: a second time it adds what is missing, and changes what is said anew.
 *
 * @throws {Mistake} A field; the till refuses the secret.
 */
export async function initialise(options: InitOptions): Promise<Initialised> {
  const { root } = options
  const done: string[] = []
  const todo: string[] = []
  done.push(...writeConfig(options))
  const draft = readDraft(join(root, configName))
  const seal = join(draft.folder, secretFiles.seal)
  if (!existsSync(seal)) {
    writeSecret(seal, addSecret(''))
    done.push(`${short(root, seal)}: the secret that seals your articles. Keep a copy of it somewhere else`)
  }
  done.push(...ignore(root, '.tuppence/'))
  if (options.secret !== undefined && draft.till !== undefined) {
    const access: PublisherAccess = { till: draft.till, publisher: draft.publisher, secret: options.secret }
    await readPublisher(access)
    writeSecret(join(draft.folder, secretFiles.publisher), `${options.secret}\n`)
    done.push(
      `${draft.till} knows publisher ${draft.publisher}; your offers: ${draft.till}/p/${draft.publisher}/manage`,
    )
  }
  if (usesVite(root)) {
    const said = plugVite(root)
    ;(said.isDone ? done : todo).push(said.text)
    done.push(...addSample(root))
    todo.push('npm run dev: unlock the article, with test money')
  } else
    todo.push(
      'mark what is for sale: <tuppence-unlock price="0.05" sealed>',
      `npx tuppence dev: unlock it, with test money`,
    )
  if (draft.till === undefined)
    todo.push('to sell for real: npx tuppence init --site ORIGIN --wallet ORIGIN --till ORIGIN --publisher ID')
  return { done, todo }
}

function writeConfig({ root, ...options }: InitOptions): string[] {
  const file = join(root, configName)
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : undefined
  const sites = [...new Set([...((before?.['sites'] as string[] | undefined) ?? []), ...(options.sites ?? [])])]
  const config = {
    ...before,
    ...(sites.length > 0 && { sites }),
    ...(options.wallet !== undefined && { wallet: options.wallet }),
    ...(options.till !== undefined && { till: options.till }),
    publisher: options.publisher ?? before?.['publisher'] ?? nameOf(root),
    ...(options.mint !== undefined && { mint: options.mint }),
  }
  const text = `${JSON.stringify(config, undefined, 2)}\n`
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(config)) return []
  const kept = before === undefined ? undefined : readFileSync(file, 'utf8')
  writeFileSync(file, text)
  try {
    readDraft(file)
  } catch (error) {
    // A field that is wrong is no reason to leave a file that nothing can read.
    if (kept !== undefined) writeFileSync(file, kept)
    throw error
  }
  return [`${configName}: ${before === undefined ? 'made' : 'changed'}`]
}

/** The package's name as a publisher's id. */
function nameOf(root: string): string {
  const manifest = join(root, 'package.json')
  const named = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name
    : undefined
  const id = (named ?? basename(resolve(root)))
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-z0-9]+/g, '-')
  return id.replace(/^-+/, '').slice(0, 32).replace(/-+$/, '') || 'my-site'
}

function usesVite(root: string): boolean {
  const manifest = join(root, 'package.json')
  if (!existsSync(manifest)) return false
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
    string,
    object
  >
  return 'vite' in { ...dependencies, ...devDependencies }
}

function plugVite(root: string): Readonly<{ isDone: boolean; text: string }> {
  const name = readdirSync(root).find((candidate) => /^vite\.config\.[mc]?[jt]s$/.test(candidate))
  if (name === undefined) {
    const text = `${pluginImport}\nimport { defineConfig } from 'vite'\n\nexport default defineConfig({\n  plugins: [tuppence()],\n})\n`
    writeFileSync(join(root, 'vite.config.js'), text)
    return { isDone: true, text: 'vite.config.js: made, with the plugin' }
  }
  const file = join(root, name)
  const text = readFileSync(file, 'utf8')
  if (text.includes('tuppence/vite')) return { isDone: true, text: `${name}: has the plugin` }
  const plugins = /plugins:\s*\[/.exec(text)
  if (!plugins) return { isDone: false, text: `${name}: add  ${pluginImport}  and  tuppence()  to its plugins` }
  const at = plugins.index + plugins[0].length
  const rest = text.slice(at)
  const comma = /^\s*\]/.test(rest) ? '' : ', '
  writeFileSync(file, `${pluginImport}\n${text.slice(0, at)}tuppence()${comma}${rest}`)
  return { isDone: true, text: `${name}: the plugin is in it` }
}

/** An article to begin with, where no page marks one. */
function addSample(root: string): string[] {
  const file = join(root, 'index.html')
  const pages = readdirSync(root).filter((name) => name.endsWith('.html'))
  if (!existsSync(file) || pages.some((name) => readFileSync(join(root, name), 'utf8').includes('<tuppence-unlock')))
    return []
  const text = readFileSync(file, 'utf8')
  const at = text.lastIndexOf('</body>')
  if (at === -1) return []
  writeFileSync(file, `${text.slice(0, at).trimEnd()}\n${sample}  ${text.slice(at)}`)
  return ['index.html: an article to begin with, for 5¢']
}

function ignore(root: string, line: string): string[] {
  const file = join(root, '.gitignore')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (text.split('\n').includes(line)) return []
  writeFileSync(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`)
  return [`.gitignore: ${line}`]
}

const short = (root: string, file: string): string => file.slice(resolve(root).length + 1)

/** @throws {Mistake} What a person wrote is no origin; the message says which option. */
export function originOf(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Mistake(`${option} ${text}: must be an origin, such as https://blog.example`)
  return url.origin
}
