import type { HistoryEntry } from '@tuppence/core'
import { describe, expect, test } from 'vitest'
import { asCsv, asJson } from './export.ts'

const entry: HistoryEntry = {
  id: '1',
  kind: 'pay',
  end: 'done',
  amount: 5,
  unit: 'usd',
  atMs: Date.UTC(2026, 10, 22, 9),
  mint: 'https://mint.example',
  title: 'Pennies, and "more"',
  site: 'https://news.example',
  url: 'https://news.example/read/pennies',
}

describe('asCsv', () => {
  test('writes amounts as decimals and quotes what needs it', () => {
    expect(asCsv([entry]).text).toBe(
      'time,kind,end,amount,unit,title,site,url,mint,reference\r\n' +
        '2026-11-22T09:00:00.000Z,pay,done,0.05,usd,"Pennies, and ""more""",https://news.example,https://news.example/read/pennies,https://mint.example,\r\n',
    )
  })

  test.each(['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\tx'])('does not let a title be a formula: %j', (title) => {
    expect(asCsv([{ ...entry, title }]).text).toMatch(/usd,"?'[=+\-@\t]/)
  })
})

test('asJson keeps whole entries and the keys to check receipts by', () => {
  const keys = { 'https://mint.example': [{ kty: 'OKP', crv: 'Ed25519', x: 'abc' }] }
  expect(JSON.parse(asJson([entry], keys).text)).toEqual({
    format: 'tuppence-history',
    version: 1,
    entries: [entry],
    receiptKeys: keys,
  })
})
