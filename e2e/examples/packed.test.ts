import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openRegistry, type Registry } from './registry.ts'
import { buy, expect, test } from './visitor.ts'

// What a stranger gets: our packages as they would be published, outside of the workspace.

const execute = promisify(execFile)
/** Runs a program to its end; what it said is in the error when it fails. */
const run = (program: string, args: readonly string[], dir: string) =>
  execute(program, args, { cwd: dir, env: environment() }).catch((error: Error & { stdout?: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error })
  })
const root = join(import.meta.dirname, '..', '..')
let registry: Registry
let folder: string

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tuppence-stranger-'))
  registry = await openRegistry()
})
test.afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** What a shell of theirs has: npm asks nothing, and nothing of this workspace's conditions gets in. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|FORCE_COLOR)$/.test(name) && !/^npm_/i.test(name)),
  ),
  NO_COLOR: '1',
  npm_config_registry: registry.url,
  npm_config_yes: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
})

/** The steps of the document, as they stand in it. */
function stepsOf(document: string): string[] {
  const [, block = ''] = /## A static site[\s\S]*?```sh\n([\s\S]*?)```/.exec(document) ?? []
  return block.trim().split('\n')
}

test('from npm create vite to an article that can be unlocked: the three steps of docs/publishing.md', async ({
  visit,
}) => {
  test.setTimeout(240_000)
  const steps = stepsOf(readFileSync(join(root, 'docs', 'publishing.md'), 'utf8'))
  expect(steps.length).toBe(3)
  const script = join(folder, 'steps.sh')
  // One shell, as a person has one; the last step keeps running.
  writeFileSync(script, `set -e\ncd "${folder}"\n${steps.slice(0, -1).join('\n')}\nexec ${steps.at(-1)}\n`)
  const child = spawn('bash', [script], { env: environment(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)))
  try {
    await expect.poll(() => said, { timeout: 200_000 }).toMatch(/Local:\s+http/)
    const url = /Local:\s+(http:\S+)/.exec(said)?.[1] ?? ''
    const html = await (await fetch(url)).text()
    expect(html).toContain('data-tuppence-sealed')
    expect(html).not.toContain('these words are in no file')
    const wallet = /src="(http:\/\/wallet\.localhost:\d+)\/tuppence\.js"/.exec(html)?.[1] ?? ''
    const reader = await visit(wallet, 'desk')
    const page = await reader.open(url)
    await buy(wallet, page.locator('tuppence-unlock'), 'desk')
    await expect(page.getByText('these words are in no file')).toBeVisible()
    expect(await reader.balance()).toBe(495)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\nthe shell said:\n${said}`, { cause: error })
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  }
})

test('a fresh vite + React project: installs, type-checks, builds; no wallet code in it', async () => {
  test.setTimeout(180_000)
  const dir = project('react', {
    dependencies: { '@tuppence/embed': 'latest', ...pinned('react', 'react-dom') },
    devDependencies: pinned('@types/react', '@types/react-dom', '@vitejs/plugin-react', 'typescript', 'vite'),
  })
  write(
    dir,
    'index.html',
    '<!doctype html><title>x</title><div id="app"></div><script type="module" src="/app.tsx"></script>',
  )
  write(
    dir,
    'vite.config.ts',
    "import react from '@vitejs/plugin-react'\nimport { defineConfig } from 'vite'\nexport default defineConfig({ plugins: [react()] })\n",
  )
  write(
    dir,
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        lib: ['es2023', 'dom', 'dom.iterable'],
        module: 'esnext',
        moduleResolution: 'bundler',
        jsx: 'react-jsx',
        strict: true,
        noEmit: true,
        exactOptionalPropertyTypes: true,
        types: [],
      },
      include: ['app.tsx'],
    }),
  )
  write(
    dir,
    'app.tsx',
    `import { Balance, Tip, Unlock } from '@tuppence/embed/react'
import type { TuppenceUnlock } from '@tuppence/embed'
import { useRef } from 'react'
import { createRoot } from 'react-dom/client'

export function App() {
  const ref = useRef<TuppenceUnlock>(null)
  return (
    <main onClick={() => ref.current?.cancel()}>
      <Unlock ref={ref} wallet="https://wallet.example" href="/read/x" price="0.05" teaser={<p>Once</p>}
        onSuccess={({ body, receipt }, event) => { event.preventDefault(); console.log(body.length, receipt) }}
        onError={({ code }) => console.log(code === 'csp')}>
        <a href="/read/x">Read</a>
      </Unlock>
      <Tip href="/tip" presets={['0.25', '1']} />
      <Balance theme="dark" />
      <tuppence-unlock href="/read/y" price="0.05" class="plain"><p slot="teaser">JSX knows it</p></tuppence-unlock>
      {/* @ts-expect-error: a price is text, never a float */}
      <Unlock href="/z" price={0.05} />
      {/* @ts-expect-error: no such attribute */}
      <tuppence-tip amount="5" />
    </main>
  )
}
document.addEventListener('tuppence:success', (event) => console.log(event.type))
createRoot(document.getElementById('app')!).render(<App />)
`,
  )
  await install(dir)
  await run('npx', ['tsc', '-p', '.'], dir)
  await run('npx', ['vite', 'build', '--logLevel', 'warn'], dir)
  expect(readFileSync(join(dir, 'dist/index.html'), 'utf8')).toContain('<script type="module"')
})

test('a Node script: a wallet, a till and a seal, typed and run', async () => {
  test.setTimeout(180_000)
  const dir = project('node', {
    dependencies: {
      '@tuppence/core': 'latest',
      '@tuppence/till': 'latest',
      '@tuppence/widget': 'latest',
      tuppence: 'latest',
    },
    devDependencies: pinned('@types/node', 'typescript'),
  })
  write(
    dir,
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        target: 'es2024',
        lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'],
        module: 'nodenext',
        strict: true,
        noEmit: true,
        erasableSyntaxOnly: true,
        types: ['node'],
      },
      include: ['script.ts'],
    }),
  )
  write(
    dir,
    'script.ts',
    `import { createWallet, type Wallet } from '@tuppence/core'
import { memoryDb } from '@tuppence/core/memory'
import { newSeed } from '@tuppence/core/words'
import { createTill, parseConfig } from '@tuppence/till'
import { tuppenceTill } from '@tuppence/till/hono'
import { nodeTill } from '@tuppence/till/node'
import { createHostedTill } from '@tuppence/till/hosted'
import { Mistake, paywallProblems, sealPage } from 'tuppence'

const { seed } = await newSeed()
const wallet: Wallet = createWallet({ db: memoryDb(), seed: async () => seed, mints: ['https://mint.example'] })
await wallet.start()
const till = await createTill({
  config: { origin: 'https://news.example', account: 'news', mint: { url: 'https://mint.example' }, dataDir: './till', offers: [{ kind: 'article', id: 'x', path: '/x', title: 'X', price: '0.05' }] },
  content: async () => ({ contentType: 'text/html', body: '' }),
  log: () => {},
})
const asked = await till.handle(new Request('https://news.example/x'))
const page = await sealPage('<h1>X</h1><tuppence-unlock price="0.05" sealed><p>Sold</p></tuppence-unlock>', {
  places: { site: 'https://s.example', base: '/', wallet: 'https://w.example', offerUrl: (id) => 'https://t.example/p/s/' + id },
  secrets: [crypto.getRandomValues(new Uint8Array(32))], before: {}, path: '/x.html', file: 'x.html',
})
console.log(JSON.stringify({
  balance: wallet.$balance.get(), status: asked?.status, articles: page.articles.length, problems: paywallProblems(page.html),
  functions: [parseConfig, tuppenceTill, nodeTill, createHostedTill, Mistake].every((one) => typeof one === 'function'),
}))
await till.close()
wallet.close()
`,
  )
  await install(dir)
  await run('npx', ['tsc', '-p', '.'], dir)
  const { stdout, stderr } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'script.ts'], dir)
  expect([JSON.parse(stdout), stderr]).toEqual([
    { balance: {}, status: 402, articles: 1, problems: [], functions: true },
    '',
  ])
})

const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')

/** Versions as this repository has them, so that what is installed today is installed tomorrow. */
function pinned(...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, new RegExp(`^ {2}'?${name}'?: (\\S+)$`, 'm').exec(catalog)?.[1] ?? 'latest']),
  )
}

function project(name: string, manifest: object): string {
  const dir = join(folder, name)
  mkdirSync(dir)
  write(dir, 'package.json', JSON.stringify({ name, private: true, type: 'module', ...manifest }))
  return dir
}

const write = (dir: string, name: string, text: string): void => writeFileSync(join(dir, name), text)

const install = (dir: string) => run('npm', ['install'], dir)
