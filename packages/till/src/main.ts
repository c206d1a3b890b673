#!/usr/bin/env node
/** The tuppence-till command: makes and shows the key that a mint's operator registers for a publisher's account. */
import { parseArgs } from 'node:util'
import { loadAccountKey } from './keys.ts'

const usage = `usage: tuppence-till key --dir DIR

  key   print the public key (base64url) of the account whose till keeps its data in DIR; make it where there is none
`

async function main(): Promise<number> {
  let dir: string | undefined
  let command: string | undefined
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: { dir: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (parsed.values.help) {
      process.stdout.write(usage)
      return 0
    }
    ;({ dir } = parsed.values)
    command = parsed.positionals.length === 1 ? parsed.positionals[0] : undefined
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  if (command !== 'key' || dir === undefined) {
    process.stderr.write(usage)
    return 2
  }
  try {
    process.stdout.write(`${(await loadAccountKey(dir)).publicKey}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`tuppence-till: ${(error as Error).message}\n`)
    return 1
  }
}

process.exitCode = await main()
