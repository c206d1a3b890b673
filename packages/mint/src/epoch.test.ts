import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { createMint } from './mint.ts'
import { masterSecret } from './secret-file.ts'
import { startTestMint, topUp } from './testing/mint.ts'

describe('epoch', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mint-epoch-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const start = () => createMint(parseConfig({ dataDir: folder }))
  const ledgerFile = () => join(folder, 'ledger.db')
  const stale = { code: 'storage-corrupt', message: expect.stringContaining('restored backup') as string }

  test('goes on from where the mint stopped', async () => {
    await (await start()).close()
    const mint = await start()
    expect(await mint.ledger.position()).toMatchObject({ epoch: 2 })
    await mint.close()
  })

  test('refuses a backup from an earlier start', async () => {
    await (await start()).close()
    copyFileSync(ledgerFile(), join(folder, 'backup.db'))
    await (await start()).close()
    copyFileSync(join(folder, 'backup.db'), ledgerFile())
    await expect(start()).rejects.toMatchObject(stale)
  })

  test('refuses a backup from before the last operations of the same start', async () => {
    const keep = mkdtempSync(join(tmpdir(), 'mint-epoch-'))
    const mint = await startTestMint({}, { dataDir: folder })
    await topUp(mint, [1])
    await mint.served.close()
    copyFileSync(ledgerFile(), join(keep, 'backup.db'))
    const mark = readFileSync(join(folder, 'ledger.epoch'), 'utf8')
    writeFileSync(
      join(folder, 'ledger.epoch'),
      mark.replace(/"sequence":(\d+)/, (_, sequence) => `"sequence":${Number(sequence) + 1}`),
    )
    await expect(start()).rejects.toMatchObject(stale)
    rmSync(keep, { recursive: true })
  })

  test('refuses a ledger whose mark is gone or unreadable', async () => {
    await (await start()).close()
    writeFileSync(join(folder, 'ledger.epoch'), 'not a mark')
    await expect(start()).rejects.toMatchObject({ code: 'storage-corrupt' })
    unlinkSync(join(folder, 'ledger.epoch'))
    await expect(start()).rejects.toMatchObject(stale)
  })
})

describe('master secret', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mint-secret-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const path = () => join(folder, 'master.key')
  const random = (count: number) => new Uint8Array(count).fill(3)

  test('is made once, private, and read again', () => {
    expect(masterSecret(path(), random)).toEqual(random(32))
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(masterSecret(path(), () => new Uint8Array(32))).toEqual(random(32))
  })

  test('is refused when others may read it, or when it is damaged', () => {
    masterSecret(path(), random)
    chmodSync(path(), 0o644)
    expect(() => masterSecret(path(), random)).toThrow('chmod 600')
    writeFileSync(path(), 'abc')
    chmodSync(path(), 0o600)
    expect(() => masterSecret(path(), random)).toThrow(expect.objectContaining({ code: 'key-file-invalid' }))
  })

  test('is the same for all who make it at once, and never written over', () => {
    const made = masterSecret(path(), () => {
      // Another process makes it between this one's look and its write.
      masterSecret(path(), random)
      return new Uint8Array(32).fill(9)
    })
    expect(made).toEqual(random(32))
    expect(readFileSync(path(), 'utf8').trim()).toBe('03'.repeat(32))
    expect(readdirSync(folder)).toEqual(['master.key'])
  })

  test('is not made anew for a ledger that has keysets', async () => {
    const config = parseConfig({ dataDir: folder })
    await (await createMint(config)).close()
    unlinkSync(path())
    await expect(createMint(config)).rejects.toMatchObject({ code: 'key-file-invalid' })
    expect(readdirSync(folder)).not.toContain('master.key')
  })

  test('of another mint is refused: it did not make the keysets', async () => {
    const config = parseConfig({ dataDir: folder })
    await (await createMint(config)).close()
    writeFileSync(path(), 'ab'.repeat(32))
    await expect(createMint(config)).rejects.toMatchObject({ code: 'key-file-invalid' })
  })
})
