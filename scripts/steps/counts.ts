// Reads what vitest and Playwright wrote as JSON and counts it by kind, for the last line of `npm test`.
import { existsSync, readFileSync } from 'node:fs'

/** `flaky`: of those that passed, how many only did at the second try. */
export type Count = { passed: number; failed: number; skipped: number; flaky?: number }
export type Counts = Map<string, Count>

const kinds: [suffix: string, kind: string][] = [
  ['.vectors.test.ts', 'vectors'],
  ['.prop.test.ts', 'property'],
  ['.browser.test.ts', 'browser'],
  ['.crash.test.ts', 'crash'],
  ['.interop.test.ts', 'interop'],
]

/** The kind of test a file holds, by its name. */
export function kindOf(file: string): string {
  return kinds.find(([suffix]) => file.endsWith(suffix))?.[1] ?? 'unit'
}

function add(counts: Counts, kind: string, field: 'passed' | 'failed' | 'skipped'): void {
  const count = counts.get(kind) ?? { passed: 0, failed: 0, skipped: 0 }
  count[field] += 1
  counts.set(kind, count)
}

type VitestReport = { testResults: { name: string; status: string; assertionResults: { status: string }[] }[] }

/** Adds a vitest JSON report. A file that failed before its first test counts as one failure. */
export function countVitest(path: string, counts: Counts): void {
  if (!existsSync(path)) return
  const report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport
  for (const file of report.testResults) {
    const kind = kindOf(file.name)
    if (file.assertionResults.length === 0 && file.status === 'failed') add(counts, kind, 'failed')
    for (const { status } of file.assertionResults) {
      add(counts, kind, status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'skipped')
    }
  }
}

type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }

/** Adds a Playwright JSON report. What passed at the second try has passed, and is told. */
export function countPlaywright(path: string, counts: Counts): void {
  if (!existsSync(path)) return
  const { stats } = JSON.parse(readFileSync(path, 'utf8')) as PlaywrightReport
  const { expected, unexpected, flaky, skipped } = stats
  counts.set('e2e', { passed: expected + flaky, failed: unexpected, skipped, flaky })
}

/** `unit 210, vectors 95, e2e 40` and the closing line `tests: 345 passed, 0 failed`. */
export function closingLines(counts: Counts): [byKind: string, total: string] {
  const total = { passed: 0, failed: 0, skipped: 0, flaky: 0 }
  const parts: string[] = []
  for (const [kind, count] of [...counts].sort(([a], [b]) => a.localeCompare(b))) {
    total.passed += count.passed
    total.failed += count.failed
    total.skipped += count.skipped
    total.flaky += count.flaky ?? 0
    const failed = count.failed === 0 ? '' : ` (${count.failed} failed)`
    parts.push(`${kind} ${count.passed + count.failed}${failed}`)
  }
  const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`
  const flaky = total.flaky === 0 ? '' : `, ${total.flaky} at the second try`
  return [parts.join(', '), `tests: ${total.passed} passed, ${total.failed} failed${skipped}${flaky}`]
}
