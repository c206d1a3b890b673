// `node --conditions=@tuppence/source packages/mint/src/testing/fuzz/main.ts --runs=1000000 [--seed=N]`: fuzzes a mint in this process
// and prints what came of it; `npm run test:long` runs it.

import { fuzz } from './fuzz.ts'
import { openTarget } from './target.ts'

const flag = (name: string) => process.argv.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3)
const runs = Number(flag('runs') ?? 100_000)
const seed = Number(flag('seed') ?? Date.now() % 2 ** 32)
const startedMs = performance.now()
const { target, close } = await openTarget()
try {
  console.log(`fuzz: ${runs} requests from seed ${seed}`)
  let told = 0
  const result = await fuzz(target, {
    runs,
    seed,
    onProgress: ({ done, corpus }) => {
      if (done < told) return
      told = done + runs / 50
      console.log(`fuzz: ${done} done, ${corpus} kept`)
    },
  })
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  console.log(`fuzz: no 5xx, no money moved, no secret in any line: ${JSON.stringify({ ...result, seconds })}`)
} finally {
  await close()
}
