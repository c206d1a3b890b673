/**
 * Hands the seed from one device to another by link or QR code, through a mailbox at the mint; `@tuppence/core/pairing`.
 *
 * The link names the mailbox and commits to the old device's key (its hash); nothing in it is secret. The new device puts
 * its own key into the mailbox, the old one then shows its key, and both derive six digits from what only the two can
 * know. Whoever stands between them has to commit before it sees either key, so that its digits agree one time in a million;
 * the reader compares them before the seed leaves.
 */
import {
  base64UrlDecode,
  base64UrlEncode,
  bytesToHex,
  concatBytes,
  equalBytes,
  hmacSha256,
  isTuppenceError,
  sha256,
  signingKey,
  TuppenceError,
  utf8,
  type Bytes,
  type SigningKey,
} from '@tuppence/protocol'
import { systemClock, systemRandom, systemTimer } from './adapters/system.ts'
import { readBlob, writeBlob, type BlobStore } from './clients/blobs.ts'
import type { Timer } from './ports.ts'
import type { KeptSeed } from './sealed-seed.ts'
import { keyFor, packSeed, seal, unpackSeed, unseal } from './sealing.ts'

export type { BlobStore } from './clients/blobs.ts'
export type { KeptSeed } from './sealed-seed.ts'

/** How long a pairing may take, in milliseconds. */
export const pairingMs = 600_000

const purpose = 'pairing'
const pollMs = 1_500
const idBytes = 16
const keyBytes = 32
/** What the mailbox holds, by version: the new device's key, the old one's, the seed; or that it was called off. */
const step = { joined: 1, shown: 2, sent: 3 } as const

/** The old device's side. `text` goes into a link's fragment or a QR code; there is no secret in it. */
export type PairingOffer = {
  readonly text: string
  readonly expiresMs: number
  /** Waits for the other device. @throws {TuppenceError} `pairing-expired`, `cancelled`, `mint-unavailable` */
  readonly met: (signal?: AbortSignal) => Promise<PairingMet>
}

/** Both devices show `code` (six digits); the reader compares them and says so on the old one. */
export type PairingMet = {
  readonly code: string
  /** The codes are the same: sends the seed. Good once. @throws {TuppenceError} `pairing-expired`, `mint-unavailable` */
  readonly confirm: (seed: KeptSeed) => Promise<void>
  /** They are not, or the reader changed their mind. */
  readonly refuse: () => Promise<void>
}

/** The new device's side. */
export type PairingJoined = {
  readonly code: string
  /** Waits for the seed; then `adoptSeed`, `wallet.restore` and `pullBackup`. @throws {TuppenceError} `pairing-expired`, `cancelled` */
  readonly seed: (signal?: AbortSignal) => Promise<KeptSeed>
}

/** Device A: starts a pairing. */
export async function offerPairing(store: BlobStore): Promise<PairingOffer> {
  const own = await makeKey()
  const id = systemRandom.bytes(idBytes)
  const box = await openBox(store, id)
  const expiresMs = box.nowMs() + pairingMs
  const text = `${base64UrlEncode(id)}.${base64UrlEncode(await sha256(own.raw))}`
  return {
    text,
    expiresMs,
    met: async (signal) => {
      const theirs = await box.wait(step.joined, expiresMs, signal)
      await box.put(step.shown, own.raw)
      const { code, key } = await agree(own, theirs, { id, first: own.raw, second: theirs })
      return {
        code,
        confirm: async (seed) => {
          if (box.nowMs() > expiresMs) throw new TuppenceError('pairing-expired')
          await box.put(step.sent, await seal(key, purpose, packSeed(seed)))
        },
        refuse: () => box.put(step.sent, new Uint8Array()),
      }
    },
  }
}

/**
 * Device B: answers one.
 *
 * @param text - What `offerPairing` gave, or a link that ends in it.
 * @throws {TuppenceError} `pairing-invalid`: it can't be read, another device was first, or the other end is not the one
 *   that showed it. `pairing-expired`, `cancelled`, `mint-unavailable`.
 */
export async function joinPairing(store: BlobStore, text: string, signal?: AbortSignal): Promise<PairingJoined> {
  const { id, hash } = readText(text)
  const own = await makeKey()
  const box = await openBox(store, id)
  const expiresMs = box.nowMs() + pairingMs
  await box.put(step.joined, own.raw)
  const theirs = await box.wait(step.shown, expiresMs, signal)
  if (!equalBytes(await sha256(theirs), hash)) throw new TuppenceError('pairing-invalid')
  const { code, key } = await agree(own, theirs, { id, first: theirs, second: own.raw })
  return {
    code,
    seed: async (until) => {
      const sealed = await box.wait(step.sent, expiresMs, until)
      if (sealed.length === 0) throw new TuppenceError('pairing-expired')
      const seed = unpackSeed(await unseal(key, purpose, sealed))
      // Read once: nothing of it stays behind.
      await box.put(step.sent + 1, new Uint8Array()).catch(() => {})
      return seed
    },
  }
}

function readText(text: string): { id: Bytes; hash: Bytes } {
  const [, name = '', commitment = ''] = /(?:^|[#=])([\w-]{22})\.([\w-]{43})$/.exec(text.trim()) ?? []
  try {
    const [id, hash] = [base64UrlDecode(name), base64UrlDecode(commitment)]
    if (id.length === idBytes && hash.length === keyBytes) return { id, hash }
  } catch (error) {
    if (!isTuppenceError(error)) throw error
  }
  throw new TuppenceError('pairing-invalid')
}

type OwnKey = { readonly raw: Bytes; readonly privateKey: CryptoKey }

async function makeKey(): Promise<OwnKey> {
  const pair = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair
  return { raw: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)), privateKey: pair.privateKey }
}

type Transcript = { readonly id: Bytes; readonly first: Bytes; readonly second: Bytes }

/** What both sides derive (RFC 7748, RFC 5869 with HMAC-SHA256): six digits to compare, and the key that seals the seed. */
async function agree({ privateKey }: OwnKey, theirs: Bytes, { id, first, second }: Transcript) {
  if (theirs.length !== keyBytes) throw new TuppenceError('pairing-invalid')
  let shared: Bytes
  try {
    const publicKey = await crypto.subtle.importKey('raw', theirs, 'X25519', false, [])
    shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'X25519', public: publicKey }, privateKey, 256))
  } catch (cause) {
    throw new TuppenceError('pairing-invalid', { cause })
  }
  const secret = await hmacSha256(await sha256(concatBytes(utf8('tuppence/pairing/'), id, first, second)), shared)
  const digits = await keyFor(secret, `${purpose}-code`)
  const code = String(new DataView(digits.buffer).getUint32(0) % 1_000_000).padStart(6, '0')
  return { code, key: await keyFor(secret, `${purpose}-key`) }
}

/** A mailbox that both devices may write, one version after the other: who is second to write a version has lost. */
async function openBox(store: BlobStore, id: Bytes) {
  const { clock = systemClock, timer = systemTimer } = store
  const nowMs = () => clock.nowMs()
  const key: SigningKey = await signingKey(await keyFor(id, `${purpose}-blob`))
  const name = bytesToHex(key.publicKey)
  return {
    nowMs,
    put: async (version: number, data: Bytes): Promise<void> => {
      try {
        await writeBlob(store, key, { version, data, seconds: pairingMs / 1_000 })
      } catch (error) {
        throw isTuppenceError(error, 'blob-conflict') ? new TuppenceError('pairing-invalid', { cause: error }) : error
      }
    },
    wait: async (version: number, untilMs: number, signal?: AbortSignal): Promise<Bytes> => {
      for (;;) {
        if (signal?.aborted) throw new TuppenceError('cancelled')
        if (nowMs() > untilMs) throw new TuppenceError('pairing-expired')
        const there = await readBlob(store, name)
        if (there?.version === version) return there.data
        // Someone has gone on without us.
        if (there && there.version > version) throw new TuppenceError('pairing-invalid')
        await pause(timer, signal)
      }
    },
  }
}

function pause(timer: Timer, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = timer.after(pollMs, resolve)
    signal?.addEventListener('abort', () => (stop(), resolve()), { once: true })
  })
}
