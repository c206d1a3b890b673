// Commands that the mint's parts bring with them, one line for each part; command.ts runs what it does not know itself here.

import { windDownCommand } from './closing/command.ts'
import type { CommandCall, CommandPart } from './command-part.ts'
import { costsCommand } from './costs/command.ts'
import { transfersCommand } from './funding/transfer/command.ts'
import { vouchersCommand } from './funding/voucher/command.ts'
import { forgetCommand, personCommand } from './operator/command.ts'

const parts: readonly CommandPart[] = [
  vouchersCommand,
  transfersCommand,
  costsCommand,
  windDownCommand,
  personCommand,
  forgetCommand,
]

/** Usage of all parts, a line each. */
export const partUsage = parts.flatMap(({ usage }) => usage.map((line) => `  tuppence-mint ${line}\n`)).join('')

/** Options of all parts. */
export const partOptions: CommandPart['options'] = Object.assign({}, ...parts.map(({ options }) => options))

/** Runs a command of a part. @returns undefined where none of them has it. */
export async function runPart(call: CommandCall): Promise<number | undefined> {
  for (const { run } of parts) {
    const code = await run(call)
    if (code !== undefined) return code
  }
  return undefined
}
