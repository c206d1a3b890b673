// What `npm run lint` holds the code to. The arrows are a table of their own (scripts/lint/arrows.ts); here are the rest.
import { defineConfig, type OxlintOverride } from 'oxlint'
import { territories, type Territory } from './scripts/lint/arrows.ts'
import { adapters, globalTerritories, type GlobalTerritory } from './scripts/lint/globals.ts'

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/contract.ts', '**/testing/**', 'e2e/**']

function importRules({ files, bans }: Territory): OxlintOverride {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: bans }] } }
}

function globalRules({ files, globals, properties }: GlobalTerritory): OxlintOverride {
  return {
    files,
    rules: {
      'no-restricted-globals': ['error', { globals, checkGlobalObject: true }],
      'no-restricted-properties': ['error', ...properties],
    },
  }
}

export default defineConfig({
  plugins: ['import', 'typescript', 'unicorn', 'oxc', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', '**/.tmp/**', '**/.data/**', 'scripts/lint/broken/**', 'test-results/**'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-extraneous-class': 'error',
    // A MessagePort's onmessage also starts it, and its postMessage has no target.
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-named-as-default-member': 'off',
    // Tests here call functions that assert (contract suites, property checks) and give expect() a second argument.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/no-standalone-expect': 'off',
    'vitest/require-to-throw-message': 'off',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'no-restricted-exports': 'off',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: 'error',
    'no-eval': 'error',
    'no-param-reassign': 'error',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    ...territories.map(importRules),
    ...globalTerritories.map(globalRules),
    {
      files: [...adapters, ...tests],
      rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
    },
    { files: tests, rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', 'no-empty-pattern': 'off' } },
    { files: ['*.config.ts', '**/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
})
