import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

const resolve = { conditions: ['@tuppence/source', 'module', 'node', 'development|production'] }

// `npm test` finds a Chromium and names it; otherwise Debian's, otherwise Playwright's own.
const executablePath = process.env['CHROMIUM'] ?? ['/usr/bin/chromium'].find((path) => existsSync(path))

// Real processes, sockets and disks on a machine that others use: CI tries once more, and its log says which test it was.
const retry = process.env['CI'] === undefined ? 0 : 1

// What is measured by the clock must have the machine to itself.
const timed = ['packages/mint/src/slow-clients.test.ts', 'packages/mint/src/take-over.test.ts']

export default defineConfig({
  test: {
    // Vitest leaves a core free by default, which of two is half; most tests wait for a socket or a disk anyway.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve,
        // Node adds `import` and `require` by itself; named here, they would hold for both.
        ssr: { resolve: { conditions: ['@tuppence/source', 'node'] } },
        test: {
          name: 'node',
          retry,
          environment: 'node',
          // A machine that others use too may stand still for seconds; a test that hangs is still told from a slow one.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**', 'scripts/lint/broken/**', ...timed],
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: ['@tuppence/source', 'node'] } },
        test: {
          name: 'timed',
          retry,
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: timed,
          // After the others, and one at a time.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { conditions: ['@tuppence/source', 'module', 'browser', 'development|production'] },
        // Plays the wallet's frame to the elements under test.
        publicDir: 'packages/embed/src/testing/public',
        test: {
          name: 'browser',
          retry,
          include: ['packages/*/src/**/*.browser.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { args: ['--no-sandbox'], ...(executablePath && { executablePath }) },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
