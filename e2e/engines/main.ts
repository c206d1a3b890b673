// `npm run e2e:engines`: the same journey in Chromium, Firefox and WebKitGTK on the running demo; a table of clicks, and the same as JSON in the last line.
import { parseArgs } from 'node:util'
import { openHouse } from '../harness/demo.ts'
import { chromium } from './chromium.ts'
import type { Engine } from './engine.ts'
import { firefox } from './firefox.ts'
import { steps, terms, travel, type Clicks, type Step } from './journey.ts'
import { webkit } from './webkit.ts'

type Row = { engine: string; cookies: string; storageAccess: string; seconds: number } & (
  | { clicks: Clicks; failed?: never }
  | { clicks?: never; failed: string }
)

/** The most clicks that a step may take: what the readers were promised. */
function allowed(step: Step, { storageAccess }: Pick<Engine, 'storageAccess'>): number {
  if (step === 'by rule' || step === 'reload' || step === 'restart') return 0
  if (step === 'never here') return 2
  return step === 'new site' && storageAccess === 'kept apart' ? 2 : 1
}

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' } } })
const only = values.only?.toLowerCase()
const programs = (name: string): string => {
  const path = process.env[name]
  if (path === undefined) throw new Error(`${name} is not set: start this with npm run e2e:engines`)
  return path
}

const house = await openHouse({ terms })
const rows: Row[] = []
try {
  const { wallet } = house.urls
  const engines = [
    ...chromium(wallet),
    ...firefox(programs('FIREFOX'), wallet),
    ...webkit({ driver: programs('WEBKIT_DRIVER'), miniBrowser: programs('MINI_BROWSER') }),
  ]
  const wanted = engines.filter(({ name }) => only === undefined || name.toLowerCase().startsWith(only))
  // Two at a time: a browser waits more than it works.
  const left = wanted.entries()
  const work = async (): Promise<void> => {
    for (const [place, engine] of left) rows[place] = await rowOf(engine)
  }
  await Promise.all([work(), work()])
} finally {
  await house.stop()
}
print(rows)
const over = rows.flatMap((row) =>
  row.clicks === undefined
    ? [`${row.engine}, ${row.cookies}: ${row.failed}`]
    : (Object.keys(steps) as Step[])
        .filter((step) => Number(row.clicks[step]) > allowed(step, row as Engine & Row))
        .map((step) => `${row.engine}, ${row.cookies}: "${step}" took ${row.clicks[step]} clicks`),
)
for (const line of over) console.error(`[tuppence] ${line}`)
process.exitCode = over.length === 0 ? 0 : 1
console.log(JSON.stringify(rows))

async function rowOf(engine: Engine): Promise<Row> {
  const startedMs = performance.now()
  const about = { engine: engine.name, cookies: engine.cookies, storageAccess: engine.storageAccess }
  const outcome = await travel(engine, house.urls).then(
    (clicks) => ({ clicks }),
    // Drivers put their whole stack into the message.
    (error: unknown) => ({ failed: String(error instanceof Error ? error.message : error).split('\n')[0]! }),
  )
  const row: Row = { ...about, ...outcome, seconds: Math.round((performance.now() - startedMs) / 100) / 10 }
  console.error(`[tuppence] ${row.engine}, ${row.cookies}: ${row.failed ?? 'ok'} in ${row.seconds} s`)
  return row
}

function print(all: readonly Row[]): void {
  const names = Object.keys(steps) as Step[]
  const lines = [['engine', 'cookies', ...names], ...all.map((row) => [row.engine, row.cookies, ...cells(row, names)])]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column]!)).join('  '))
}

function cells({ clicks, failed }: Row, names: readonly Step[]): string[] {
  return clicks === undefined ? [`FAILED: ${failed}`] : names.map((name) => String(clicks[name]))
}
