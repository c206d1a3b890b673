// Figures of the mint, as ratios where they can be: `npm run bench:mint -- --json`, whose last line is one JSON object.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKey } from '@tuppence/protocol'
import { ceiling } from './ceiling.ts'
import { figuresOfBigLedger } from './big-ledger.ts'
import { figuresOfOneMint, type Bench } from './one-mint.ts'
import { canPin, pinSelf } from './server.ts'
import { figuresOfSlowClients } from './slow-clients.ts'
import { figuresOfTwoMints } from './two-mints.ts'

const flags = process.argv.slice(2)
const say = (text: string) => process.stderr.write(`${text}\n`)
const only = flags.find((flag) => flag.startsWith('--only='))?.slice('--only='.length)

const folder = mkdtempSync(join(tmpdir(), 'mint-bench-'))
try {
  say(
    `[bench:mint] node ${process.version}; the mint ${canPin ? 'is held to core 0, the generator runs on the others' : 'and the generator share all cores'}`,
  )
  const figures: Record<string, number> = {}
  const key = await signingKey(new Uint8Array(32).fill(7))
  const limits = ceiling()
  say(
    `[bench:mint] crypto alone: ${Math.round(limits.swaps)} swaps and ${Math.round(limits.deposits)} deposits a CPU second`,
  )
  const parts: Record<string, (bench: Bench) => Promise<Record<string, number>>> = {
    one: figuresOfOneMint,
    big: figuresOfBigLedger,
    two: figuresOfTwoMints,
    slow: figuresOfSlowClients,
  }
  for (const [name, figuresOf] of Object.entries(parts)) {
    // The generator stays off the mint's core; two throttled mints may be wherever the system puts them.
    pinSelf(name !== 'two')
    if (only === undefined || only === name) Object.assign(figures, await figuresOf({ folder, key, say, limits }))
  }
  console.log(JSON.stringify(figures))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
