// `npm start`: a library opens, an agent with 20¢ reads in it until the money is gone, and shows its receipts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatAmount } from '@tuppence/protocol'
import { localFetch, openAgent } from './agent.ts'
import { openLibrary } from './library.ts'

const budget = 20
const dataDir = mkdtempSync(join(tmpdir(), 'tuppence-agent-'))
const library = await openLibrary({ dataDir, ports: { library: 0, wallet: 0, mint: 0 } })
const agent = await openAgent({
  file: join(dataDir, 'wallet.db'),
  mint: library.street.mint.url,
  budget,
  fetch: localFetch,
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

say(`an agent with ${formatAmount(budget, 'usd')} to spend, at ${library.origin}\n`)
let spent = 0
for (const url of library.urls) {
  const reading = await agent.read(url)
  const price = formatAmount(reading.amount, 'usd')
  if (reading.status === 'refused') {
    say(
      `- ${reading.title}: ${price} is more than the ${formatAmount(budget - spent, 'usd')} that are left (${reading.why}). Not paid.`,
    )
    continue
  }
  spent += reading.amount
  say(`- ${reading.title}: ${price}\n  ${reading.text}\n  receipt ${JSON.stringify(reading.receipt)}\n`)
}
say(
  `\nspent ${formatAmount(spent, 'usd')}; the library was credited ${formatAmount(await library.street.mint.balance('library'), 'usd')}`,
)
agent.close()
await library.close()
rmSync(dataDir, { recursive: true, force: true })
