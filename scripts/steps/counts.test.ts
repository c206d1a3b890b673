import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closingLines, countPlaywright, countVitest, kindOf, type Counts } from './counts.ts'

const folder = mkdtempSync(join(tmpdir(), 'counts-'))

function report(name: string, value: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(value))
  return path
}

describe('counts', () => {
  test('knows a test by its file name', () => {
    expect(kindOf('packages/protocol/src/coin.vectors.test.ts')).toBe('vectors')
    expect(kindOf('packages/core/src/coins.prop.test.ts')).toBe('property')
    expect(kindOf('packages/core/src/coins.test.ts')).toBe('unit')
  })

  test('adds vitest and Playwright into one closing line', () => {
    const counts: Counts = new Map()
    const file = (name: string, ...statuses: string[]) => ({
      name,
      status: 'passed',
      assertionResults: statuses.map((status) => ({ status })),
    })
    countVitest(
      report('v.json', {
        testResults: [file('a.test.ts', 'passed', 'passed'), file('b.prop.test.ts', 'passed', 'skipped')],
      }),
      counts,
    )
    countPlaywright(report('p.json', { stats: { expected: 7, unexpected: 0, flaky: 1, skipped: 0 } }), counts)
    expect(closingLines(counts)).toEqual([
      'e2e 8, property 1, unit 2',
      'tests: 11 passed, 0 failed, 1 skipped, 1 at the second try',
    ])
  })

  test('counts a file that could not be loaded as a failure', () => {
    const counts: Counts = new Map()
    countVitest(
      report('broken.json', { testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] }),
      counts,
    )
    expect(closingLines(counts)[1]).toBe('tests: 0 passed, 1 failed')
  })

  test('a report that was never written adds nothing', () => {
    const counts: Counts = new Map()
    countVitest(join(folder, 'missing.json'), counts)
    expect(counts.size).toBe(0)
  })
})
