// Reads a request's JSON body with every bound checked on the way; app.ts calls it before anything else is done.

import * as v from 'valibot'
import { TuppenceError, utf8Decode, type ErrorCode } from '@tuppence/protocol'

/**
 * Reads a whole body, but never more than the limit.
 *
 * @throws {TuppenceError} `media-type-unsupported`, `body-too-large`, `cancelled` (the sender hung up).
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new TuppenceError('media-type-unsupported')
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (!(Number(declared) <= bytesMax)) throw new TuppenceError('body-too-large')
    // The HTTP parser holds a body to its declared length.
    return new Uint8Array(await request.arrayBuffer().catch(gone))
  }
  const parts: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (let part = await reader?.read().catch(gone); part?.done === false; part = await reader?.read().catch(gone)) {
    size += part.value.length
    if (size > bytesMax) {
      await reader?.cancel()
      throw new TuppenceError('body-too-large')
    }
    parts.push(part.value)
  }
  return Buffer.concat(parts)
}

/** A sender that hangs up is nothing to look into: whoever likes could fill a log with it. */
function gone(cause: unknown): never {
  throw new TuppenceError('cancelled', { cause })
}

/**
 * Decodes a body by its schema; members that the schema does not know are dropped.
 *
 * @throws {TuppenceError} `bad-encoding` (not UTF-8), `bad-request` or what the field that is wrong calls for; never with
 *   a value from the body in it.
 */
export function parseBody<S extends v.GenericSchema>(schema: S, bytes: Uint8Array): v.InferOutput<S> {
  const text = utf8Decode(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TuppenceError('bad-request', { details: { field: '(body)' } })
  }
  return decode(schema, value)
}

/** As parseBody, of what is JSON already. @throws {TuppenceError} As parseBody. */
export function decode<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  const field = fieldOf(parsed.issues[0])
  throw new TuppenceError(codeOf(field, parsed.issues[0].type), { details: { field } })
}

/** Where something is wrong: names from the schema and array indices, never a name from the body. */
function fieldOf(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue)?.slice(0, 64) ?? '(body)'
}

// Maps, and not objects: the field may be named by the body, `constructor` for instance.

/** Fields whose failure has a code of its own, by the last part of where they are. */
const codes: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries<ErrorCode>({
    amount: 'bad-amount',
    id: 'keyset-unknown',
    C: 'bad-point',
    B_: 'bad-point',
    secret: 'bad-secret',
    witness: 'bad-witness',
    pubkey: 'quote-key-required',
    signature: 'quote-signature-invalid',
  }),
)

/** Lists that may be too long, by where they are. */
const tooMany: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries<ErrorCode>({
    inputs: 'inputs-too-many',
    Ys: 'inputs-too-many',
    outputs: 'outputs-too-many',
    quotes: 'batch-too-large',
    deposits: 'batch-too-large',
  }),
)

function codeOf(field: string, issue: string): ErrorCode {
  // The one check on a list of quotes is that none comes twice (NUT-29).
  if (field === 'quotes' && issue === 'check') return 'quotes-duplicate'
  const found = issue === 'max_length' ? tooMany.get(field) : undefined
  return found ?? codes.get(field.slice(field.lastIndexOf('.') + 1)) ?? 'bad-request'
}
