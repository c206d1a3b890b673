// The commands `tuppence-mint person`, which makes somebody who may use the operator's pages, and `forget-publisher`;
// command-parts.ts lists them.

import * as v from 'valibot'
import type { CommandPart } from '../command-part.ts'
import { openMint } from '../mint.ts'
import { openOffice } from '../office/office.ts'
import { forgetPublisher } from './forget.ts'
import { credentialOf, freshPassphrase, namedSchema } from './people.ts'

const ownPassphraseMin = 12

/** Makes a person who may use the operator's pages. The passphrase is told this once; PERSON_PASSPHRASE takes one's own instead. */
export const personCommand: CommandPart = {
  usage: ['person <id> --name NAME   (with a passphrase of your own: in PERSON_PASSPHRASE)'],
  options: {},
  run: async ({ words: [noun, id, ...more], values: { name }, proc }) => {
    if (noun !== 'person' || more.length > 0) return undefined
    const own = proc.env['PERSON_PASSPHRASE']
    if (own !== undefined && own.length < ownPassphraseMin) {
      proc.stderr.write(`tuppence-mint: person: a passphrase has at least ${ownPassphraseMin} characters\n`)
      return 2
    }
    const passphrase = own ?? freshPassphrase()
    const made = v.safeParse(namedSchema, { id, name })
    if (!made.success) {
      proc.stderr.write(`tuppence-mint: person: ${v.getDotPath(made.issues[0])}: ${made.issues[0].message}\n`)
      return 2
    }
    proc.stdout.write(
      `Into admin.people of the configuration:\n${JSON.stringify({ ...made.output, credential: await credentialOf(passphrase) })}\n`,
    )
    if (own === undefined) proc.stdout.write(`The passphrase, shown this once:\n${passphrase}\n`)
    return 0
  },
}

/** Erases what no book needs of a publisher, and says what was kept and why. */
export const forgetCommand: CommandPart = {
  usage: ['forget-publisher <id> [--config mint.json]'],
  options: {},
  run: async ({ words: [noun, id = '', ...more], config, proc }) => {
    if (noun !== 'forget-publisher' || more.length > 0) return undefined
    if (config.accounts.some((account) => account.id === id)) {
      proc.stderr.write(`tuppence-mint: forget-publisher: take ${id} out of the configuration first\n`)
      return 2
    }
    const office = await openOffice(config)
    try {
      const { ledger, ports } = await openMint(config)
      try {
        const parts = { ledger, office, nowMs: ports.clock.nowMs(), keepYears: config.recordsKeptYears }
        const done = await forgetPublisher(parts, id)
        proc.stdout.write(`${JSON.stringify({ event: 'forget-publisher', account: id, ...done })}\n`)
        if (done.status === 'owed') proc.stderr.write(`tuppence-mint: forget-publisher: pay ${id} out first\n`)
        return done.status === 'forgotten' ? 0 : 1
      } finally {
        await ledger.close()
      }
    } finally {
      await office.close()
    }
  },
}
