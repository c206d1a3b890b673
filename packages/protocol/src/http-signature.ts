// HTTP Message Signatures with Ed25519: wallet and till sign requests with it, till and mint check them.

import { base64Decode, base64Encode, sha256, utf8 } from './encoding.ts'
import type { Bytes } from './encoding.ts'
import type { ErrorCode } from './error-table.ts'
import { TuppenceError } from './errors.ts'
import { limits } from './limits.ts'
import { verifyingKey } from './signing-key.ts'

/** A request as a signature sees it. `url` is absolute, by the public origin; no `body` is an empty one. */
export type SignableRequest = {
  method: string
  url: string
  headers?: HeadersInit
  body?: Uint8Array | string
}

/** A key for `resolve`: 32 bytes, their base64url, or what WebCrypto made of them. */
export type PublicKeyInput = CryptoKey | Uint8Array | string

/** What a verified signature says. `created` is in Unix seconds. */
export type VerifiedSignature = { keyId: string; created: number; components: string[] }

const derived = ['@method', '@authority', '@path', '@query']

/**
 * What a signature of ours covers, and what a verifier must find covered: the four parts of the target, the credential
 * when there is one, the body's digest when there is a body, the idempotency key and what is asked for when they are sent.
 */
export function coveredComponents(request: SignableRequest): string[] {
  const headers = new Headers(request.headers)
  const covered = [...derived]
  if (headers.has('authorization')) covered.push('authorization')
  if (bodyOf(request).length > 0) covered.push('content-digest')
  covered.push(...['idempotency-key', 'tuppence-ask'].filter((name) => headers.has(name)))
  return covered
}

/**
 * `Content-Digest` of a body.
 *
 * @returns `sha-256=:<base64>:`
 * @see RFC 9530 section 2
 */
export async function contentDigest(body: Uint8Array | string): Promise<string> {
  return `sha-256=:${base64Encode(await sha256(body))}:`
}

/** Whether a `Content-Digest` value has exactly one SHA-256 member, and that is the body's. */
export async function matchesDigest(digest: string, body: Uint8Array | string): Promise<boolean> {
  return onlySha256(digest) === (await contentDigest(body))
}

/** The one SHA-256 member of a `Content-Digest` value; undefined when there is none, or more than one. */
function onlySha256(digest: string): string | undefined {
  const members = digest.split(',').map((member) => member.trim())
  const ours = members.filter((member) => member.startsWith('sha-256='))
  return ours.length === 1 ? ours[0] : undefined
}

async function verifyEd25519(key: PublicKeyInput, signature: Bytes, base: Bytes): Promise<boolean> {
  const publicKey = key instanceof Uint8Array || typeof key === 'string' ? await verifyingKey(key) : key
  return crypto.subtle.verify('Ed25519', publicKey, signature, base)
}

/**
 * Signs a request.
 *
 * @param options.components - Defaults to coveredComponents. With `content-digest`, the digest is computed here.
 * @returns The headers to add: `signature-input`, `signature` and, where covered, `content-digest`.
 * @throws {TuppenceError} `signature-component-missing`: a header to be covered is not there.
 * @see RFC 9421 section 3.1
 */
export async function signRequest(
  request: SignableRequest,
  options: { key: CryptoKey; keyId: string; createdMs: number; expiresMs?: number; components?: readonly string[] },
): Promise<Record<string, string>> {
  const { key, keyId, createdMs, expiresMs, components = coveredComponents(request) } = options
  const headers = new Headers(request.headers)
  const added: Record<string, string> = {}
  if (components.includes('content-digest')) {
    added['content-digest'] = await contentDigest(bodyOf(request))
    headers.set('content-digest', added['content-digest'])
  }
  const expires = expiresMs === undefined ? '' : `;expires=${Math.floor(expiresMs / 1000)}`
  const parameters =
    `(${components.map((name) => `"${name}"`).join(' ')});created=${Math.floor(createdMs / 1000)}${expires}` +
    `;keyid="${keyId}";alg="ed25519"`
  const base = signatureBase({ ...request, headers }, components, parameters)
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key, base))
  return { ...added, 'signature-input': `sig=${parameters}`, signature: `sig=:${base64Encode(signature)}:` }
}

/**
 * Checks the one signature of a request; refuses what it does not know.
 *
 * @param options.resolve - The key of a keyid, or undefined. Called before anything is known to be true.
 * @param options.required - Components that must be covered; defaults to coveredComponents of the request.
 * @param options.windowSeconds - How far `created` may be off; defaults to `limits.signatureWindowSeconds`.
 * @param options.verify - Ed25519 of a server that has it without a thread hop; WebCrypto's by default.
 * @param options.digest - Likewise the `Content-Digest` of the body; contentDigest by default.
 * @throws {TuppenceError} `signature-*`, and `digest-mismatch` when a signed digest is not the body's.
 * @see RFC 9421 section 3.2
 */
export async function verifyRequest(
  request: SignableRequest,
  options: {
    resolve: (keyId: string) => PublicKeyInput | undefined | Promise<PublicKeyInput | undefined>
    nowMs: number
    required?: readonly string[]
    windowSeconds?: number
    verify?: (key: PublicKeyInput, signature: Bytes, base: Bytes) => boolean | Promise<boolean>
    digest?: (body: Uint8Array) => string | Promise<string>
  },
): Promise<VerifiedSignature> {
  const {
    resolve,
    nowMs,
    required = coveredComponents(request),
    windowSeconds = limits.signatureWindowSeconds,
    verify = verifyEd25519,
    digest = contentDigest,
  } = options
  const headers = new Headers(request.headers)
  const { label, components, parameters, keyId, created, expires } = parseSignatureInput(headers.get('signature-input'))
  const missing = required.find((name) => !components.includes(name))
  if (missing !== undefined) refuse('signature-component-missing', missing)
  const now = nowMs / 1000
  if (Math.abs(now - created) > windowSeconds || expires <= now) refuse('signature-stale')
  const signature = parseSignature(headers.get('signature'), label)
  const base = signatureBase(request, components, parameters)
  const key = await resolve(keyId)
  if (key === undefined) refuse('signature-key-unknown')
  if (!(await verify(key, signature, base))) refuse('signature-invalid')
  if (components.includes('content-digest')) {
    if (onlySha256(headers.get('content-digest') ?? '') !== (await digest(bodyOf(request)))) refuse('digest-mismatch')
  }
  return { keyId, created, components }
}

/**
 * The bytes that are signed: a line for each component, then the parameters.
 *
 * @param parameters - The inner list and its parameters, as they stand in `Signature-Input` behind the label.
 * @throws {TuppenceError} `signature-component-unknown`, `signature-component-missing`
 * @see RFC 9421 section 2.5
 */
export function signatureBase(request: SignableRequest, components: readonly string[], parameters: string): Bytes {
  const { host, pathname, search } = new URL(request.url)
  const headers = new Headers(request.headers)
  const values: Record<string, string | null> = {
    '@method': request.method,
    '@authority': host,
    '@path': pathname,
    '@query': search || '?',
  }
  const lines = components.map((name) => {
    const value = name.startsWith('@') ? values[name] : headers.get(name)
    if (value === undefined) refuse('signature-component-unknown', name)
    if (value === null) refuse('signature-component-missing', name)
    if (!/^[\t\x20-\x7e]*$/.test(value)) refuse('signature-component-unknown', name)
    return `"${name}": ${value}\n`
  })
  return utf8(`${lines.join('')}"@signature-params": ${parameters}`)
}

type SignatureInput = {
  label: string
  components: string[]
  /** The text that is signed as it stands; only its canonical form is accepted, so nothing is serialised anew. */
  parameters: string
  keyId: string
  created: number
  /** Unix seconds; Infinity when the signer set none. */
  expires: number
}

function parseSignatureInput(header: string | null): SignatureInput {
  if (header === null) refuse('signature-missing')
  if (header.length > limits.signatureInputBytesMax) refuse('signature-malformed')
  const match = /^([a-z*][a-z0-9_.*-]*)=(\(([^()]*)\)([^()]*))$/.exec(header)
  // Two signatures make two ways to read a request; a second inner list is the only other use of a parenthesis.
  if (!match) refuse(hasTwoLists(header) ? 'signature-duplicate' : 'signature-malformed')
  const [, label, parameters, list, rest] = match as unknown as [string, string, string, string, string]
  const components = parseComponents(list)
  const values = parseParameters(rest)
  const created = values.get('created')
  const expires = values.get('expires') ?? Infinity
  const keyId = values.get('keyid')
  const alg = values.get('alg') ?? 'ed25519'
  if (alg !== 'ed25519') refuse('signature-algorithm')
  if (typeof created !== 'number' || typeof expires !== 'number' || typeof keyId !== 'string') {
    refuse('signature-malformed')
  }
  return { label, components, parameters, keyId, created, expires }
}

/** A comma between the end of one list and the start of another. Not by a pattern: its cost would be the length cubed. */
function hasTwoLists(header: string): boolean {
  const end = header.indexOf(')')
  const behind = header.slice(end + 1)
  return end >= 0 && behind.slice(0, behind.lastIndexOf('(') + 1).includes(',')
}

function parseComponents(list: string): string[] {
  const components = list.split(' ').map((item) => {
    const name = /^"(@?[a-z0-9_-]+)"$/.exec(item)?.[1]
    // A parameter on a component (;sf, ;req, ;name=...) changes what is signed; none is supported.
    return name ?? refuse(/^"[^"]*";/.test(item) ? 'signature-component-unknown' : 'signature-malformed')
  })
  if (new Set(components).size !== components.length) refuse('signature-duplicate')
  if (components.length > limits.signatureComponentsMax) refuse('signature-malformed')
  return components
}

function parseParameters(text: string): Map<string, string | number> {
  const values = new Map<string, string | number>()
  const pattern = /;([a-z*][a-z0-9_.*-]*)=(?:(\d{1,15})(?![\d.])|"([\x20\x21\x23-\x5b\x5d-\x7e]{0,256})")/y
  let end = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, name = '', digits, quoted = ''] = match
    if (values.has(name)) refuse('signature-duplicate', name)
    if (!['created', 'expires', 'keyid', 'alg'].includes(name)) refuse('signature-parameter', name)
    values.set(name, digits === undefined ? quoted : Number(digits))
    end = pattern.lastIndex
  }
  if (end !== text.length) refuse('signature-malformed')
  return values
}

function parseSignature(header: string | null, label: string): Bytes {
  if (header === null) refuse('signature-missing')
  const match = /^([^=]+)=:([A-Za-z0-9+/]{86}==):$/.exec(header)
  if (match?.[1] !== label) refuse('signature-malformed')
  try {
    return base64Decode(match[2] as string)
  } catch (cause) {
    throw new TuppenceError('signature-malformed', { cause })
  }
}

function bodyOf(request: SignableRequest): Uint8Array {
  return typeof request.body === 'string' ? utf8(request.body) : (request.body ?? new Uint8Array())
}

function refuse(code: ErrorCode, component?: string): never {
  throw new TuppenceError(code, component === undefined ? {} : { details: { component } })
}
