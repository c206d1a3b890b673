import { defineConfig } from 'vitest/config'

const resolve = { conditions: ['@tuppence/source', 'module', 'node', 'development|production'] }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve: { conditions: ['@tuppence/source', 'node', 'import', 'default'] } },
        test: {
          name: 'node',
          environment: 'node',
          include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**', 'scripts/lint/broken/**'],
        },
      },
    ],
  },
})
