/** A till in a process of its own that kills itself at a named moment; started by the crash tests with its job in the environment. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { nodeTill } from '../adapters/node.ts'
import { createTill } from '../app.ts'
import { parseConfig, type TillConfig } from '../config.ts'
import type { Journal } from '../journal/port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import { loadAccountKey } from '../keys.ts'
import { mintClient, type MintClient } from '../mint-client.ts'

const job = JSON.parse(process.env['CRASHING_TILL'] ?? '') as { config: TillConfig; moment: string; port: number }

/** SIGKILL: nothing is flushed, closed or caught. */
const dieAt = (moment: string): void => {
  if (moment === job.moment) process.kill(process.pid, 'SIGKILL')
}

function dying<T extends object>(name: string, real: T): T {
  return new Proxy(real, {
    get(target, key: string) {
      const method = (target as Record<string, unknown>)[key]
      if (typeof method !== 'function') return method
      return async (...input: unknown[]) => {
        dieAt(`before ${name}.${key}`)
        const result: unknown = await (method as (...input: unknown[]) => Promise<unknown>).apply(target, input)
        dieAt(`after ${name}.${key}`)
        return result
      }
    },
  })
}

const settings = parseConfig(job.config)
const account = await loadAccountKey(settings.dataDir)
const till = await createTill({
  config: job.config,
  journal: dying<Journal>('journal', openSqliteJournal(join(settings.dataDir, 'till.db'))),
  mint: dying<MintClient>('mint', mintClient({ settings, account, nowMs: () => Date.now() })),
  content: async () => {
    dieAt('before content')
    return { contentType: 'text/plain', body: 'the text' }
  },
  log: () => {},
})
const server = createServer((incoming, outgoing) => void nodeTill(till)(incoming, outgoing))
server.listen(job.port, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
