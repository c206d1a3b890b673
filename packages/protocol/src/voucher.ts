// The code on a prepaid voucher: what is printed, scanned and typed, and the link that carries it; mints make codes, wallets read them.

import { TuppenceError } from './errors.ts'

// Crockford's base 32: no I, L, O or U, which hands and eyes take for something else.
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const secretSymbols = 16
const checkSymbols = 4
const groupSymbols = 5

/** Bytes of chance in a code: 80 bits. */
export const voucherSecretBytes = 10

// The largest prime below 32^4: one wrong symbol, or any two that changed places, always show.
const checkModulus = 1_048_573n

/** More than anyone types; a link is longer than a code. */
const typedMax = 2_048

/**
 * Makes a code of 20 symbols, in groups of five: 16 of chance, 4 that check them.
 *
 * @param secret - 10 random bytes. Whoever has the code has the money.
 * @example makeVoucher(randomBytes(10)) // 'K7PZ2-0M3RD-...-...'
 */
export function makeVoucher(secret: Uint8Array): string {
  if (secret.length !== voucherSecretBytes) throw new TuppenceError('voucher-invalid')
  const value = secret.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return showVoucher(write(value, secretSymbols) + write(value % checkModulus, checkSymbols))
}

/**
 * Reads what somebody typed, pasted or scanned: the code in any case and grouping, with O for 0 and I or L for 1, or a link
 * that has it in its fragment.
 *
 * @returns The code as it is sent: 20 symbols, nothing between them.
 * @throws {TuppenceError} `voucher-invalid`: too short or long, another character, or the check does not fit.
 */
export function readVoucher(typed: string): string {
  if (typed.length > typedMax) throw new TuppenceError('voucher-invalid')
  const [, linked = typed] = /#voucher=([^&#]*)/.exec(typed) ?? []
  const code = plain(linked)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Dash}_.]/gu, '')
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  if (code.length !== secretSymbols + checkSymbols || [...code].some((symbol) => !symbols.includes(symbol)))
    throw new TuppenceError('voucher-invalid')
  if (read(code.slice(0, secretSymbols)) % checkModulus !== read(code.slice(secretSymbols)))
    throw new TuppenceError('voucher-invalid')
  return code
}

/** A code as it is printed: groups of five with hyphens between. */
export function showVoucher(code: string): string {
  return (code.match(new RegExp(`.{1,${groupSymbols}}`, 'g')) ?? []).join('-')
}

/** The link for a QR code. A fragment never reaches a server. @param wallet - The wallet's origin. */
export function voucherLink(wallet: string, code: string): string {
  return `${wallet}/#voucher=${showVoucher(readVoucher(code))}`
}

function write(value: bigint, length: number): string {
  return Array.from({ length }, (_, at) => symbols[Number((value >> BigInt(5 * (length - 1 - at))) & 31n)]).join('')
}

function read(text: string): bigint {
  return [...text].reduce((sum, symbol) => sum * 32n + BigInt(symbols.indexOf(symbol)), 0n)
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
