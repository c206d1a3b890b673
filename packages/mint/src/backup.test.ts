import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { auditLedger } from './audit/run.ts'
import { backupLedger, restoreLedger } from './backup.ts'
import { parseConfig } from './config.ts'
import { createMint } from './mint.ts'
import { activeKeyset, draft, startTestMint, topUp, type TestMint } from './testing/mint.ts'

let folder: string
let dataDir: string
let mint: TestMint
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mint-backup-'))
  dataDir = join(folder, 'data')
  mint = await startTestMint({}, { dataDir })
})
afterEach(async () => {
  await mint.close()
  rmSync(folder, { recursive: true, force: true })
})

const config = () => parseConfig({ dataDir })
const file = () => join(folder, 'backup.db')
const swapEach = async (coins: Awaited<ReturnType<typeof topUp>>) => {
  const keyset = await activeKeyset(mint)
  return Promise.all(
    coins.map(async (coin) => {
      const { outputs } = draft(keyset, [coin.amount])
      return { coin, outputs, answer: await mint.post('/v1/swap', { inputs: [coin], outputs }) }
    }),
  )
}

test('copies a ledger that is being written, whole and private, and puts it back', async () => {
  const coins = await topUp(
    mint,
    Array.from({ length: 100 }, () => 1),
  )
  const swapping = swapEach(coins)
  const position = backupLedger(config(), file())
  await swapping
  expect(position.sequence).toBeGreaterThan(2)
  expect(statSync(file()).mode & 0o077).toBe(0)
  await mint.served.close()

  await expect(restoreLedger(config(), file(), { acceptLoss: false, nowMs: 1 })).rejects.toMatchObject({
    message: expect.stringContaining('--accept-loss') as string,
  })
  const restored = await restoreLedger(config(), file(), { acceptLoss: true, nowMs: 1 })
  expect(restored.lost).toBeGreaterThan(0)
  expect(existsSync(restored.replaced ?? '')).toBe(true)
  expect((await auditLedger(config())).findings).toEqual([])
  mint = await startTestMint({}, { dataDir })
  expect(await mint.served.ledger.position()).toMatchObject({ epoch: 2, sequence: position.sequence })
})

test('loses nothing when the backup was made after the mint stopped', async () => {
  const [coin] = await topUp(mint, [1])
  const [before] = await swapEach([coin as NonNullable<typeof coin>])
  await mint.served.close()
  backupLedger(config(), file())
  rmSync(join(dataDir, 'ledger.db'))
  expect(await restoreLedger(config(), file(), { acceptLoss: false, nowMs: 1 })).toMatchObject({ lost: 0 })
  mint = await startTestMint({}, { dataDir })
  const again = await mint.post('/v1/swap', { inputs: [coin], outputs: before?.outputs })
  expect(again.text).toBe(before?.answer.text)
})

test('is not served as it is, is restored only while no mint serves, and writes over nothing', async () => {
  backupLedger(config(), file())
  expect(() => backupLedger(config(), file())).toThrow('exists')
  await expect(restoreLedger(config(), file(), { acceptLoss: true, nowMs: 1 })).rejects.toMatchObject({
    code: 'storage-unavailable',
  })
  await mint.served.close()
  await expect(restoreLedger(config(), join(dataDir, 'ledger.db'), { acceptLoss: true, nowMs: 1 })).rejects.toThrow(
    'not a backup',
  )
  const other = join(folder, 'other')
  cpSync(dataDir, other, { recursive: true })
  rmSync(join(other, 'ledger.epoch'))
  cpSync(file(), join(other, 'ledger.db'))
  await expect(createMint(parseConfig({ dataDir: other }))).rejects.toMatchObject({ code: 'storage-corrupt' })
})
