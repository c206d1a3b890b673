import { expect, test } from 'vitest'
import { nutsPage, storedNutsPage } from './nuts.ts'

test('docs/nuts.md says what the tests say; `node scripts/nuts.ts` writes it anew', () => {
  expect(storedNutsPage()).toBe(nutsPage())
})

test('every file of figures is read by a test', () => {
  const rows = nutsPage()
    .split('\n')
    .filter((line) => line.startsWith('| [nut-'))
  expect(rows).toHaveLength(11)
  for (const row of rows) expect(row).toMatch(/test\.ts\) \|$/)
})
