/** A till's two secrets on disk, made on first use: the account's signing key and the challenge secret; read by createTill() and the CLI. */
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { base64UrlDecode, base64UrlEncode, hmacSha256, randomId, thumbprint, TuppenceError } from '@tuppence/protocol'
import * as v from 'valibot'

/** The Ed25519 key that signs deposits into the publisher's account. */
export type AccountKey = Readonly<{
  privateKey: CryptoKey
  /** Raw public key, base64url (a JWK's `x`): what a mint's operator registers. */
  publicKey: string
  /** RFC 7638 thumbprint, the `keyid` of signatures. */
  thumbprint: string
  /**
   * Secret bytes from which the salts of receipts are derived. From the key itself, so that whoever still has it deposits the
   * same coins with the same words: a till that lost its journal, say.
   */
  saltSecret: Uint8Array
}>

const accountKeyFile = 'account.jwk'
const challengeSecretFile = 'challenge.secret'
const secretBytes = 32

const privateJwkSchema = v.object({
  kty: v.literal('OKP'),
  crv: v.literal('Ed25519'),
  x: v.pipe(v.string(), v.length(43)),
  d: v.pipe(v.string(), v.length(43)),
})

/**
 * Reads the account's key from a till's folder; makes one, readable by its owner only, where there is none.
 *
 * @throws {TuppenceError} `key-file-invalid`: the file is there but holds no Ed25519 key. It is never overwritten.
 */
export async function loadAccountKey(dir: string): Promise<AccountKey> {
  const path = join(dir, accountKeyFile)
  const text = await readOrCreate(path, newAccountJwk)
  const jwk = parseJwk(text)
  if (!jwk)
    throw new TuppenceError('key-file-invalid', {
      details: { file: accountKeyFile },
      message: `${path} holds no Ed25519 key`,
    })
  const { x, d } = jwk
  try {
    const privateKey = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x, d }, 'Ed25519', false, [
      'sign',
    ])
    return {
      privateKey,
      publicKey: x,
      thumbprint: await thumbprint({ kty: 'OKP', crv: 'Ed25519', x }),
      saltSecret: await hmacSha256(base64UrlDecode(d), 'tuppence/till-salt'),
    }
  } catch (cause) {
    throw new TuppenceError('key-file-invalid', {
      details: { file: accountKeyFile },
      message: `${path} holds no Ed25519 key`,
      cause,
    })
  }
}

/**
 * Reads the secrets that bind challenges, newest first; makes one where there is none.
 *
 * One secret a line, base64url of 32 bytes. Challenges are issued under the first; credentials are read under any, so
 * an old line is kept for as long as what was bought under it should be answered again.
 *
 * @throws {TuppenceError} `key-file-invalid`
 */
export async function loadChallengeSecrets(dir: string): Promise<readonly [Uint8Array, ...Uint8Array[]]> {
  const path = join(dir, challengeSecretFile)
  const text = await readOrCreate(
    path,
    async () => `${randomId(crypto.getRandomValues(new Uint8Array(secretBytes)))}\n`,
  )
  const [first, ...rest] = text
    .split('\n')
    .filter((line) => line !== '')
    .map(decodeSecret)
  if (!first || rest.includes(undefined))
    throw new TuppenceError('key-file-invalid', {
      details: { file: challengeSecretFile },
      message: `${path} holds a line that is no secret`,
    })
  return [first, ...(rest as Uint8Array[])]
}

function decodeSecret(line: string): Uint8Array | undefined {
  try {
    const bytes = base64UrlDecode(line.trim())
    return bytes.length === secretBytes ? bytes : undefined
  } catch {
    return undefined
  }
}

async function newAccountJwk(): Promise<string> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const { kty, crv, x, d } = await crypto.subtle.exportKey('jwk', pair.privateKey)
  return `${JSON.stringify({ kty, crv, x, d })}\n`
}

function parseJwk(text: string): v.InferOutput<typeof privateJwkSchema> | undefined {
  try {
    return v.parse(privateJwkSchema, JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Makes a file whole or not at all: two processes that start together end up with one and the same. */
async function readOrCreate(path: string, content: () => Promise<string>): Promise<string> {
  const existing = await readIfThere(path)
  if (existing !== undefined) return existing
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const draft = `${path}.${base64UrlEncode(crypto.getRandomValues(new Uint8Array(8)))}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(await content())
    await file.sync()
  } finally {
    await file.close()
  }
  // link() fails where the name is taken, rename() would overwrite it.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await unlink(draft)
  await syncFolder(join(path, '..'))
  return readFile(path, 'utf8')
}

/** A new name is on the disk only when its folder is: a key that a mint knows must not be gone after a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync().finally(() => folder.close())
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
