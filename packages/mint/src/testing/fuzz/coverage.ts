// Which places of the source have run, as V8 counts blocks: tells the fuzzer whether an input went where none had been.

import { Session, type Profiler } from 'node:inspector'

/** Watches what runs in this process. */
export interface Coverage {
  /** Takes what ran since the last time. @returns How much of it is new (functions, and places in them); `keep` makes it known. */
  take(): { readonly found: number; keep(): void }
  /** Functions and places (characters of source) so far. */
  total(): { readonly functions: number; readonly places: number }
  stop(): void
}

interface Script {
  readonly functions: Set<string>
  readonly places: Uint8Array
}

/** Starts to watch. @param isOurs - Which scripts count, by URL. */
export function watchCoverage(isOurs: (url: string) => boolean): Coverage {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const scripts = new Map<string, Script>()
  const takeScripts = (): readonly Profiler.ScriptCoverage[] => {
    // In one process the answer is there before post() returns.
    let result: readonly Profiler.ScriptCoverage[] = []
    session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw error
      result = answer.result
    })
    return result
  }
  return {
    take: () => {
      const report = takeScripts().filter(({ url }) => isOurs(url))
      const each = (work: (script: Script, functions: readonly Profiler.FunctionCoverage[]) => number) =>
        report.reduce((sum, { url, functions }) => {
          const script = scripts.get(url) ?? { functions: new Set(), places: new Uint8Array(scriptCharsMax) }
          scripts.set(url, script)
          return sum + work(script, functions)
        }, 0)
      return { found: each((script, functions) => newIn(script, functions)), keep: () => void each(keepIn) }
    },
    total: () => {
      let functions = 0
      let places = 0
      for (const script of scripts.values()) {
        functions += script.functions.size
        places += script.places.reduce((sum, each) => sum + each, 0)
      }
      return { functions, places }
    },
    stop: () => session.disconnect(),
  }
}

/** Longer than any of our files. */
const scriptCharsMax = 131_072

/** What ran of each function, character by character. Outer ranges come first, so what an inner one says of its part holds. */
function* ranIn(
  report: readonly Profiler.FunctionCoverage[],
): Generator<{ key: string; start: number; ran: Uint8Array }> {
  for (const { ranges } of report) {
    const [whole, ...inner] = ranges
    if (whole === undefined || whole.count === 0) continue
    const start = whole.startOffset
    const ran = new Uint8Array(Math.max(0, Math.min(whole.endOffset, scriptCharsMax) - start)).fill(1)
    for (const { startOffset, endOffset, count } of inner)
      ran.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start)
    for (const {
      ranges: [its],
    } of report) {
      // A function inside of this one is a report of its own.
      if (its !== undefined && its !== whole && its.startOffset >= start && its.endOffset <= whole.endOffset)
        ran.fill(0, its.startOffset - start, its.endOffset - start)
    }
    yield { key: `${start}-${whole.endOffset}`, start, ran }
  }
}

function newIn({ functions, places }: Script, report: readonly Profiler.FunctionCoverage[]): number {
  let found = 0
  for (const { key, start, ran } of ranIn(report)) {
    if (!functions.has(key)) found++
    for (let index = 0; index < ran.length; index++) if (ran[index] === 1 && places[start + index] === 0) found++
  }
  return found
}

function keepIn({ functions, places }: Script, report: readonly Profiler.FunctionCoverage[]): number {
  for (const { key, start, ran } of ranIn(report)) {
    functions.add(key)
    for (let index = 0; index < ran.length; index++) if (ran[index] === 1) places[start + index] = 1
  }
  return 0
}
