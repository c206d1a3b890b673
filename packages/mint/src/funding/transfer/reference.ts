// The reference that a payer types into a bank's form: short, without letters that hands mistake, and checked.

import { createHash } from 'node:crypto'

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const bodySymbols = 10
const checkSymbols = 2

/** Makes one of 7 random bytes: `TUP` and twelve symbols, of which the last two check the others. */
export function makeReference(random: Uint8Array): string {
  const value = random.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const body = Array.from({ length: bodySymbols }, (_, at) => symbols[Number((value >> BigInt(5 * at)) & 31n)]).join('')
  return `TUP${body}${checkOf(body)}`
}

/** A reference as it is shown: in groups. */
export function showReference(reference: string): string {
  return `${reference.slice(0, 3)}-${reference.slice(3, 7)}-${reference.slice(7, 11)}-${reference.slice(11)}`
}

/**
 * Finds references in what a payer wrote, whatever stands around them and however they are grouped; O is read as 0, I and L as 1.
 *
 * @returns Each once; usually one or none.
 */
export function findReferences(text: string): string[] {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const found = new Set<string>()
  for (let at = plain.indexOf('TUP'); at !== -1; at = plain.indexOf('TUP', at + 1)) {
    const typed = plain.slice(at + 3, at + 3 + bodySymbols + checkSymbols)
    const read = typed.replaceAll('O', '0').replace(/[IL]/g, '1')
    if (read.length === bodySymbols + checkSymbols && checkOf(read.slice(0, bodySymbols)) === read.slice(bodySymbols)) {
      found.add(`TUP${read}`)
    }
  }
  return [...found]
}

function checkOf(body: string): string {
  const [first = 0, second = 0] = createHash('sha256').update(`tuppence transfer ${body}`).digest()
  return `${symbols[first & 31]}${symbols[second & 31]}`
}
