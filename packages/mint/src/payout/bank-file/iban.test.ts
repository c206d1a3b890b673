import { describe, expect, test } from 'vitest'
import { maskIban, readBic, readIban } from './iban.ts'

describe('readIban', () => {
  // The registry's own examples.
  test.each([
    'DE89 3704 0044 0532 0130 00',
    'GB29 NWBK 6016 1331 9268 19',
    'fr14 2004 1010 0505 0001 3m02 606',
    'NO93-8601-1117-947',
    'MT84MALT011000012345MTLCAST001S',
  ])('reads %s', (text) => expect(readIban(text)).toBe(text.replace(/[\s-]/g, '').toUpperCase()))

  test.each([
    ['a digit is wrong', 'DE89370400440532013001'],
    ['two digits change places', 'DE89370400440532010300'],
    ['it is too short', 'DE8937040044053201300'],
    ['the country has none', 'US89370400440532013000'],
    ['it is empty', ''],
    ['it has a formula', '=DE89370400440532013000'],
  ])('refuses one where %s', (_, text) => expect(() => readIban(text)).toThrow('bad-request'))

  test('is shown without most of it', () => expect(maskIban('DE89370400440532013000')).toBe('DE89 … 3000'))
})

test('reads a BIC of 8 or 11 characters', () => {
  expect([readBic('deutdeff'), readBic('DEUTDEFF500')]).toEqual(['DEUTDEFF', 'DEUTDEFF500'])
  for (const text of ['DEUTDEF', 'DEUTDEFF5', 'D3UTDEFF', 'DEUTDEFF50<'])
    expect(() => readBic(text)).toThrow('bad-request')
})
