/** Reads a command line, runs one command, says what a person did wrong in one line; main.ts and tests call it. */
import { parseArgs } from 'node:util'
import { commands } from './commands.ts'
import { isMistake } from './problem.ts'

function usage(): string {
  const width = Math.max(...Object.values(commands).map(({ form }) => form.length))
  const lines = Object.values(commands).map(({ form, says }) => `  tuppence ${form.padEnd(width)}  ${says}`)
  return `usage:\n${lines.join('\n')}\n\n  --config FILE   instead of tuppence.json in this folder\n`
}

/**
 * Runs one command in the current folder.
 *
 * @param args - After the programme's name. @returns The exit status: 1 for a mistake, 2 for a command line that is none.
 */
export async function runLine(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const command = name === undefined ? undefined : Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const isHelp = name === undefined || name === '--help' || name === '-h' || name === 'help'
    ;(isHelp ? process.stdout : process.stderr).write(isHelp ? usage() : `no command "${name}"\n\n${usage()}`)
    return isHelp ? 0 : 2
  }
  let parsed
  try {
    const options = { ...command.options, config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
    parsed = parseArgs({ args: rest, allowPositionals: true, options })
    if (parsed.positionals.length > command.positionals) throw new Error(`too many arguments for ${name}`)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage()}`)
    return 2
  }
  if (parsed.values.help) {
    process.stdout.write(`usage: tuppence ${command.form}\n  ${command.says}\n`)
    return 0
  }
  const values = parsed.values as Record<string, string | boolean | undefined>
  try {
    return (await command.run({ values, positionals: parsed.positionals })) ?? 0
  } catch (error) {
    if (!isMistake(error)) throw error
    process.stderr.write(`tuppence: ${error.message}\n`)
    return 1
  }
}
