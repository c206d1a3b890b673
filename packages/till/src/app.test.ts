import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTill } from './app.ts'
import { memoryJournal } from './journal/sqlite.ts'

test('a till that opens drops old payments, part by part, until there are none', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'till-app-'))
  const parts = [10_000, 10_000, 7]
  const till = await createTill({
    config: { origin: 'http://localhost:1', account: 'news', mint: { url: 'http://127.0.0.1:1' }, dataDir, offers: [] },
    journal: { ...memoryJournal(), prune: async () => parts.shift() ?? 0 },
    content: async () => ({ contentType: 'text/plain', body: '' }),
    log: () => undefined,
  })
  await expect.poll(() => parts).toEqual([])
  await till.close()
  rmSync(dataDir, { recursive: true })
})
