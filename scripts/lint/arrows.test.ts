import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { territories } from './arrows.ts'

const root = join(import.meta.dirname, '..', '..')
const broken = join(import.meta.dirname, 'broken')

type Report = {
  diagnostics: {
    filename: string
    code: string
    message: string
    help?: string
    labels: { span: { line: number } }[]
  }[]
}
type Refusal = { code: string; text: string; line: number }

/** Runs the ordinary rules over broken/, where each file breaks some of them on purpose. */
function lintBroken(): Map<string, Refusal[]> {
  const program = join(root, 'node_modules', '.bin', 'oxlint')
  const args = ['-c', 'broken.config.ts', '--format', 'json', '.']
  const { stdout, stderr } = spawnSync(program, args, { cwd: broken, encoding: 'utf8' })
  if (!stdout.startsWith('{')) throw new Error(`oxlint said: ${stdout}${stderr}`)
  const refusals = new Map<string, Refusal[]>()
  for (const { filename, code, message, help, labels } of (JSON.parse(stdout) as Report).diagnostics) {
    const known = refusals.get(filename) ?? []
    refusals.set(filename, [...known, { code, text: `${message} ${help ?? ''}`, line: labels[0]?.span.line ?? 0 }])
  }
  return refusals
}

const refusals = lintBroken()

/** One file for every territory, which has every import that the territory may not have. */
const breakers: Record<string, string> = {
  everywhere: 'examples/newsroom/src/start.ts',
  protocol: 'packages/protocol/src/crypto/curve.ts',
  'protocol outside crypto': 'packages/protocol/src/token.ts',
  core: 'packages/core/src/wallet.ts',
  'core actions': 'packages/core/src/actions/pay.ts',
  'core clients': 'packages/core/src/clients/mint.ts',
  'core db': 'packages/core/src/db/idb.ts',
  'core db node': 'packages/core/src/db/node.ts',
  'core state': 'packages/core/src/state/balance.ts',
  'core coins': 'packages/core/src/coins.ts',
  'core payment': 'packages/core/src/payment.ts',
  'core budget': 'packages/core/src/budget.ts',
  'core ports': 'packages/core/src/ports.ts',
  widget: 'packages/widget/src/frame.ts',
  embed: 'packages/embed/src/unlock.ts',
  mint: 'packages/mint/src/app.ts',
  till: 'packages/till/src/app.ts',
  cli: 'packages/cli/src/seal.ts',
  tests: 'packages/till/src/app.test.ts',
}

describe('arrows', () => {
  test('every territory has a file that breaks it', () => {
    expect(Object.keys(breakers).sort()).toEqual(territories.map(({ name }) => name).sort())
  })

  test.each(territories.flatMap(({ name, bans }) => bans.map(({ message }) => ({ name, message }))))(
    '$name: is refused with "$message"',
    ({ name, message }) => {
      const texts = (refusals.get(breakers[name] ?? '') ?? []).map(({ text }) => text)
      expect(texts.filter((text) => text.includes(message))).not.toEqual([])
    },
  )

  test('every import in a breaker is refused, by name, by type, again or later', () => {
    for (const file of new Set(Object.values(breakers))) {
      const lines = readFileSync(join(broken, file), 'utf8').split('\n')
      const imports = lines.flatMap((line, index) => (/(from|import|import\() ?'/.test(line) ? [index + 1] : []))
      const refused = (refusals.get(file) ?? []).filter(({ code }) => code.includes('no-restricted-imports'))
      expect([file, ...new Set(refused.map(({ line }) => line))].sort()).toEqual([file, ...imports].sort())
    }
  })

  test('embed may not reach the wallet from its tests either', () => {
    expect(refusals.get('packages/embed/src/unlock.test.ts')?.length).toBe(2)
  })

  test('the end-to-end tests use public entry points', () => {
    expect(refusals.get('e2e/attacks.test.ts')?.length).toBe(2)
  })

  test('a ring of type imports is refused', () => {
    const codes = ['ring-a', 'ring-b'].flatMap((name) => refusals.get(`packages/till/src/${name}.ts`) ?? [])
    expect(codes.map(({ code }) => code)).toEqual(['import(no-cycle)', 'import(no-cycle)'])
  })

  test('a default export is refused', () => {
    expect(refusals.get('packages/till/src/default.ts')?.map(({ code }) => code)).toEqual(['import(no-default-export)'])
  })
})

describe('globals', () => {
  const textOf = (file: string) => (refusals.get(file) ?? []).map(({ text }) => text).join('\n')

  test.each([
    'Date',
    'performance',
    'fetch',
    'indexedDB',
    'setTimeout',
    'Math.random',
    'crypto.randomUUID',
    'crypto.getRandomValues',
    'document',
    'process',
  ])('core may not reach for %s', (name) => {
    expect(textOf('packages/core/src/clock-user.ts')).toContain(`'${name}'`)
  })

  test.each(['Date.now', 'document', 'Buffer', 'fetch', 'Math.random'])('protocol may not reach for %s', (name) => {
    expect(textOf('packages/protocol/src/limits.ts')).toContain(`'${name}'`)
  })

  test('a client of core may fetch', () => {
    expect(textOf('packages/core/src/clients/till.ts')).toBe('')
  })
})

test('the broken files are outside the ordinary lint', () => {
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['--debug=files'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stdout).toContain('scripts/lint/arrows.ts')
  expect(stdout).not.toContain('broken/packages')
  expect(readdirSync(broken)).toContain('packages')
})
