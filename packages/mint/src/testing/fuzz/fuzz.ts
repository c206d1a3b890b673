// A fuzzer that is led by coverage: requests that went where none had been are kept, and changed further. None may fail inside,
// change the ledger when it is refused, or leave a secret in the log; main.ts and fuzz.test.ts run it.

import { accountComponents, base64Encode, depositComponents, signatureBase } from '@tuppence/protocol'
import { bodyDigest, ed25519Key } from '../../ed25519.ts'
import { watchCoverage, type Coverage } from './coverage.ts'
import { mutate, type Input } from './mutate.ts'
import { chanceOf, type Chance } from './random.ts'

/** What is fuzzed. */
export interface Target {
  readonly seeds: readonly Input[]
  fetch(request: Request): Promise<Response>
  /** Lines of the log since the last call. */
  takeLog(): readonly string[]
  /** Operations in the ledger. */
  sequence(): Promise<number>
  /** All sums of the ledger that only money changes. */
  money(): Promise<unknown>
  /** What may be in no line of a log. */
  readonly secrets: readonly string[]
  /** Seed and key id of the publisher that may sign. */
  readonly key: { readonly seed: Uint8Array; readonly keyId: string }
  readonly nowMs: () => number
}

/** What came of it. */
export interface FuzzResult {
  readonly requests: number
  readonly seed: number
  readonly corpus: number
  readonly functions: number
  readonly places: number
  readonly statuses: Readonly<Record<string, number>>
  readonly lines: number
}

/** How much is tried, from which seed. `onProgress` hears of it now and then. */
export interface FuzzOptions {
  readonly runs: number
  readonly seed: number
  readonly onProgress?: (so: { readonly done: number; readonly corpus: number }) => void
}

const atOnce = 64
/** Requests between two looks at what they reached: a look costs as much as a hundred requests. */
const betweenMin = 64
const betweenMax = 2048
const corpusMax = 4000
const moneyEvery = 20_000
const base = 'http://mint.example'
/** Hex, base64 or such of 16 bytes and more, which no line has any business with. */
const longWord = /[\w+/=-]{40,}/

interface Run {
  readonly target: Target
  readonly sign: (input: Input) => Input
  readonly statuses: Record<string, number>
  /** Lines of the log, numbers apart. */
  readonly seen: Set<string>
  sequence: number
  done: number
}

/** Fuzzes. @throws {Error} With the request that did what none may do. */
export async function fuzz(target: Target, { runs, seed, onProgress = () => {} }: FuzzOptions): Promise<FuzzResult> {
  const chance = chanceOf(seed)
  const coverage = watchCoverage((url) => /packages\/(mint|protocol)\/src\/(?!testing)/.test(url))
  const corpus: Input[] = [...target.seeds]
  const run: Run = {
    target,
    sign: signerOf(target),
    statuses: {},
    seen: new Set(),
    sequence: await target.sequence(),
    done: 0,
  }
  const money = JSON.stringify(await target.money())
  const checkMoney = async () => {
    if (JSON.stringify(await target.money()) !== money) throw new Error(`fuzz: money moved, before ${run.done}`)
  }
  try {
    let between = betweenMin
    let checkedAt = 0
    while (run.done < runs) {
      const inputs = Array.from({ length: between }, () => next(corpus, target.seeds, chance))
      const isNew = await keepNew(run, inputs, { coverage, keep: (input) => keep(corpus, input, chance) })
      between = isNew ? Math.max(betweenMin, between / 2) : Math.min(betweenMax, between * 2)
      onProgress({ done: run.done, corpus: corpus.length })
      if (run.done - checkedAt < moneyEvery) continue
      checkedAt = run.done
      await checkMoney()
    }
    await checkMoney()
    const { done: requests, statuses, seen } = run
    return { requests, seed, corpus: corpus.length, ...coverage.total(), statuses, lines: seen.size }
  } finally {
    coverage.stop()
  }
}

interface Finds {
  readonly coverage: Coverage
  readonly keep: (input: Input) => void
}

/** Sends requests; where they reach something new, again by halves, until it is known which of them it was. */
async function keepNew(run: Run, inputs: readonly Input[], finds: Finds): Promise<boolean> {
  for (let start = 0; start < inputs.length; start += atOnce) await send(run, inputs.slice(start, start + atOnce))
  const report = finds.coverage.take()
  if (report.found === 0) return false
  const [only] = inputs
  if (inputs.length === 1 && only !== undefined) finds.keep(only)
  else {
    const half = inputs.length / 2
    await keepNew(run, inputs.slice(0, half), finds)
    await keepNew(run, inputs.slice(half), finds)
  }
  // Also what none of them reached again: it may have been chance.
  report.keep()
  return true
}

/** Sends some at once, and looks at what became of them. */
async function send(run: Run, inputs: readonly Input[]): Promise<void> {
  const { target, statuses } = run
  const answers = await Promise.all(inputs.map(async (input) => ({ input, ...(await ask(target, run.sign(input))) })))
  run.done += inputs.length
  const lines = target.takeLog()
  for (const { input, status, text } of answers) {
    statuses[status] = (statuses[status] ?? 0) + 1
    if (status >= 500)
      throw new Error(
        `fuzz: ${status} ${text} for ${JSON.stringify(input)}; ${lines.filter((line) => line.includes('"error"')).join('')}`,
      )
  }
  const sequence = await target.sequence()
  const mayHave = answers.filter(({ input, status }) => status === 200 && input.method === 'POST').length
  if (sequence - run.sequence > mayHave)
    throw new Error(
      `fuzz: ${sequence - run.sequence} operations of ${mayHave} requests that were not refused: ${JSON.stringify(inputs)}`,
    )
  run.sequence = sequence
  checkLog(target.secrets, lines, { seen: run.seen, inputs })
}

/** Mostly of what was found, sometimes of what it began with, and now and then of two. */
function next(corpus: readonly Input[], seeds: readonly Input[], chance: Chance): Input {
  // What was found last has been tried least.
  const young = corpus.slice(-64)
  const parent = chance.oneIn(5) ? chance.pick(seeds) : chance.pick(chance.oneIn(2) ? young : corpus)
  return mutate(parent, chance.pick(corpus), chance)
}

function keep(corpus: Input[], input: Input, chance: Chance): void {
  if (corpus.length < corpusMax) corpus.push(input)
  else corpus[chance.below(corpus.length)] = input
}

async function ask(
  { fetch }: Target,
  { method, path, body, headers }: Input,
): Promise<{ status: number; text: string }> {
  let request: Request
  try {
    const init = method === 'GET' || body === undefined ? {} : { body }
    request = new Request(base + path, { method, headers, ...init })
  } catch {
    // No HTTP client could send it either.
    return { status: 0, text: '' }
  }
  const response = await fetch(request)
  return { status: response.status, text: await response.text() }
}

/** A line that reads like one before it, numbers apart, says nothing that was not looked at. */
function checkLog(
  secrets: readonly string[],
  lines: readonly string[],
  { seen, inputs }: { seen: Set<string>; inputs: readonly Input[] },
): void {
  for (const line of lines) {
    const shape = line.replace(/\d+/g, '0')
    if (seen.has(shape)) continue
    seen.add(shape)
    const { reason, ...rest } = JSON.parse(line) as Record<string, unknown>
    const text = JSON.stringify(rest)
    const secret = secrets.some((each) => line.includes(each)) || longWord.test(text)
    const quoted = inputs.some(({ body }) => wordsOf(body).some((word) => text.includes(word)))
    if (secret || quoted || (typeof reason === 'string' && reason.length > 400))
      throw new Error(`fuzz: the log says ${line}`)
  }
}

/** Long strings of a body. */
function wordsOf(body: string | undefined): readonly string[] {
  return [...(body ?? '').matchAll(/"([^"\\]{20,})"/g)].map(([, word]) => word as string)
}

/** Signs as a till does, but with the key at hand and in one go. */
function signerOf({ key, nowMs }: Target): (input: Input) => Input {
  const { sign } = ed25519Key(key.seed)
  return (input) => {
    if (!input.signed) return input
    const components = input.body === undefined ? accountComponents : depositComponents
    const parameters = `(${components.map((name) => `"${name}"`).join(' ')});created=${Math.floor(nowMs() / 1000)};keyid="${key.keyId}";alg="ed25519"`
    try {
      const bytes = Buffer.from(input.body ?? '')
      const headers = { ...input.headers, ...(input.body === undefined ? {} : { 'content-digest': bodyDigest(bytes) }) }
      const text = signatureBase({ method: input.method, url: base + input.path, headers }, components, parameters)
      const signature = base64Encode(sign(Buffer.from(text).toString()))
      return {
        ...input,
        headers: { ...headers, 'signature-input': `sig=${parameters}`, signature: `sig=:${signature}:` },
      }
    } catch {
      return input
    }
  }
}
