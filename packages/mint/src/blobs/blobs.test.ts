import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { blobComponents, bytesToHex, signingKey, signRequest, type SigningKey } from '@tuppence/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestMint, type TestMint } from '../testing/mint.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { blobsContract } from './contract.ts'
import { openPostgresBlobs } from './postgres.ts'
import { openSqliteBlobs } from './sqlite.ts'

let folder: string
let server: TestPostgres
let made = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mint-blobs-'))
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.stop('SIGQUIT')
  rmSync(dirname(server.dataDir), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

blobsContract('a file', async () => openSqliteBlobs(join(folder, `blobs-${made++}.db`)))
blobsContract('PostgreSQL', async () => openPostgresBlobs(await server.database(`blobs_${made++}`)))

describe('the blob routes', () => {
  let mint: TestMint
  let own: SigningKey
  let stranger: SigningKey
  beforeAll(async () => {
    mint = await startTestMint({ limits: { blobsPerMinute: 12, countLocal: true } })
    own = await signingKey(new Uint8Array(32).fill(5))
    stranger = await signingKey(new Uint8Array(32).fill(6))
  })
  afterAll(() => mint.close())

  const soon = () => Math.floor(Date.now() / 1000) + 3600
  const pathOf = (key: SigningKey) => `/v1/blobs/${bytesToHex(key.publicKey)}`
  const write = async (blob: object, { path = pathOf(own), key = own }: { path?: string; key?: SigningKey } = {}) => {
    const body = JSON.stringify(blob)
    const headers = { 'content-type': 'application/json' }
    const signed = await signRequest(
      { method: 'POST', url: mint.url + path, headers, body },
      { key: key.privateKey, keyId: key.keyId, createdMs: Date.now(), components: blobComponents },
    )
    const answer = await mint.post(path, body, { ...headers, ...signed })
    return {
      status: answer.status,
      ...(JSON.parse(answer.text) as { code?: string; details?: object; version?: number }),
    }
  }

  test('gives back what its key has written, 128 KiB of it', async () => {
    expect((await mint.get(pathOf(own))).status).toBe(404)
    const blob = { version: 1, data: 'Aa0_-'.repeat(26_214), expires: soon() }
    expect(await write(blob)).toMatchObject({ status: 200, version: 1 })
    expect(JSON.parse((await mint.get(pathOf(own))).text)).toEqual(blob)
  })

  test('says which version is there when another is offered', async () => {
    expect(await write({ version: 3, data: '', expires: soon() })).toMatchObject({
      status: 409,
      code: 'blob-conflict',
      details: { version: 1 },
    })
  })

  test('takes nothing that the key has not signed', async () => {
    const blob = { version: 2, data: 'AA', expires: soon() }
    expect(await write(blob, { key: stranger })).toMatchObject({ status: 401, code: 'signature-key-unknown' })
    expect((await mint.post(pathOf(own), blob)).status).toBe(401)
    expect(await write(blob, { path: '/v1/blobs/nonsense' })).toMatchObject({ status: 400, code: 'bad-request' })
    expect(mint.log.join('')).not.toContain(bytesToHex(own.publicKey))
  })

  test('takes nothing that is too large, of the past or for ever', async () => {
    expect((await write({ version: 2, data: 'A'.repeat(131_073), expires: soon() })).status).toBe(400)
    expect((await write({ version: 2, data: 'A'.repeat(140_000), expires: soon() })).status).toBe(413)
    expect((await write({ version: 2, data: '', expires: 1 })).status).toBe(400)
    expect((await write({ version: 2, data: '', expires: soon() + 34_560_000 })).status).toBe(400)
  })

  test('takes only so many a minute from one address', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => write({ version: 9, data: '', expires: soon() })))
    expect(answers.map(({ status }) => status)).toContain(429)
  })
})
