import { expect, test } from 'vitest'
import { writeCsv } from './csv.ts'

test('nothing in a file is a formula, also where a spreadsheet takes semicolons for commas', () => {
  const cells = ['=1+1', '+1', '-1', '-1.50', '@x', 'The Press;=1+1;', 'a\t=1', 'a;-2', 'a; b', 'a\n@x', '＝1']
  expect(
    writeCsv(
      ['text'],
      cells.map((cell) => [cell]),
    ),
  ).toBe(
    [
      'text',
      "'=1+1",
      "'+1",
      '-1',
      '-1.50',
      "'@x",
      "The Press;'=1+1;",
      "a\t'=1",
      "a;'-2",
      'a; b',
      '"a\n\'@x"',
      "'＝1",
      '',
    ].join('\r\n'),
  )
})
