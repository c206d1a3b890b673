// What counts as an entry, so that knip can say which files, exports and dependencies nobody uses.
import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: ['scripts/run.mjs', 'scripts/tasks.ts', 'scripts/*.ts', 'scripts/bench/*.ts', 'scripts/lint/broken/broken.config.ts'],
      project: ['scripts/**/*.{ts,mjs}'],
    },
    'packages/*': {
      entry: ['src/**/*.{test,bench}.ts'],
      project: ['src/**/*.{ts,tsx}', '*.ts', '!**/dist/**'],
    },
    'examples/*': { entry: ['src/*.ts'], project: ['src/**/*.ts'] },
    e2e: { entry: ['**/*.test.ts', 'playwright.config.ts'], project: ['**/*.ts'] },
  },
  // What a package exports from its entries is for others; what one file exports and nobody imports is not.
  ignore: ['scripts/lint/broken/**'],
  ignoreExportsUsedInFile: true,
  includeEntryExports: false,
}

export default config
