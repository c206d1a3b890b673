// IBAN (ISO 13616) and BIC (ISO 9362) as text that was typed by somebody: read, checked, and shown without most of it.

import { TuppenceError } from '@tuppence/protocol'

/** Lengths by country, of the IBAN registry's countries that SEPA reaches, and some more. */
const lengths = new Map(
  (
    'AD24 AE23 AL28 AT20 BA20 BE16 BG22 BH22 BR29 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FO18 FR27 GB22 GE22 GI23 ' +
    'GL18 GR27 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 ' +
    'NO15 PK24 PL28 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/**
 * Reads an IBAN.
 *
 * @returns Without spaces, upper case.
 * @throws {TuppenceError} `bad-request` Its country, length or check digits are wrong.
 * @see ISO 13616; check digits by ISO 7064 MOD 97-10.
 */
export function readIban(text: string): string {
  const iban = text.replace(/[\s-]/g, '').toUpperCase()
  const isWhole = /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban) && lengths.get(iban.slice(0, 2)) === iban.length
  if (!isWhole || remainder(iban) !== 1) throw new TuppenceError('bad-request', { details: { field: 'iban' } })
  return iban
}

/** Reads a BIC: 8 characters or 11. @throws {TuppenceError} `bad-request`. */
export function readBic(text: string): string {
  const bic = text.trim().toUpperCase()
  if (!/^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/.test(bic))
    throw new TuppenceError('bad-request', { details: { field: 'bic' } })
  return bic
}

/** An IBAN as it is shown: who knows it recognises it, who does not learns little. */
export function maskIban(iban: string): string {
  return `${iban.slice(0, 4)} … ${iban.slice(-4)}`
}

function remainder(iban: string): number {
  const digits = (iban.slice(4) + iban.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  // In pieces that a number holds exactly.
  return digits.match(/.{1,9}/g)?.reduce((rest, piece) => Number(`${rest}${piece}`) % 97, 0) ?? 0
}
