// The end-to-end tests: the built demo, driven in Chromium, once with third-party cookies and once without.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { defineConfig } from '@playwright/test'
import type { Options } from './harness/fixtures.ts'

// `npm run e2e` has set CHROMIUM; started by hand, the one on PATH will do, else Playwright's own.
process.env['CHROMIUM'] ??= (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((path) => existsSync(path))

export default defineConfig<Options, Options>({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../test-results',
  timeout: 90_000,
  // Machines that others use as well are slow now and then.
  expect: { timeout: 20_000 },
  fullyParallel: false,
  // They wait more than they work: three keep two cores busy.
  workers: 3,
  forbidOnly: process.env['CI'] !== undefined,
  // Real browsers on a machine that others use: CI tries once more, and says so ("at the second try").
  retries: process.env['CI'] === undefined ? 0 : 1,
  reporter: 'list',
  projects: [
    { name: 'cookies allowed', testIgnore: 'examples/**', use: { thirdPartyCookies: 'allowed' } },
    {
      name: 'cookies blocked',
      // Neither what a click can be made to do nor what a screen looks like depends on storage; with the whole wallet in the
      // frame there is most to steal.
      testIgnore: ['examples/**', 'attacks-steal.test.ts', 'axe*.test.ts'],
      use: { thirdPartyCookies: 'blocked' },
    },
    // Each opens a street of its own, and some install packages.
    { name: 'examples', testMatch: 'examples/**/*.test.ts', timeout: 120_000, use: { thirdPartyCookies: 'allowed' } },
  ],
})
