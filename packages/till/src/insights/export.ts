/** A report as CSV, one table at a time; JSON is the report itself. */
import { stringify } from 'csv-stringify/sync'
import { decimalAmount, TuppenceError } from '@tuppence/protocol'
import type { Report } from './report.ts'

/** Tables that can be had as CSV. */
export const csvTables = ['days', 'offers', 'prices', 'cells', 'readers', 'pairs', 'rates', 'experiments'] as const

type Table = (typeof csvTables)[number]
/** Text of digits, which may begin with a minus sign: it is ours, and no formula. */
type Digits = Readonly<{ digits: string }>
type Line = Readonly<Record<string, string | number | null | Digits>>

/**
 * One table of a report as CSV (RFC 4180, with a line of names). Amounts are decimals of the unit. Text that a spreadsheet would
 * take for a formula is kept from being one by a quotation mark in front; numbers stay numbers.
 *
 * @throws {TuppenceError} `bad-request`: no such table.
 */
export function toCsv(report: Report, table: string): string {
  if (!isTable(table))
    throw new TuppenceError('bad-request', {
      details: { field: 'table', reason: `must be one of ${csvTables.join(', ')}` },
    })
  const { columns, lines } = makers[table](report)
  return stringify([...lines], {
    header: true,
    columns: [...columns],
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: {
      number: (value) => ({ value: String(value), escape_formulas: false }),
      object: (value) => ({ value: (value as Digits).digits, escape_formulas: false }),
    },
  })
}

function isTable(text: string): text is Table {
  return (csvTables as readonly string[]).includes(text)
}

const makers: Readonly<
  Record<Table, (report: Report) => Readonly<{ columns: readonly string[]; lines: readonly Line[] }>>
> = {
  days: ({ days, unit }) => ({
    columns: ['day', 'sold', 'amount', 'refunds', 'refunded', 'views'],
    lines: days.map((line) => ({ ...line, ...money(line, unit) })),
  }),
  offers: ({ offers, rest, unit }) => ({
    columns: ['id', 'title', 'kind', 'sold', 'amount', 'refunds', 'refunded', 'views'],
    lines: [
      ...offers.map((line) => ({ ...line, ...money(line, unit) })),
      { id: '', title: 'Not told by offer', kind: '', ...rest, ...money(rest, unit), views: null },
    ],
  }),
  prices: ({ prices, unit }) => ({
    columns: ['price', 'sold', 'amount', 'views'],
    lines: prices.map((line) => ({ ...line, price: decimal(line.price, unit), amount: decimal(line.amount, unit) })),
  }),
  cells: ({ cells, unit }) => ({
    columns: ['measure', 'from', 'to', 'offerId', 'price', 'count', 'amount'],
    lines: cells.map((line) => ({
      ...line,
      price: line.price === null ? null : decimal(line.price, unit),
      amount: decimal(line.amount, unit),
    })),
  }),
  readers: ({ months }) => ({
    columns: ['month', 'what', 'readers', 'fewerThan'],
    lines: months.flatMap(({ month, days, back, groupMin }) => {
      const line = (what: string, readers: number | null): Line => ({
        month,
        what,
        readers,
        fewerThan: readers === null ? 2 * groupMin : null,
      })
      return [
        ...days.map((bucket) => line(`bought on ${bucket.days.replace('-', ' to ')} days`, bucket.readers)),
        line('bought in an earlier month too', back.returning),
        line('bought for the first time', back.first),
      ]
    }),
  }),
  pairs: ({ months }) => ({
    columns: ['month', 'a', 'b', 'readers'],
    lines: months.flatMap(({ month, pairs }) => pairs.map((pair) => ({ month, ...pair }))),
  }),
  rates: ({ months }) => ({
    columns: ['month', 'offerId', 'views', 'sold', 'soldFewerThan'],
    lines: months.flatMap(({ month, offers, groupMin }) =>
      offers.map((line) => ({ month, ...line, soldFewerThan: line.sold === null ? 2 * groupMin : null })),
    ),
  }),
  experiments: ({ experiments, unit }) => ({
    columns: [
      'experiment',
      'status',
      'price',
      'blocks',
      'views',
      'sold',
      'rate',
      'rateLow',
      'rateHigh',
      'per1000',
      'against',
      'differenceLow',
      'differenceHigh',
      'level',
    ],
    lines: experiments.flatMap(({ experiment, status, arms, comparisons }) =>
      arms.map(({ price, blocks, views, sold, rate, per1000 }) => {
        const against = comparisons.find((comparison) => comparison.price === price)
        return {
          experiment,
          status,
          price: decimal(price, unit),
          blocks,
          views,
          sold,
          rate: rate?.estimate ?? null,
          rateLow: rate?.low ?? null,
          rateHigh: rate?.high ?? null,
          per1000: per1000 === undefined ? null : decimal(per1000, unit),
          against: against ? decimal(against.against, unit) : null,
          differenceLow: against ? decimal(against.per1000.low, unit) : null,
          differenceHigh: against ? decimal(against.per1000.high, unit) : null,
          level: against?.level ?? null,
        }
      }),
    ),
  }),
}

function money({ amount, refunded }: Readonly<{ amount: number; refunded: number }>, unit: string) {
  return { amount: decimal(amount, unit), refunded: decimal(refunded, unit) }
}

function decimal(minor: number, unit: string): Digits {
  const digits = decimalAmount(Math.abs(minor), unit)
  return { digits: minor < 0 ? `-${digits}` : digits }
}
