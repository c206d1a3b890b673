// The whole demo as one value: data folder, keys, the mint's configuration, four processes. start.ts, e2e and the
// benches call startDemo().
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { serveStripeDouble, type ServedStripeDouble } from '@tuppence/mint/stripe-double'
import { loadAccountKey } from '@tuppence/till'
import { child, type Child, type Command } from './child.ts'
import { claimPorts, parts, usualPorts, type Part, type Ports } from './ports.ts'
import type { Places, SaleTerms } from './publisher.ts'
import type { SiteSettings } from './serve.ts'
import type { WalletSettings } from './wallet.ts'

/** An account at the mint, as its configuration has it; `publicKey` is base64url of 32 bytes. */
export type Account = Readonly<{ id: string; name: string; publicKey: string }>

/** How to start a demo. */
export type DemoOptions = Readonly<{
  /** Kept between runs. Logs are in logs/, the mint in mint/, each publisher's till in its own folder. */
  dataDir: string
  /** 0 picks a free one; absent is the usual one. */
  ports?: Partial<Ports>
  /** Accounts at the mint besides the two publishers'. */
  accounts?: readonly Account[]
  /** What publishers do besides selling at a price, where it is not what they do in the demo. */
  terms?: Partial<Record<'news' | 'blog', SaleTerms>>
  /** Money may be added by card and voucher too, at a pretended Stripe in this process: not a cent of it is real. */
  card?: 'pretended'
  /** Gets every line of every process' log as it is written. */
  onLine?: (part: Part, line: string) => void
  /** A process ended that nobody had stopped. */
  onExit?: (part: Part, status: string) => void
}>

/** A demo that runs. */
export type Demo = Readonly<{
  /** Public origins, `http://news.localhost:4041`. */
  urls: Record<Part, string>
  ports: Ports
  /** Each process, to be stopped and started again on the same port and data. */
  parts: Record<Part, Child>
  /** Where cards are charged that are none. */
  stripe: ServedStripeDouble | undefined
  stop: () => Promise<void>
}>

/**
 * Starts mint, newspaper, blog and wallet, and waits until all are healthy.
 *
 * @throws {Error} A port is in use, the widget is not built, or a process does not start; the message says which.
 * @example
 * const demo = await startDemo({ dataDir: '.data/newsroom', ports: { mint: 0, news: 0, blog: 0, wallet: 0 } })
 * await fetch(`http://127.0.0.1:${demo.ports.news}/`)
 * await demo.stop()
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const dataDir = resolve(options.dataDir)
  const siteDir = walletFiles()
  const ports = await claimPorts({ ...usualPorts, ...options.ports })
  const urls = Object.fromEntries(parts.map((part) => [part, `http://${part}.localhost:${ports[part]}`])) as Record<
    Part,
    string
  >
  mkdirSync(dataDir, { recursive: true })
  const stripe = options.card && (await serveStripeDouble({ webhook: webhookOf(ports) }))
  const card = stripe && { enabled: true, apiHost: stripe.url, returnUrl: `${urls.wallet}/topped-up.html` }
  const config = {
    // Vouchers are made by `tuppence-mint vouchers sell`; nobody sells them for money here either.
    funding: { test: { enabled: true }, ...(card && { card, voucher: { enabled: true } }) },
  }
  await writeMintConfig({ dataDir, ports, url: urls.mint, accounts: options.accounts ?? [], config })

  const make = (part: Part, rest: Pick<Command, 'file' | 'args' | 'env'>): Child =>
    child({
      ...rest,
      part,
      healthUrl: `http://127.0.0.1:${ports[part]}/health`,
      logFile: join(dataDir, 'logs', `${part}.jsonl`),
      onLine: options.onLine,
      onExit: options.onExit,
    })
  const site = (part: 'news' | 'blog'): Child =>
    make(part, {
      file: join(import.meta.dirname, `${part}.ts`),
      env: settings<SiteSettings>({
        port: ports[part],
        dataDir: join(dataDir, part),
        places: places(part, urls, ports),
        ...(options.terms?.[part] && { terms: options.terms[part] }),
      }),
    })
  const children: Record<Part, Child> = {
    mint: make('mint', {
      file: mintCommand(),
      args: ['serve', '--config', join(dataDir, 'mint.json')],
      // Secrets are in no configuration, those that guard nothing either.
      ...(stripe && {
        env: { TUPPENCE_MINT_CARD_SECRET_KEY: 'sk_test_double', TUPPENCE_MINT_CARD_WEBHOOK_SECRET: secret },
      }),
    }),
    news: site('news'),
    blog: site('blog'),
    wallet: make('wallet', {
      file: join(import.meta.dirname, 'wallet.ts'),
      env: settings<WalletSettings>({ port: ports.wallet, siteDir, mints: [urls.mint] }),
    }),
  }
  // Tills last to start and first to stop: none is ever without its mint because of us.
  const stop = async (): Promise<void> => {
    await Promise.all([children.news.stop(), children.blog.stop(), children.wallet.stop()])
    await children.mint.stop()
    await stripe?.close()
  }
  const started = await Promise.allSettled(parts.map((part) => children[part].start()))
  const failed = started.find((result) => result.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return { urls, ports, parts: children, stripe, stop }
}

/** Signs what the pretended Stripe tells the pretended shop. */
const secret = 'whsec_of_a_demonstration'

const webhookOf = (ports: Ports) => ({ url: `http://127.0.0.1:${ports.mint}/v1/funding/card/webhook`, secret })

const settings = <T>(value: T): Record<string, string> => ({ TUPPENCE_SITE: JSON.stringify(value) })

function places(part: 'news' | 'blog', urls: Record<Part, string>, ports: Ports): Places {
  return {
    site: urls[part],
    wallet: urls.wallet,
    mint: urls.mint,
    // Node does not resolve *.localhost; browsers do.
    mintInternal: `http://127.0.0.1:${ports.mint}`,
    neighbour: part === 'news' ? urls.blog : urls.news,
  }
}

async function writeMintConfig({
  dataDir,
  ports,
  url,
  accounts,
  config: more,
}: {
  dataDir: string
  ports: Ports
  url: string
  accounts: readonly Account[]
  config: object
}): Promise<void> {
  const publishers: Account[] = [
    { id: 'farthing', name: 'The Farthing', publicKey: (await loadAccountKey(join(dataDir, 'news'))).publicKey },
    { id: 'plot-27', name: 'Plot 27', publicKey: (await loadAccountKey(join(dataDir, 'blog'))).publicKey },
  ]
  const config = {
    port: ports.mint,
    host: '127.0.0.1',
    url,
    dataDir: 'mint',
    name: 'Tuppence demo mint',
    description: 'Its coins are test money: anyone may have some, and they are worth nothing.',
    units: ['usd'],
    ...more,
    accounts: [...publishers, ...accounts],
  }
  writeFileSync(join(dataDir, 'mint.json'), `${JSON.stringify(config, undefined, 2)}\n`)
}

const require = createRequire(import.meta.url)

/** The tuppence-mint command: beside the package's main module, in dist, or in src when that is what is being run. */
export function mintCommand(): string {
  const entry = require.resolve('@tuppence/mint')
  return join(dirname(entry), `main${extname(entry)}`)
}

function walletFiles(): string {
  const dir = join(dirname(require.resolve('@tuppence/widget')), '../dist/site')
  if (!existsSync(join(dir, 'frame.html'))) throw new Error(`the wallet's files are not built (${dir}): npm run build`)
  return dir
}
