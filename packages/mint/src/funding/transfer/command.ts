// The commands `tuppence-mint transfers …`: imports a bank's statement, and decides on lines that nobody can match;
// command-parts.ts lists this.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createGroupCommit } from '../../ledger/group.ts'
import type { CommandCall, CommandPart } from '../../command-part.ts'
import { openMint } from '../../mint.ts'
import { openOffice } from '../../office/office.ts'
import type { Parts } from '../../parts.ts'
import { assignTransfer, dismissTransfer, importStatement } from './transfer.ts'

/** @see usage */
export const transfersCommand: CommandPart = {
  usage: [
    'transfers import <statement.csv|camt.053.xml> [--config mint.json]',
    'transfers list | transfers assign <line> <reference> --by WHO | transfers dismiss <line> --by WHO [--note N]',
  ],
  options: { by: { type: 'string' }, note: { type: 'string' } },
  run: async (call) => {
    const [noun, verb, id, reference] = call.words
    if (noun !== 'transfers') return undefined
    const settings = call.config.funding.transfer
    if (settings?.enabled !== true) {
      call.proc.stderr.write('tuppence-mint: transfers: the configuration has no funding.transfer\n')
      return 2
    }
    const by = typeof call.values['by'] === 'string' ? call.values['by'] : undefined
    const note = typeof call.values['note'] === 'string' ? call.values['note'] : ''
    const tell = (fields: object) => call.proc.stdout.write(`${JSON.stringify(fields)}\n`)
    return withParts(call, async (parts) => {
      if (verb === 'import' && id !== undefined) {
        const text = readFileSync(resolve(call.proc.cwd(), id), 'utf8')
        tell({ event: 'transfers-imported', ...(await importStatement(parts, text, settings)) })
        return 0
      }
      if (verb === 'list') {
        for (const row of await waitingTransfers(parts)) tell(row)
        return 0
      }
      if (id === undefined || by === undefined) return 2
      if (verb === 'assign' && reference !== undefined) await assignTransfer(parts, id, reference, { by, note })
      else if (verb === 'dismiss') await dismissTransfer(parts, id, { by, note })
      else return 2
      tell({ event: `transfer-${verb}`, line: id, by })
      return 0
    })
  },
}

/** Lines that wait for somebody to say whose they are. */
export function waitingTransfers({ office }: Pick<Parts, 'office'>) {
  return office.db
    .selectFrom('transfer_lines')
    .selectAll()
    .where('state', '=', 'unknown')
    .orderBy('booked_on')
    .execute()
}

async function withParts({ config }: CommandCall, work: (parts: Parts) => Promise<number>): Promise<number> {
  const { ledger, ports, work: curve } = await openMint(config)
  const office = await openOffice(config)
  const { submit } = createGroupCommit((batch) => ledger.commit(batch), config.limits)
  try {
    return await work({ ...ports, config, ledger, office, submit, changed: () => {} })
  } finally {
    await office.close()
    await curve.close()
    await ledger.close()
  }
}
