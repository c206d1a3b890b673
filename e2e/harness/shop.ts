// Starts a publisher of many small articles, each at 5 cents, as a process of its own: for benchmarks and kill tests.
import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { loadAccountKey } from '@tuppence/till'

/** What the mint has to know before the publisher starts. `folder`: its till's data. */
export type Place = {
  readonly folder: string
  readonly account: { readonly id: string; readonly name: string; readonly publicKey: string }
}

/** Articles are at `/page/0`, `/page/1` ... up to `offers`; each has the bytes of its locked part free at `/plain/0`. */
export type Publisher = { readonly origin: string; readonly stop: () => void }

/** Makes the account's key in a folder of its own. */
export async function findPlace(folder: string): Promise<Place> {
  const { publicKey } = await loadAccountKey(folder)
  return { folder, account: { id: 'bench', name: 'Benchmark', publicKey } }
}

/** @param town - Public origins of wallet and mint, and how many articles there are. */
export async function startPublisher(
  { folder }: Place,
  { wallet, mint, offers }: { wallet: string; mint: string; offers: number },
): Promise<Publisher> {
  const port = await freePort()
  const internal = mint.replace('mint.localhost', '127.0.0.1')
  const script = join(import.meta.dirname, 'shop-process.ts')
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, String(port), mint, internal, wallet, folder, String(offers)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('"listening"') && resolve())
    child.on('exit', (status) => reject(new Error(`the publisher ended with ${status}`)))
  })
  return { origin: `http://bench.localhost:${port}`, stop: () => child.kill('SIGTERM') }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
