// Times one paid request against a plain one for the same 6 KB from the same server, till and mint each a process with
// files on disk: `node --conditions=@tuppence/source bench/pay.ts [--rounds 100] [--pause 50]`. Starts itself as both.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, request, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseConfig, serveMint } from '@tuppence/mint'
import { encodeCredential } from '@tuppence/protocol'
import { nodeTill } from '../src/adapters/node.ts'
import { createTill } from '../src/app.ts'
import { loadAccountKey } from '../src/keys.ts'
import { openPurse } from '../src/testing/purse.ts'
import { askFor, credentialFor, newReader, signed } from '../src/testing/reader.ts'

const content = { contentType: 'text/html; charset=utf-8', body: `<p>${'penny '.repeat(1_023)}</p>` }
const { values } = parseArgs({
  options: {
    role: { type: 'string' },
    dir: { type: 'string' },
    mint: { type: 'string' },
    rounds: { type: 'string', default: '100' },
    pause: { type: 'string', default: '50' },
  },
})
const agent = new Agent({ keepAlive: true })
const { role, dir = '', mint = '' } = values

if (role === 'mint') await runMint()
else if (role === 'till') await runTill()
else await measure(Number(values.rounds), Number(values.pause))

async function runMint(): Promise<void> {
  const { publicKey } = await loadAccountKey(join(dir, 'till'))
  const accounts = [{ id: 'news', publicKey }]
  const funding = { test: { enabled: true } }
  const config = { port: 0, dataDir: join(dir, 'mint'), funding, accounts, logLevel: 'silent' as const }
  process.stdout.write(`${(await serveMint(parseConfig(config))).url}\n`)
}

async function runTill(): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== '/plain') return void nodeTill(till)(incoming, outgoing)
    outgoing.writeHead(200, { 'content-type': content.contentType }).end(content.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const offer = { id: 'salt', kind: 'article' as const, path: '/read', title: 'Salt', price: '0.05' }
  const config = { origin, account: 'news', mint: { url: mint }, dataDir: join(dir, 'till'), offers: [offer] }
  const till = await createTill({
    config,
    content: async () => content,
    log: (event) => process.env['BENCH_LOG'] && console.error(event),
  })
  process.stdout.write(`${origin}\n`)
}

/** Starts this file in a role, and waits for its address. */
async function start(name: string, more: readonly string[]): Promise<{ url: string; child: ChildProcess }> {
  const file = [process.argv[1] as string, '--role', name, ...more]
  const child = spawn(process.execPath, [...process.execArgv, ...file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()))
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
  return { url, child }
}

async function measure(rounds: number, pauseMs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'till-bench-'))
  const theMint = await start('mint', ['--dir', folder])
  const theTill = await start('till', ['--dir', folder, '--mint', theMint.url])
  try {
    const purse = await openPurse(theMint.url)
    const article = `${theTill.url}/read`
    const times = { plain: [] as number[], paid: [] as number[] }
    for (let round = -10; round < rounds; round++) {
      const reader = await newReader()
      const credential = credentialFor(await askFor(article), await purse.token(5), reader)
      const headers = await signed(article, reader, { headers: { authorization: encodeCredential(credential) } })
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      const plain = await time(`${theTill.url}/plain`, {})
      const paid = await time(article, headers)
      if (round < 0) continue
      times.plain.push(plain)
      times.paid.push(paid)
    }
    // The fastest tenth says what the code costs, when the machine is busy with other things too.
    for (const [name, share] of [
      ['median', 0.5],
      ['fastest tenth', 0.1],
    ] as const) {
      const [plain, paid] = [quantile(times.plain, share), quantile(times.paid, share)]
      const ratio = (paid / plain).toFixed(2)
      console.log(`${name}: plain ${plain.toFixed(2)} ms, paid ${paid.toFixed(2)} ms, ratio ${ratio}`)
    }
  } finally {
    theTill.child.kill()
    theMint.child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds from sending a GET to its last byte, on a connection that is open. */
function time(url: string, headers: OutgoingHttpHeaders): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now()
    const outgoing = request(url, { headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`))
      answer.resume().once('end', () => resolve(performance.now() - startedMs))
    })
    outgoing.once('error', reject).end()
  })
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] as number
}
