import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sha256Hex, type Credential } from '@tuppence/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { refundOutputs } from './testing/outputs.ts'
import { askFor, credentialFor, newReader, openWith, payWith, signed } from './testing/reader.ts'
import { openStage, type Stage } from './testing/stage.ts'

const program = fileURLToPath(new URL('./testing/crashing-till.ts', import.meta.url))
let stage: Stage
let child: ChildProcess | undefined
let port = 0
beforeAll(async () => {
  stage = await openStage()
})
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})
afterAll(() => stage.close())

/** Starts a till process on files of its own; its address stays the same from one start to the next. */
async function start(dataDir: string, moment = 'never'): Promise<string> {
  port ||= 20_000 + Math.floor(Math.random() * 20_000)
  const refund = { windowSeconds: 3_600 }
  const config = { ...stage.config, refund, origin: `http://127.0.0.1:${port}`, dataDir, mint: { url: stage.mint.url } }
  child = spawn(process.execPath, ['--conditions=@tuppence/source', '--disable-warning=ExperimentalWarning', program], {
    env: { ...process.env, CRASHING_TILL: JSON.stringify({ config, moment, port }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return `http://127.0.0.1:${port}/read/salt`
}

/** Files of a till whose account the mint knows. */
async function files(name: string): Promise<string> {
  const { cpSync } = await import('node:fs')
  const dir = `${stage.dir}/crash-${name}`
  cpSync(`${stage.config.dataDir}/account.jwk`, `${dir}/account.jwk`, { recursive: true })
  return dir
}

describe('a till that is killed', () => {
  test.each([
    ['before journal.receive', 'nothing'],
    ['after journal.receive', 'recovered'],
    ['before mint.deposit', 'recovered'],
    ['after mint.deposit', 'recovered'],
    ['before journal.deposited', 'recovered'],
    ['after journal.deposited', 'recovered'],
    ['before content', 'recovered'],
    ['before journal.delivered', 'recovered'],
    ['after journal.delivered', 'recovered'],
  ])('%s loses nothing and takes nothing twice', { timeout: 60_000 }, async (moment, outcome) => {
    const before = await stage.account()
    const dir = await files(moment.replaceAll(/\W/g, '-'))
    const reader = await newReader()
    const url = await start(dir, moment)
    const credential = credentialFor(await askFor(url), await stage.purse.token(5), reader)
    await payWith(url, credential, reader).catch(() => undefined)
    if (child?.signalCode === null) await once(child, 'exit')
    expect(child?.signalCode).toBe('SIGKILL')

    await start(dir)
    const credited = { balance: before.balance + 5, deposits: before.deposits + 1 }
    await expect.poll(() => stage.account()).toEqual(outcome === 'recovered' ? credited : before)
    const [one, two] = [await payWith(url, credential, reader), await payWith(url, credential, reader)]
    expect([one.status, two.status]).toEqual([200, 200])
    expect(one.headers.get('payment-receipt')).toBe(two.headers.get('payment-receipt'))
    const reopened = await fetch(url, { headers: await signed(url, reader) })
    expect([reopened.status, reopened.headers.get('payment-receipt')]).toEqual([
      200,
      one.headers.get('payment-receipt'),
    ])
    expect(await stage.account()).toEqual(credited)
  })

  test.each(['after journal.refund', 'after mint.refund', 'after journal.refunded'])(
    '%s gives the money back once, and the article is gone',
    { timeout: 60_000 },
    async (moment) => {
      const dir = await files(`refund-${moment.replaceAll(/\W/g, '-')}`)
      const reader = await newReader()
      const url = await start(dir, moment)
      const token = await stage.purse.token(5)
      expect((await payWith(url, credentialFor(await askFor(url), token, reader), reader)).status).toBe(200)
      const before = await stage.account()
      const { messages: outputs } = await refundOutputs(stage.mint.url, 5)
      const body = JSON.stringify({ refund: { reference: await sha256Hex(token), outputs } })
      await openWith(url, reader, { method: 'POST', body }).catch(() => undefined)
      if (child?.signalCode === null) await once(child, 'exit')
      expect(child?.signalCode).toBe('SIGKILL')

      await start(dir)
      await expect.poll(async () => (await stage.account()).balance, { timeout: 10_000 }).toBe(before.balance - 5)
      const [one, two] = [
        await openWith(url, reader, { method: 'POST', body }),
        await openWith(url, reader, { method: 'POST', body }),
      ]
      expect([one.status, await one.text()]).toEqual([200, await two.text()])
      expect((await openWith(url, reader)).status).toBe(402)
      expect((await stage.account()).balance).toBe(before.balance - 5)
    },
  )

  test('at any moment under load, four times over, ends with each payment made once', { timeout: 60_000 }, async () => {
    const before = await stage.account()
    const dir = await files('load')
    const tokens = await stage.purse.tokens(60, 8)
    const credentials: Credential[] = []
    for (let round = 0; round < 4; round++) {
      const url = await start(dir)
      const sentBefore = credentials.length
      const paying = tokens.splice(0, 15).map(async (token) => {
        const credential = credentialFor(await askFor(url), token)
        credentials.push(credential)
        await payWith(url, credential)
      })
      // On a busy machine the first payment may take its time; on an idle one the kill must still find some under way.
      await expect.poll(() => credentials.length, { interval: 1, timeout: 10_000 }).toBeGreaterThan(sentBefore)
      await new Promise((resolve) => setTimeout(resolve, round * 15))
      child?.kill('SIGKILL')
      await Promise.allSettled(paying)
    }
    const url = await start(dir)
    for (const credential of credentials) expect((await payWith(url, credential)).status).toBe(200)
    expect(credentials.length).toBeGreaterThanOrEqual(4)
    expect(await stage.account()).toEqual({
      balance: before.balance + 8 * credentials.length,
      deposits: before.deposits + credentials.length,
    })
  })
})
