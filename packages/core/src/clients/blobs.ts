/** A wallet's blobs at its mint, each named by a public key and written by who has the private one; backup, pairing and passkey call it. */
import {
  base64UrlDecode,
  base64UrlEncode,
  blobComponents,
  blobSchema,
  bytesToHex,
  fromProblem,
  isTuppenceError,
  limits,
  mintInfoSchema,
  parseJsonAs,
  signRequest,
  TuppenceError,
  type SigningKey,
} from '@tuppence/protocol'
import { systemClock } from '../adapters/system.ts'
import type { Clock, Fetch, Timer } from '../ports.ts'
import { readText } from './body.ts'

/** Where blobs are, and with what to reach it. `mint`: URL without a trailing slash. */
export type BlobStore = {
  readonly mint: string
  readonly fetch?: Fetch | undefined
  readonly clock?: Clock | undefined
  /** For waiting in a pairing; the host's when absent. */
  readonly timer?: Timer | undefined
}

/** A blob as it is stored. */
export type StoredBytes = { readonly version: number; readonly data: Uint8Array<ArrayBuffer> }

/** How much less than the longest time a blob is kept for, in seconds: our clock and the mint's may differ. */
const clockSlackSeconds = 86_400

/**
 * Reads a blob. `undefined`: there is none.
 *
 * @param key - Name of the blob: hex of its public key, 32 bytes.
 * @throws {TuppenceError} `mint-unavailable`, `mint-timeout`, `mint-response-invalid`, `too-many-requests`.
 */
export async function readBlob(store: BlobStore, key: string): Promise<StoredBytes | undefined> {
  const { status, ok, text } = await exchange(store, `/v1/blobs/${key}`)
  if (status === 404) return undefined
  if (!ok) throw refusal(text)
  const { version, data } = parseJsonAs(blobSchema, text, 'mint-response-invalid')
  return { version, data: base64UrlDecode(data) }
}

/**
 * Writes the next version of a blob. The same again is answered like the first time.
 *
 * @param blob.version - One more than the stored one.
 * @param blob.seconds - How long it is kept; as long as the mint keeps any when absent.
 * @throws {TuppenceError} `blob-conflict`: another was first. `backup-too-large`, `storage-full`; as readBlob.
 */
export async function writeBlob(
  store: BlobStore,
  key: SigningKey,
  blob: StoredBytes & { readonly seconds?: number },
): Promise<void> {
  const data = base64UrlEncode(blob.data)
  if (data.length > limits.blobCharsMax) throw new TuppenceError('backup-too-large')
  const path = `/v1/blobs/${bytesToHex(key.publicKey)}`
  const nowMs = await mintNowMs(store)
  const seconds = blob.seconds ?? limits.blobSecondsMax - clockSlackSeconds
  const body = JSON.stringify({ version: blob.version, data, expires: Math.floor(nowMs / 1_000) + seconds })
  const request = { method: 'POST', url: store.mint + path, body }
  const signature = await signRequest(request, {
    key: key.privateKey,
    keyId: key.keyId,
    createdMs: nowMs,
    components: blobComponents,
  })
  const reply = await exchange(store, path, { body, headers: { 'content-type': 'application/json', ...signature } })
  if (!reply.ok) throw refusal(reply.text)
}

/** The mint's clock: a device whose own is wrong can sign all the same. */
async function mintNowMs(store: BlobStore): Promise<number> {
  const { clock = systemClock } = store
  const { ok, text } = await exchange(store, '/v1/info')
  const { time } = ok ? parseJsonAs(mintInfoSchema, text, 'mint-response-invalid') : {}
  return time === undefined ? clock.nowMs() : time * 1_000
}

type Sent = { readonly body: string; readonly headers: Readonly<Record<string, string>> }

async function exchange({ mint, fetch = globalFetch }: BlobStore, path: string, sent?: Sent) {
  try {
    const response = await fetch(mint + path, {
      method: sent ? 'POST' : 'GET',
      ...sent,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(limits.mintTimeoutMs),
    })
    const { status, ok } = response
    if (status >= 500 && status !== 507) throw new TuppenceError('mint-unavailable')
    return { status, ok, text: await readText(response, limits.responseBytesMax) }
  } catch (cause) {
    if (isTuppenceError(cause)) throw cause
    throw new TuppenceError((cause as Error).name === 'TimeoutError' ? 'mint-timeout' : 'mint-unavailable', { cause })
  }
}

const globalFetch: Fetch = (input, init) => globalThis.fetch(input, init)

/** A refusal in the mint's words, as far as we have such a code. */
function refusal(text: string): TuppenceError {
  try {
    return fromProblem(JSON.parse(text), 'mint-response-invalid')
  } catch {
    return new TuppenceError('mint-response-invalid')
  }
}
