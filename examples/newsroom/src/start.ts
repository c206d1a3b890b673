// `npm start`: starts the demo, prints where everything is and "ready", stops it all on Ctrl-C.
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { startDemo } from './demo.ts'
import { parts, portVariable, readPorts, usualPorts, type Part } from './ports.ts'

export { mintCommand, startDemo, type Account, type Demo, type DemoOptions } from './demo.ts'
export type { Part, Ports } from './ports.ts'

const root = join(import.meta.dirname, '../../..')

const usage = `npm start [-- options]

  --data DIR          where the demo keeps its data between runs (.data/newsroom)
${parts.map((part) => `  ${`--${part}-port N`.padEnd(19)} port of the ${part} (${usualPorts[part]}; 0 for any free one), or ${portVariable(part)}`).join('\n')}
`

const says: Record<Part, string> = {
  wallet: 'wallet     ',
  news: 'newspaper  ',
  blog: 'blog       ',
  mint: 'mint       ',
}

async function main(): Promise<void> {
  const ports = Object.fromEntries(parts.map((part) => [`${part}-port`, { type: 'string' }] as const))
  const { values } = parseArgs({
    options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h' }, ...ports },
  })
  if (values.help) return void process.stdout.write(usage)
  const flags = values as Record<string, string | undefined>
  const dataDir = flags['data'] ?? process.env['TUPPENCE_DATA'] ?? join(root, '.data/newsroom')

  let stopping = false
  const starting = startDemo({
    dataDir,
    card: 'pretended',
    ports: readPorts((part) => flags[`${part}-port`] ?? process.env[portVariable(part)]),
    onExit: (part, status) => {
      if (stopping) return
      process.stderr.write(`the ${part} ended by itself (${status}); see ${join(dataDir, 'logs', `${part}.jsonl`)}\n`)
      void stop(1)
    },
  })
  const stop = async (status: number): Promise<void> => {
    if (stopping) return
    stopping = true
    const running = await starting.catch(() => undefined)
    await running?.stop()
    process.exit(status)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
  const demo = await starting
  if (stopping) return
  const { urls } = demo
  const order = ['news', 'blog', 'wallet', 'mint'] as const
  const shortDir = relative(process.cwd(), dataDir)
  const lines = order.map((part) => `  ${says[part]}${urls[part]}`)
  process.stdout.write(
    `\n${lines.join('\n')}\n  data       ${shortDir.startsWith('..') || shortDir === '' ? dataDir : shortDir} (logs in logs/)\n` +
      `  insights   ${urls.news}/insights (its token is in news/insights.token there)\n\n`,
  )
  process.stdout.write(
    'Open the newspaper, choose a story, and pay for it with test money, or by a card that is none: the number is filled in,\n' +
      'and nothing is charged anywhere. Ctrl-C stops everything.\nready\n',
  )
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
