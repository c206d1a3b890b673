/** A process that runs the tests of one source file against a changed text of it; mutate starts it. */
import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { isDeepStrictEqual } from 'node:util'

/** One change, and the whole text with it. */
export type Mutant = {
  readonly file: string
  readonly tests: readonly string[]
  readonly line: number
  readonly found: string
  readonly put: string
  readonly text: string
}

type Named = { readonly name: string; readonly run: () => unknown }

const declared: Named[] = []

/** As much of vitest as these tests use: hundreds of starts of the real one would take an hour. */
const vitest = {
  describe: (_: string, declare: () => void) => declare(),
  test: Object.assign((name: string, run: () => unknown) => void declared.push({ name, run }), {
    each:
      (rows: readonly unknown[]) =>
      (name: string, run: (...args: unknown[]) => unknown): void => {
        for (const row of rows) declared.push({ name, run: () => (Array.isArray(row) ? run(...row) : run(row)) })
      },
  }),
  expect: (actual: unknown) => ({
    ...matchers(actual, true),
    not: matchers(actual, false),
  }),
}

function matchers(actual: unknown, wanted: boolean) {
  const hold = (holds: boolean) => assert.equal(holds, wanted)
  const number = actual as number
  return {
    toBe: (expected: unknown) => hold(Object.is(actual, expected)),
    toEqual: (expected: unknown) => hold(isDeepStrictEqual(actual, expected)),
    toBeDefined: () => hold(actual !== undefined),
    toBeUndefined: () => hold(actual === undefined),
    toBeLessThan: (most: number) => hold(number < most),
    toBeLessThanOrEqual: (most: number) => hold(number <= most),
    toBeGreaterThanOrEqual: (least: number) => hold(number >= least),
    toThrow: (pattern?: RegExp) => {
      try {
        ;(actual as () => unknown)()
      } catch (error) {
        return hold(pattern?.test(String(error)) ?? true)
      }
      return hold(false)
    },
  }
}

const mutant = await new Promise<Mutant>((resolve) => process.once('message', (sent) => resolve(sent as Mutant)))
const seam = globalThis as { tuppenceVitest?: unknown }
seam.tuppenceVitest = vitest
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'vitest'
      ? { url: 'tuppence:vitest', format: 'module', shortCircuit: true }
      : nextResolve(specifier, context),
  load: (url, context, nextLoad) => {
    if (url === 'tuppence:vitest')
      return {
        format: 'module',
        source: 'export const { describe, test, expect } = globalThis.tuppenceVitest',
        shortCircuit: true,
      }
    return url.endsWith(`/core/src/${mutant.file}`)
      ? { format: 'module-typescript', source: mutant.text, shortCircuit: true }
      : nextLoad(url, context)
  },
})

/** The name of the first test that fails. */
async function firstFailure(): Promise<string | undefined> {
  try {
    for (const file of mutant.tests) await import(new URL(`../src/${file}`, import.meta.url).href)
  } catch (error) {
    return `does not load: ${String(error)}`
  }
  for (const { name, run } of declared) {
    try {
      await run()
    } catch {
      return name
    }
  }
  return undefined
}

process.send?.((await firstFailure()) ?? null)
