/** Pieces of the insights page: numbers as people read them, tables, bars that stand in a table's cells; page.ts and page-readers.ts are made of them. */
import { formatAmount } from '@tuppence/protocol'
import { escapeHtml } from '../page.ts'

/** A column of a table. `end`: numbers, which stand at the end of their cell. */
export type Column = Readonly<{ name: string; align?: 'end' }>

/** Cells of a row, as HTML; the first is its heading. */
export type Row = readonly string[]

// Making one takes longer than using it a hundred times.
const whole = new Intl.NumberFormat('en')
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 2 })
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const months = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const moneyTexts = new Map<string, string>()
const moneyTextsMax = 10_000

/** A whole number: 12,345. */
export function number(value: number): string {
  return whole.format(value)
}

/** A share: 4.2 %. */
export function percent(share: number): string {
  return shares.format(share)
}

/** Minor units: $12.30, 5¢. */
export function money(amount: number, unit: string): string {
  const key = `${amount} ${unit}`
  const known = moneyTexts.get(key)
  if (known !== undefined) return known
  const text = escapeHtml(formatAmount(amount, unit))
  if (moneyTexts.size >= moneyTextsMax) moneyTexts.clear()
  moneyTexts.set(key, text)
  return text
}

/** A day: 3 Nov 2026. */
export function day(text: string): string {
  return days.format(new Date(`${text}T00:00:00Z`))
}

/** A month: November 2026. */
export function month(text: string): string {
  return months.format(new Date(`${text}-01T00:00:00Z`))
}

/** A count of readers that is rounded, or only said to be small. */
export function about(count: number | null, groupMin: number): string {
  return count === null ? `fewer than ${number(2 * groupMin)}` : `about ${number(count)}`
}

/** The name of a row, over a bar that is as long as its figure: the longest is the largest. Read out, the figure is enough. */
export function barred(name: string, value: number, largest: number): string {
  return `${name}${bar(value, largest)}`
}

function bar(value: number, largest: number): string {
  const width = largest > 0 ? Math.max(0, Math.round((1_000 * value) / largest) / 10) : 0
  return `<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${width}" height="8" rx="1"/></svg>`
}

/** A table whose first column heads its rows. It scrolls by itself where the window is narrow, by keyboard too. */
export function table(caption: string, columns: readonly Column[], rows: readonly Row[]): string {
  const attribute = (index: number): string => (columns[index]?.align === 'end' ? ' class="n"' : '')
  const head = columns.map(({ name }, index) => `<th scope="col"${attribute(index)}>${name}</th>`).join('')
  const body = rows.map(([heading = '', ...cells]) => {
    const rest = cells.map((cell, index) => `<td${attribute(index + 1)}>${cell}</td>`).join('')
    return `<tr><th scope="row">${heading}</th>${rest}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** A section with a heading. @param width - `half`: beside another, where there is room. */
export function section(id: string, heading: string, body: string, width: 'full' | 'half' = 'full'): string {
  return `<section aria-labelledby="${id}" class="${width}"><h2 id="${id}">${heading}</h2>${body}</section>`
}
