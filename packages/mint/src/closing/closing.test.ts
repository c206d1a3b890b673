import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runCommand } from '../command.ts'
import { activeKeyset, depositCoins, draft, startTestMint, topUp, type TestMint } from '../testing/mint.ts'

let mint: TestMint | undefined
afterEach(async () => {
  await mint?.close()
  mint = undefined
})

const dayMs = 86_400_000
const dayIn = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

/** Runs a command beside the mint that serves, and has that look at once. */
async function windDown(of: TestMint, ...args: string[]) {
  const said = { out: '', error: '' }
  const file = join(of.dataDir, 'mint.json')
  writeFileSync(file, JSON.stringify({ dataDir: '.', name: 'Corner mint' }))
  const code = await runCommand(['wind-down', ...args, '--config', file], {
    env: {},
    cwd: () => of.dataDir,
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.error += text) },
    once: () => undefined,
  })
  await of.served.deps.closing.refresh(of.served.ledger)
  return {
    code,
    error: said.error,
    said: said.out === '' ? undefined : (JSON.parse(said.out) as Record<string, unknown>),
  }
}

const info = async (of: TestMint) => JSON.parse((await of.get('/v1/info')).text) as Record<string, never>

describe('winding down', () => {
  test('stops top-ups and says so, takes coins back until the end, and nothing after it', async () => {
    mint = await startTestMint()
    const coins = await topUp(mint, [1, 2, 4])
    const before = await activeKeyset(mint)
    const paid = JSON.parse((await mint.post('/v1/mint/quote/test', { amount: 8, unit: 'usd' })).text) as {
      quote: string
    }
    await mint.post('/v1/test/pay', { quote: paid.quote })
    expect(await info(mint)).not.toHaveProperty('motd')

    const done = await windDown(
      mint,
      '--until',
      dayIn(40),
      '--notice',
      'Thank you.',
      '--rest',
      'The rest goes to the library.',
    )
    expect(done).toMatchObject({ code: 0, said: { event: 'winding-down', outstanding: { usd: 7 } } })
    const until = Date.parse(dayIn(40)) + dayMs

    const says = await info(mint)
    expect(says['motd']).toContain('no more top-ups')
    expect(says['motd']).toContain('Thank you. The rest goes to the library.')
    expect(says).toMatchObject({
      nuts: { 4: { methods: [], disabled: true } },
      tuppence: { closing: { until: until / 1000, outstanding: { usd: 7 } } },
    })
    expect((await mint.post('/v1/mint/quote/test', { amount: 1, unit: 'usd' })).text).toContain('20003')
    // New keysets say themselves when they end; the old one signs no more.
    const after = await activeKeyset(mint)
    expect(after).toMatchObject({ final_expiry: until / 1000 })
    expect(after.id).not.toBe(before.id)
    await mint.served.deps.keyring.rotateDue()
    expect((await activeKeyset(mint)).id).toBe(after.id)

    // What was paid for before is still issued, and coins of old keysets are taken back.
    const { outputs } = draft(after, [8])
    expect((await mint.post('/v1/mint/test', { quote: paid.quote, outputs })).status).toBe(200)
    expect((await depositCoins(mint, coins.slice(0, 1))).status).toBe(200)

    mint.clock.offsetMs = until - Date.now() + 1000
    const late = await depositCoins(mint, coins.slice(1))
    expect([late.status, late.text]).toEqual([400, expect.stringContaining('keyset-expired')])
    const swap = await mint.post('/v1/swap', { inputs: coins.slice(1), outputs: draft(after, [2, 4]).outputs })
    expect(swap.text).toContain('12003')
    expect(JSON.parse((await mint.get('/v1/keys')).text)).toEqual({ keysets: [] })
  }, 30_000)

  test('gives 30 days at least, and an end that was announced does not come earlier, unless it must', async () => {
    mint = await startTestMint()
    for (const day of [dayIn(-2), '2027-02-30', 'soon'])
      expect(await windDown(mint, '--until', day)).toMatchObject({ code: 2, said: undefined })
    expect((await windDown(mint, '--until', dayIn(10))).error).toContain('--short-notice')
    expect((await windDown(mint, '--cancel')).code).toBe(2)
    expect((await windDown(mint)).said).toMatchObject({ event: 'open' })
    expect((await windDown(mint, '--until', dayIn(60))).code).toBe(0)
    expect((await windDown(mint, '--until', dayIn(50))).code).toBe(2)
    expect((await windDown(mint, '--until', dayIn(50), '--short-notice')).code).toBe(0)
    expect((await windDown(mint)).said).toMatchObject({ until: new Date(Date.parse(dayIn(50)) + dayMs).toISOString() })

    expect((await windDown(mint, '--cancel')).said).toMatchObject({ event: 'open' })
    expect(await info(mint)).not.toHaveProperty('motd')
    expect(await activeKeyset(mint)).not.toHaveProperty('final_expiry')
    expect(await topUp(mint, [1])).toHaveLength(1)
  }, 30_000)
})
