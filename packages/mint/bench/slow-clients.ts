// A mint with a thousand sockets that dawdle: how much longer honest requests wait; bench.ts runs it.

import { dawdle, honestP99 } from '../src/testing/slow-clients.ts'
import { configFile, type Bench } from './one-mint.ts'
import { round } from './rate.ts'
import { startMint } from './server.ts'

const sockets = 1000
const windows = 7

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

/** Measures with and without them in turn. Medians; the machine's other work disturbs both alike. */
export async function figuresOfSlowClients(bench: Bench): Promise<Record<string, number>> {
  const mint = await startMint({}, { core: 0, config: configFile(bench, 'slow') })
  try {
    await honestP99(mint.port)
    const alone: number[] = []
    const beside: number[] = []
    for (let window = 0; window < windows; window++) {
      alone.push(await honestP99(mint.port))
      const slow = await dawdle(mint.port, sockets)
      beside.push(await honestP99(mint.port))
      slow.stop()
    }
    bench.say(
      `[bench:mint] honest p99 ${round(median(alone), 1)} ms alone, ${round(median(beside), 1)} ms beside ${sockets} slow sockets`,
    )
    return {
      slowSocketsRatio: round(median(beside) / median(alone)),
      slowSocketsP99Ms: round(median(beside), 1),
    }
  } finally {
    await mint.stop()
  }
}
