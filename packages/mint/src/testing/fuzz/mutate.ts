// Changes a request by chance: its JSON, its bytes, its path, its headers, or parts of another; fuzz.ts keeps what leads somewhere.

import type { Chance } from './random.ts'

/** A request of the fuzzer. `signed`: with the publisher's key, over what is in it then. */
export interface Input {
  readonly method: string
  readonly path: string
  /** Text of a body; undefined for none. */
  readonly body: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly signed: boolean
}

const oddNumbers: readonly unknown[] = [
  -1,
  -0,
  0,
  1,
  1.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e308,
  1e-7,
  32_768,
  65_536,
]
const oddValues: readonly unknown[] = [
  ...oddNumbers,
  null,
  true,
  false,
  '',
  '5',
  'usd',
  'eur',
  [],
  {},
  [[]],
  [null],
  'constructor',
  '__proto__',
  'toString',
  '\ud800',
  '\u0000',
  'x'.repeat(600),
  `02${'f'.repeat(64)}`,
  `02${'0'.repeat(63)}1`,
  `04${'11'.repeat(64)}`,
  '00'.repeat(32),
  '["P2PK",{"nonce":"00","data":"02","tags":[]}]',
  '["P2PK",{"nonce":"00","data":"02","tags":[["sigflag","SIG_ALL"],["n_sigs","2"]]}]',
  '["HTLC",{"nonce":"00","data":"00","tags":[["locktime","1"]]}]',
  '{"signatures":["00"]}',
  'test-money:in',
  'test-money:out:5',
]
const tokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '1e999',
  '-',
  'null',
  '\n',
  ' ',
  '﻿',
  '\ud800',
  '"__proto__":{},',
]
const headerNames = [
  'content-type',
  'content-digest',
  'signature',
  'signature-input',
  'content-length',
  'x-forwarded-for',
]
const headerValues = [
  '',
  'x',
  'text/plain',
  'application/json; charset=utf-16',
  'sig=()',
  'sig=:AA==:',
  '-1',
  '99999999',
  'sha-256=:AA==:',
]

/** Makes another request of one; `other` gives something to cross it with. */
export function mutate(input: Input, other: Input, chance: Chance): Input {
  let made = input
  for (let times = 1 + chance.below(4); times > 0; times--) made = once(made, other, chance)
  return made
}

function once(input: Input, other: Input, chance: Chance): Input {
  switch (chance.below(16)) {
    case 0:
      return { ...input, body: cut(input.body, chance) }
    case 1:
      return { ...input, body: spoil(input.body, chance) }
    case 2:
      return { ...input, path: otherPath(input.path, chance) }
    case 3:
      return { ...input, headers: { ...input.headers, [chance.pick(headerNames)]: chance.pick(headerValues) } }
    case 4:
      return { ...input, signed: !input.signed }
    case 5:
      return { ...input, body: other.body }
    case 6:
      return chance.oneIn(4) ? { ...input, method: chance.pick(['GET', 'POST', 'PUT', 'OPTIONS', 'DELETE']) } : input
    default:
      return { ...input, body: changed(input.body, other.body, chance) }
  }
}

function cut(body: string | undefined, chance: Chance): string | undefined {
  return body?.slice(0, chance.below(body.length + 1))
}

function spoil(body: string | undefined, chance: Chance): string {
  const text = body ?? ''
  const at = chance.below(text.length + 1)
  const length = chance.oneIn(2) ? 0 : 1 + chance.below(4)
  return text.slice(0, at) + chance.pick(tokens) + text.slice(at + length)
}

function otherPath(path: string, chance: Chance): string {
  const parts = path.split('/')
  const at = 1 + chance.below(parts.length - 1)
  const part = chance.pick([
    '',
    'test',
    'bolt11',
    'card',
    'x',
    '%2e%2e',
    '%00',
    'a'.repeat(200),
    'ab'.repeat(32),
    '%ff',
  ])
  return parts.map((each, index) => (index === at ? part : each)).join('/')
}

/** Changes one place of the JSON, or puts a piece of the other's there. */
function changed(body: string | undefined, other: string | undefined, chance: Chance): string {
  const value = parsed(body)
  const places = placesIn(value)
  const place = chance.pick(places)
  return JSON.stringify(replaced(value, place, replacement(value, place, parsed(other), chance))) ?? ''
}

const gone = Symbol('gone')
type Path = readonly (string | number)[]

function replacement(value: unknown, place: Path, other: unknown, chance: Chance): unknown {
  const old = at(value, place)
  switch (chance.below(8)) {
    case 0:
      return gone
    case 1:
      return at(other, chance.pick(placesIn(other)))
    case 2:
      return at(value, chance.pick(placesIn(value)))
    case 3:
      return Array.isArray(old) ? [...old, ...old.slice(0, 40)] : [old]
    case 4:
      return typeof old === 'number' ? old + chance.pick([-1, 1, 0.5, 2 ** 31]) : chance.pick(oddValues)
    case 5:
      return typeof old === 'string' ? flipped(old, chance) : chance.pick(oddNumbers)
    case 6:
      return isObject(old)
        ? { ...old, [chance.pick(['witness', 'dleq', 'extra', 'amount', 'constructor'])]: chance.pick(oddValues) }
        : chance.pick(oddValues)
    default:
      return chance.pick(oddValues)
  }
}

function flipped(text: string, chance: Chance): string {
  const where = chance.below(text.length + 1)
  return text.slice(0, where) + chance.pick(['0', 'f', 'g', 'A', '\u0000', '']) + text.slice(where + 1)
}

const placesMax = 300
const depthMax = 12

/** Every way into a value, the value itself included. */
function placesIn(value: unknown): Path[] {
  const places: Path[] = [[]]
  for (let index = 0; index < places.length && places.length < placesMax; index++) {
    const place = places[index] as Path
    const here = at(value, place)
    if (place.length >= depthMax) continue
    if (Array.isArray(here)) places.push(...here.slice(0, 40).map((_, key): Path => [...place, key]))
    else if (isObject(here))
      places.push(
        ...Object.keys(here)
          .slice(0, 40)
          .map((key): Path => [...place, key]),
      )
  }
  return places
}

function at(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return value
  return at((value as Record<string | number, unknown>)[key], rest)
}

function replaced(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put === gone ? null : put
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>
  if (rest.length > 0) copy[key] = replaced(copy[key], rest, put)
  else if (put !== gone) copy[key] = put
  else if (Array.isArray(copy)) copy.splice(key as number, 1)
  else delete copy[key]
  return copy
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? 'null')
  } catch {
    return {}
  }
}
