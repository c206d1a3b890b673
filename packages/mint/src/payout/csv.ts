// Rows as a file that spreadsheets open and that gives them nothing to compute; statements and bank files are written with it.

import { stringify } from 'csv-stringify/sync'

/**
 * Writes CSV: commas, CRLF, quotes where they are needed; text that a spreadsheet would take for a formula gets an apostrophe in
 * front. Numbers are given as text, and stay what they are: a minus before digits is no formula.
 *
 * @see RFC 4180; OWASP "CSV Injection"
 */
export function writeCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? String(cell) : tame(cell))),
  )
  return stringify(cells, { record_delimiter: 'windows', quoted_match: /[\n\r]/ })
}

/** Decimal text, as amounts are written. */
const decimal = /^-?\d+(?:\.\d+)?$/

function tame(text: string): string {
  // Where a comma is what decimals have, spreadsheets take a semicolon for the end of a cell.
  return decimal.test(text) ? text : text.replace(/^(?=[=+\-@\t\r\n＝＋－＠])|(?<=[;\t\r\n])(?=[=+\-@＝＋－＠])/g, "'")
}
