// The wallet page's service worker: keeps the page's own files, so that the wallet opens without a network. Built into
// shell.js by build/shell.ts.
//
// It answers for nothing else. What a mint or a till says, and whatever the page asks of anyone, never passes through
// it: a kept answer about money would be a lie. Frame and popup are not its business either.

declare const __SHELL_FILES__: readonly string[]
declare const __SHELL_VERSION__: string

type Waits = Event & { readonly waitUntil: (until: Promise<unknown>) => void }
type Fetches = Event & { readonly request: Request; readonly respondWith: (answer: Promise<Response>) => void }

const prefix = 'tuppence-shell-'
const name = prefix + __SHELL_VERSION__
const files: ReadonlySet<string> = new Set(__SHELL_FILES__)

/** A network that does not answer in this time is taken for none, if there is a kept page. */
const patienceMs = 4_000

addEventListener('install', (event) => (event as Waits).waitUntil(keepAll()))
addEventListener('activate', (event) => (event as Waits).waitUntil(dropOthers()))
addEventListener('fetch', (event) => answer(event as Fetches))

/** Files with a hash in their name are what they are; the others are asked for anew. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(name)
  await cache.addAll([...files].map((path) => new Request(path, { cache: isNamed(path) ? 'default' : 'no-cache' })))
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((one) => one.startsWith(prefix) && one !== name).map((one) => caches.delete(one)))
}

function answer(event: Fetches): void {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const path = pathname === '/index.html' ? '/' : pathname
  if (request.method !== 'GET' || origin !== location.origin || !files.has(path)) return
  event.respondWith(isNamed(path) ? keptFirst(request, path) : networkFirst(request, path))
}

const isNamed = (path: string) => path.startsWith('/assets/')

async function keptFirst(request: Request, path: string): Promise<Response> {
  return (await kept(path)) ?? fetch(request)
}

/** The page itself is always the newest that can be had. */
async function networkFirst(request: Request, path: string): Promise<Response> {
  const asking = fetch(request)
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs, undefined))
  const answered = await Promise.race([asking, late]).catch(() => undefined)
  return answered ?? (await kept(path)) ?? asking
}

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(name)).match(path)
}
