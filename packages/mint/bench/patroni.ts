// A cluster that promotes by itself: three PostgreSQL servers under Patroni over etcd on loopback, the primary killed under
// load. `node packages/mint/bench/patroni.ts` needs Debian's patroni, etcd-server and postgresql; docs/patroni.md has a run.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256Hex, type Proof } from '@tuppence/protocol'
import { auditLedger } from '../src/audit/run.ts'
import { parseConfig } from '../src/config.ts'
import { depositBody, depositHeaders } from '../src/testing/account.ts'
import { activeKeyset, coinsOf, draft, startTestMint, type TestMint } from '../src/testing/mint.ts'
import { freePort } from '../src/testing/postgres.ts'

const names = ['a', 'b', 'c'] as const
type Name = (typeof names)[number]
type Node = { readonly name: Name; readonly api: number; readonly port: number; patroni: ChildProcess | undefined }
type Sent = { readonly path: string; readonly body: string; text?: string }

const startedMs = Date.now()
const say = (what: string) => console.log(`${((Date.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${what}`)
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** PostgreSQL refuses root: Debian's own user runs it then. */
function identity(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

const who = identity()
const folder = mkdtempSync(join(tmpdir(), 'tuppence-patroni-'))

function own(path: string): void {
  if (who.uid !== undefined && who.gid !== undefined) chownSync(path, who.uid, who.gid)
}

function start(command: string, args: readonly string[], log: string): ChildProcess {
  const out = openSync(join(folder, log), 'a')
  const child = spawn(command, args, { stdio: ['ignore', out, out], cwd: folder, ...who })
  closeSync(out)
  return child
}

/** What one node is told; docs/patroni.md explains each choice. JSON is YAML. */
function patroniConfig({ name, api, port }: Node, etcd: number): string {
  const bin = `/usr/lib/postgresql/${readdirSync('/usr/lib/postgresql').toSorted().at(-1)}/bin`
  return JSON.stringify({
    scope: 'tuppence',
    name,
    restapi: { listen: `127.0.0.1:${api}`, connect_address: `127.0.0.1:${api}` },
    etcd3: { host: `127.0.0.1:${etcd}` },
    bootstrap: {
      dcs: {
        ttl: 20,
        loop_wait: 2,
        retry_timeout: 5,
        maximum_lag_on_failover: 0,
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: { use_pg_rewind: true, parameters: { synchronous_commit: 'on', wal_log_hints: 'on' } },
      },
      initdb: [{ encoding: 'UTF8' }, 'data-checksums'],
      pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
    },
    postgresql: {
      listen: `127.0.0.1:${port}`,
      connect_address: `127.0.0.1:${port}`,
      data_dir: join(folder, name, 'data'),
      bin_dir: bin,
      pgpass: join(folder, name, 'pgpass'),
      authentication: { superuser: { username: 'postgres' }, replication: { username: 'postgres' } },
      parameters: { unix_socket_directories: '' },
      pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
    },
  })
}

type Member = { name: Name; role: string; state: string; lag?: number; timeline?: number }

async function members(nodes: readonly Node[]): Promise<Member[]> {
  for (const { api } of nodes) {
    try {
      const response = await fetch(`http://127.0.0.1:${api}/cluster`, { signal: AbortSignal.timeout(2_000) })
      return ((await response.json()) as { members: Member[] }).members
    } catch {
      // The next one knows as well.
    }
  }
  return []
}

/** Waits for a state of the cluster. @throws {Error} It does not come within two minutes. */
async function until(
  nodes: readonly Node[],
  what: string,
  holds: (members: readonly Member[]) => boolean,
): Promise<Member[]> {
  for (let tries = 0; tries < 600; tries++) {
    const now = await members(nodes)
    if (holds(now)) {
      say(
        `${what}: ${now.map(({ name, role, state, timeline }) => `${name} ${role} ${state} timeline ${timeline}`).join(', ')}`,
      )
      return now
    }
    await sleep(200)
  }
  throw new Error(`the cluster does not get there: ${what}; its logs are in ${folder}`)
}

const isUp = ({ state }: Member) => state === 'running' || state === 'streaming'
const leaderOf = (list: readonly Member[]) =>
  list.find(({ role, state }) => role === 'leader' && isUp({ state } as Member))

function startPatroni(node: Node): void {
  node.patroni = start('patroni', [join(folder, node.name, 'patroni.yml')], `patroni-${node.name}.log`)
}

/** Ends Patroni and its PostgreSQL at once, as a machine that loses its power does. */
function pullThePlug(node: Node): void {
  node.patroni?.kill('SIGKILL')
  const list = spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).stdout.split('\n')
  for (const line of list) {
    if (line.includes(join(folder, node.name, 'data'))) process.kill(Number.parseInt(line, 10), 'SIGKILL')
  }
}

async function post(mint: TestMint, sent: Sent[], path: string, body: string): Promise<string> {
  const record: Sent = { path, body }
  // A quote has no name of its own to be asked for again; money is not in it yet.
  if (!path.startsWith('/v1/mint/quote/')) sent.push(record)
  const headers = path === '/v1/deposit' ? await depositHeaders(body) : {}
  const { status, text } = await mint.post(path, body, headers)
  if (status !== 200) throw new Error(`${status}`)
  record.text = text
  return text
}

/** Tops up, swaps and deposits until something fails. */
async function spend(mint: TestMint, sent: Sent[]): Promise<void> {
  const keyset = await activeKeyset(mint)
  const send = (path: string, body: string) => post(mint, sent, path, body)
  for (;;) {
    const { quote } = JSON.parse(await send('/v1/mint/quote/test', '{"amount":7,"unit":"usd"}')) as { quote: string }
    await send('/v1/test/pay', JSON.stringify({ quote }))
    let made = draft(keyset, [1, 2, 4])
    let coins: Proof[] = coinsOf(made, await send('/v1/mint/test', JSON.stringify({ quote, outputs: made.outputs })))
    made = draft(keyset, [1, 2, 4])
    coins = coinsOf(made, await send('/v1/swap', JSON.stringify({ inputs: coins, outputs: made.outputs })))
    await send('/v1/deposit', await depositBody(await sha256Hex(randomUUID()), coins))
  }
}

/** Sends everything once more. @returns How many were answered before, and how many were not. */
async function resend(mint: TestMint, sent: readonly Sent[]): Promise<{ same: number; settled: number }> {
  let same = 0
  let settled = 0
  for (const { path, body, text } of sent) {
    const again = async () => mint.post(path, body, path === '/v1/deposit' ? await depositHeaders(body) : {})
    let answer = await again()
    for (let tries = 0; answer.status === 503 && tries < 100; tries++) {
      await sleep(100)
      answer = await again()
    }
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
    if (text !== undefined && path !== '/v1/test/pay' && answer.text !== text)
      throw new Error(`${path}: another answer`)
    if (text === undefined) settled++
    else same++
  }
  return { same, settled }
}

const nodes: Node[] = []
for (const name of names) nodes.push({ name, api: await freePort(), port: await freePort(), patroni: undefined })
const [etcdClient, etcdPeer] = [await freePort(), await freePort()]
own(folder)
const etcdUrl = `http://127.0.0.1:${etcdClient}`
const etcd = start(
  'etcd',
  [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
  ],
  'etcd.log',
)
const dataDir = mkdtempSync(join(tmpdir(), 'mint-patroni-'))
let mint: TestMint | undefined
try {
  for (const node of nodes) {
    const place = join(folder, node.name)
    mkdirSync(place, { mode: 0o700 })
    writeFileSync(join(place, 'patroni.yml'), patroniConfig(node, etcdClient))
    for (const path of [place, join(place, 'patroni.yml')]) own(path)
    startPatroni(node)
  }
  say('etcd and three Patroni nodes started, nothing else: who leads is for them to say')
  const whole = (list: readonly Member[]) =>
    list.length === 3 && list.every(isUp) && list.some(({ role }) => role === 'sync_standby')
  const leader = leaderOf(await until(nodes, 'the cluster is whole', whole))?.name
  const databaseUrl = nodes.map(({ port }) => `postgres://postgres@127.0.0.1:${port}/postgres`).join(',')
  mint = await startTestMint({ databaseUrl }, { dataDir })
  const running = mint
  const sent: Sent[] = []
  const spenders = Array.from({ length: 12 }, () => spend(running, sent).catch(() => {}))
  while (sent.filter(({ text }) => text !== undefined).length < 300) await sleep(10)
  const killedMs = Date.now()
  say(`${sent.filter(({ text }) => text !== undefined).length} requests answered; now ${leader} loses its power`)
  const dead = nodes.find(({ name }) => name === leader) as Node
  pullThePlug(dead)
  const rest = nodes.filter((node) => node !== dead)
  await Promise.all(spenders)
  const promoted = await until(rest, 'promoted by itself', (list) => {
    const now = leaderOf(list)
    return now !== undefined && now.name !== leader
  })
  say(`${((Date.now() - killedMs) / 1000).toFixed(1)} s without a primary`)
  const { same, settled } = await resend(mint, sent)
  say(`everything sent again: ${same} answered as before, ${settled} that had no answer have one now`)
  await spendSome(mint)
  startPatroni(dead)
  await until(nodes, `${leader} is back, as a standby`, (list) => whole(list) && leaderOf(list)?.name !== leader)
  await mint.served.close()
  const { findings, ...counts } = await auditLedger(parseConfig({ dataDir, databaseUrl }))
  say(`audit: ${findings.length} findings ${JSON.stringify(counts)}`)
  if (findings.length > 0) throw new Error(findings.map(String).join('\n'))
  console.log(JSON.stringify({ answered: same, settled, leader: leaderOf(promoted)?.name, findings: findings.length }))
} finally {
  await mint?.served.close().catch(() => {})
  for (const { patroni } of nodes) patroni?.kill('SIGTERM')
  await sleep(3_000)
  for (const node of nodes) pullThePlug(node)
  etcd.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
  if (!process.argv.includes('--keep')) rmSync(folder, { recursive: true, force: true })
}

/** Some payments on the new primary. */
async function spendSome(mint: TestMint): Promise<void> {
  const sent: Sent[] = []
  // It goes on until the mint is closed; by then fifty have been answered.
  void spend(mint, sent).catch(() => {})
  while (sent.filter(({ text }) => text !== undefined).length < 50) await sleep(10)
  say('50 more on the new primary')
}
