import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeVoucher, readVoucher, showVoucher, voucherLink, voucherSecretBytes } from './voucher.ts'

const secrets = fc.uint8Array({ minLength: voucherSecretBytes, maxLength: voucherSecretBytes })
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const invalid = expect.objectContaining({ code: 'voucher-invalid' })

describe('a voucher', () => {
  test('is twenty symbols in groups of five, the last four a check', () => {
    expect(makeVoucher(new Uint8Array(10))).toBe('00000-00000-00000-00000')
    // 2^80 - 1 = 839 (mod 1048573), since 2^20 = 3: 3^4 = 81, less 1.
    expect(makeVoucher(new Uint8Array(10).fill(255))).toBe('ZZZZZ-ZZZZZ-ZZZZZ-Z002G')
    expect(() => makeVoucher(new Uint8Array(9))).toThrow(invalid)
  })

  test('is read however it was typed, pasted or scanned', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const code = makeVoucher(secret)
        const sent = code.replaceAll('-', '')
        const sloppy = code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' – ')
        const texts = [code, sent, sloppy, ` ${code}\n`, voucherLink('https://wallet.example', code)]
        for (const text of texts) expect(readVoucher(text)).toBe(sent)
        expect(showVoucher(sent)).toBe(code)
      }),
    )
  })

  test('is refused with one wrong symbol anywhere, or with two that changed places', () => {
    const code = readVoucher(makeVoucher(Uint8Array.from([7, 200, 31, 90, 1, 0, 255, 18, 64, 129])))
    for (let at = 0; at < code.length; at++) {
      for (const symbol of alphabet.replace(code[at]!, ''))
        expect(() => readVoucher(code.slice(0, at) + symbol + code.slice(at + 1))).toThrow(invalid)
      for (let other = at + 1; other < code.length; other++) {
        if (code[at] === code[other]) continue
        const swapped = [...code]
        ;[swapped[at], swapped[other]] = [code[other]!, code[at]!]
        expect(() => readVoucher(swapped.join(''))).toThrow(invalid)
      }
    }
  })

  test('is refused where it is no code at all', () => {
    const code = makeVoucher(new Uint8Array(10).fill(3))
    const texts = [
      '',
      '0',
      code.slice(1),
      `${code}0`,
      code.replace(/.$/, 'U'),
      code.replace(/.$/, '!'),
      '0'.repeat(9_999),
    ]
    for (const text of texts) expect(() => readVoucher(text)).toThrow(invalid)
  })
})
