// One running demo (wallet, newspaper, blog, mint: separate processes) with its logs and rows, for a worker's tests.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { mintCommand, startDemo, type Demo, type DemoOptions, type Part } from '../../examples/newsroom/src/start.ts'

/** A line of a part's log: JSON with an `event`. */
export type LogLine = { event: string; [field: string]: unknown }

/** The demo as the tests see it. */
export type House = {
  urls: Demo['urls']
  parts: Demo['parts']
  dataDir: string
  stripe: Demo['stripe']
  /** What has been logged so far, by part. */
  lines: (part: Part) => readonly LogLine[]
  /** How many lines each part has logged; give it to `since` later. */
  mark: () => Mark
  /** What a part logged after a mark, once its stdout has been read. */
  since: (mark: Mark, part: Part) => Promise<LogLine[]>
  stop: () => Promise<void>
}

export type Mark = Record<Part, number>

const parts: readonly Part[] = ['wallet', 'news', 'blog', 'mint']
// A line is written before its answer is sent, but read from a pipe: two turns of a slow machine are enough.
const pipeMs = 150

export type HouseOptions = {
  accounts?: { id: string; name: string; publicKey: string }[]
  dataDir?: string
  /** What the publishers do besides selling at a price: nothing, or what they do in the demo, or this. */
  terms?: HouseTerms
} & Pick<DemoOptions, 'card'>

export type HouseTerms = 'plain' | 'demo' | NonNullable<DemoOptions['terms']>

/** Starts the demo on free ports, with its data in a folder of its own. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const { terms = 'plain' } = options
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tuppence-house-'))
  const logs = new Map<Part, LogLine[]>(parts.map((part) => [part, []]))
  const demo = await startDemo({
    dataDir,
    ports: { wallet: 0, news: 0, blog: 0, mint: 0 },
    accounts: options.accounts ?? [],
    ...(options.card && { card: options.card }),
    terms: terms === 'demo' ? {} : terms === 'plain' ? { news: {}, blog: {} } : terms,
    onLine: (part, line) => {
      const parsed = parseLine(line)
      if (parsed !== undefined) logs.get(part)?.push(parsed)
    },
  })
  const lines = (part: Part): LogLine[] => logs.get(part) ?? []
  const mark = (): Mark => ({
    wallet: lines('wallet').length,
    news: lines('news').length,
    blog: lines('blog').length,
    mint: lines('mint').length,
  })
  return {
    urls: demo.urls,
    parts: demo.parts,
    stripe: demo.stripe,
    dataDir,
    lines,
    mark,
    since: async (before, part) => {
      await new Promise((resolve) => setTimeout(resolve, pipeMs))
      return lines(part).slice(before[part])
    },
    stop: async () => {
      await demo.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Runs `tuppence-mint` beside a house's mint. */
export async function runMint({ dataDir }: Pick<House, 'dataDir'>, args: readonly string[]): Promise<string> {
  const command = ['--disable-warning=ExperimentalWarning', mintCommand(), ...args]
  const { stdout } = await promisify(execFile)(process.execPath, [...command, '--config', join(dataDir, 'mint.json')])
  return stdout
}

function parseLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'event' in value ? (value as LogLine) : undefined
  } catch {
    return undefined
  }
}
