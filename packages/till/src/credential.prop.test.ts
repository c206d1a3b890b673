import {
  base64UrlDecode,
  base64UrlEncode,
  decodeCredential,
  decodeToken,
  encodeCredential,
  utf8,
  utf8Decode,
  type Credential,
  type SigningKey,
} from '@tuppence/protocol'
import * as fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFor, credentialFor, newReader, signed } from './testing/reader.ts'
import { lockedText, openStage, type Stage } from './testing/stage.ts'

let stage: Stage
let reader: SigningKey
let spare: string[]
beforeAll(async () => {
  stage = await openStage()
  reader = await newReader()
  spare = []
})
afterAll(() => stage.close())

const salt = (): string => stage.url('/read/salt')
const runs = 1_000

/** A way to damage a text. */
const damage = fc.oneof(
  fc.record({ at: fc.nat(), to: fc.constantFrom(...'AZaz09-_=,;" \\|') }).map(
    ({ at, to }) =>
      (text: string) =>
        spliced(text, at, 1, to),
  ),
  fc.record({ at: fc.nat(), length: fc.integer({ min: 1, max: 40 }) }).map(
    ({ at, length }) =>
      (text: string) =>
        spliced(text, at, length, ''),
  ),
  fc.record({ at: fc.nat(), more: fc.stringMatching(/^[ -~]{1,40}$/) }).map(
    ({ at, more }) =>
      (text: string) =>
        spliced(text, at, 0, more),
  ),
  fc.nat().map((at) => (text: string) => text.slice(0, at % text.length)),
  fc.nat().map((at) => (text: string) => text + text.slice(at % text.length)),
)
const spliced = (text: string, at: number, length: number, to: string): string => {
  const start = at % (text.length + 1)
  return text.slice(0, start) + to + text.slice(start + length)
}

/** A way to damage one value inside JSON: replaces, removes or adds a member somewhere. */
const jsonDamage = fc
  .record({
    path: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    value: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constant(undefined),
      fc.constantFrom('', 'x', 'did:key:z6Mk', '__proto__'),
    ),
    key: fc.option(fc.constantFrom('__proto__', 'amount', 'token', 'source', 'id', 'constructor')),
  })
  .map(({ path, value, key }) => (json: object) => {
    const copy = JSON.parse(JSON.stringify(json)) as Record<string, unknown>
    let here: Record<string, unknown> = copy
    for (const step of path.slice(0, -1)) {
      const children = Object.values(here).filter((child) => typeof child === 'object' && child !== null) as Record<
        string,
        unknown
      >[]
      here = children[step % Math.max(children.length, 1)] ?? here
    }
    const keys = Object.keys(here)
    const name = key ?? keys[(path.at(-1) ?? 0) % Math.max(keys.length, 1)] ?? 'x'
    Object.defineProperty(here, name, { value, enumerable: true, configurable: true, writable: true })
    return copy
  })

async function fresh(by: 'signed' | 'unsigned'): Promise<{ credential: Credential; authorization: string }> {
  if (spare.length === 0) spare = await stage.purse.tokens(100, 8)
  const credential = credentialFor(await askFor(salt()), spare.at(-1) as string, by === 'signed' ? reader : undefined)
  return { credential, authorization: encodeCredential(credential) }
}

/** Sends damaged headers. @returns What is wrong with the answer: it must refuse in order, or the headers still say the same. */
async function complaints(headers: Record<string, string>, original: Credential): Promise<string[]> {
  const before = await stage.account()
  let request: Request
  try {
    request = new Request(salt(), { headers })
  } catch {
    return [] // No HTTP library would send it.
  }
  const response = (await stage.till().handle(request)) as Response
  const text = await response.text()
  if (response.status === 200) {
    spare.pop()
    const paid = decodeCredential(headers['authorization'] ?? '')
    return isDeepStrictEqual(said(paid), said(original)) ? [] : ['paid with something else']
  }
  const faults: Record<string, boolean> = {
    [`status ${response.status}`]: ![400, 402, 403].includes(response.status),
    'gives the text away': text.includes(lockedText),
    'has no code': !/^[a-z-]+$/.test((JSON.parse(text) as { code: string }).code),
    'has a receipt': response.headers.has('payment-receipt'),
    'challenge and status differ': response.headers.has('www-authenticate') !== (response.status === 402),
    'money moved': !isDeepStrictEqual(await stage.account(), before),
  }
  return Object.keys(faults).filter((fault) => faults[fault])
}

/** What a credential says: two spellings of one token say the same, and a source that is no did:key says nothing. */
function said({ challenge, payload, source }: Credential): unknown {
  return {
    challenge,
    coins: decodeToken(payload.cashu_token).proofs,
    source: source?.startsWith('did:key:') ? source : undefined,
  }
}

describe('a damaged credential', () => {
  test(`is refused in order, takes nothing and gives nothing away (${runs} headers)`, { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('signed' as const, 'unsigned' as const),
        fc.constantFrom('authorization', 'signature', 'signature-input'),
        damage,
        async (by, name, change) => {
          const { credential, authorization } = await fresh(by)
          const headers =
            by === 'signed' ? await signed(salt(), reader, { headers: { authorization } }) : { authorization }
          const target = headers[name] === undefined ? 'authorization' : name
          expect(await complaints({ ...headers, [target]: change(headers[target] as string) }, credential)).toEqual([])
        },
      ),
      { numRuns: runs },
    )
    expect(await stage.till().recover()).toEqual({ settled: 0, left: 0 })
  })

  test(
    `is refused however its JSON, its challenge or its token is bent (${runs} credentials)`,
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(jsonDamage, damage),
          fc.constantFrom('credential', 'challenge', 'token'),
          async (change, where) => {
            const { credential } = await fresh('unsigned')
            const bent = bend(credential, where, change)
            if (bent === undefined) return
            expect(await complaints({ authorization: `Payment ${base64UrlEncode(utf8(bent))}` }, credential)).toEqual(
              [],
            )
          },
        ),
        { numRuns: runs },
      )
      expect(await stage.till().recover()).toEqual({ settled: 0, left: 0 })
    },
  )
})

function bend(
  credential: Credential,
  where: string,
  change: ((json: object) => object) | ((text: string) => string),
): string | undefined {
  const apply = change as (value: unknown) => unknown
  const isJson = change.toString().includes('JSON.parse')
  if (where === 'token')
    return isJson
      ? undefined
      : JSON.stringify({ ...credential, payload: { cashu_token: apply(credential.payload.cashu_token) } })
  if (where === 'credential')
    return String(isJson ? JSON.stringify(apply(credential)) : apply(JSON.stringify(credential)))
  const { challenge } = credential
  const opaque = utf8Decode(base64UrlDecode(challenge.opaque ?? ''))
  const changed = isJson ? JSON.stringify(apply(JSON.parse(opaque))) : String(apply(opaque))
  return JSON.stringify({ ...credential, challenge: { ...challenge, opaque: base64UrlEncode(utf8(changed)) } })
}
