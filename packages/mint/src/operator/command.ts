// The command `tuppence-mint person`: makes a line for the configuration, and a passphrase to hand over; command-parts.ts lists it.

import * as v from 'valibot'
import type { CommandPart } from '../command-part.ts'
import { credentialOf, freshPassphrase, peopleSchema } from './people.ts'

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
    const made = v.safeParse(peopleSchema, [{ id, name, credential: await credentialOf(passphrase) }])
    if (!made.success) {
      proc.stderr.write(`tuppence-mint: person: ${v.getDotPath(made.issues[0])}: ${made.issues[0].message}\n`)
      return 2
    }
    proc.stdout.write(`Into admin.people of the configuration:\n${JSON.stringify(made.output[0])}\n`)
    if (own === undefined) proc.stdout.write(`The passphrase, shown this once:\n${passphrase}\n`)
    return 0
  },
}
