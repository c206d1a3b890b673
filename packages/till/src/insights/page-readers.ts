/** The parts of the insights page that are about readers, months and experiments: nothing in them is exact. */
import { escapeHtml } from '../page.ts'
import type { ExperimentFigures } from './experiment.ts'
import { about, barred, day, money, month, number, percent, section, table } from './html.ts'
import { wilson } from './intervals.ts'
import type { MonthLine, Report } from './report.ts'

const pairsShown = 15

/** How often readers came, and how many had been before. */
export function readersSection({ months }: Report): string {
  const last = months.at(-1)
  const heading = 'Readers who come back'
  if (!last) return section('readers', heading, later, 'half')
  const { days, back, groupMin } = last
  const largest = Math.max(1, ...days.map(({ readers }) => readers ?? 0), back.returning ?? 0, back.first ?? 0)
  const row = (name: string, readers: number | null): readonly string[] => [
    barred(name, readers ?? 0, largest),
    about(readers, groupMin),
  ]
  const columns = [{ name: 'Readers who bought' }, { name: 'How many', align: 'end' }] as const
  const rows = [
    ...days.map((bucket) => row(dayNames[bucket.days], bucket.readers)),
    row('for the first time', back.first),
    row('in an earlier month too', back.returning),
  ]
  return section('readers', heading, table(`Readers in ${month(last.month)}`, columns, rows) + earlier(months), 'half')
}

const dayNames = { '1': 'on one day', '2': 'on two days', '3-4': 'on three or four', '5+': 'on five or more' } as const
const later = '<p>Told once a month is over.</p>'

function earlier(months: readonly MonthLine[]): string {
  if (months.length < 2) return ''
  const rows = months
    .toReversed()
    .map(({ month: name, back, groupMin }) => [
      month(name),
      about(back.first, groupMin),
      about(back.returning, groupMin),
    ])
  const columns = [
    { name: 'Month' },
    { name: 'First time', align: 'end' },
    { name: 'Returning', align: 'end' },
  ] as const
  return `<details><summary>Month by month</summary>${table('Readers by month', columns, rows)}</details>`
}

/** What sells next to what. */
export function pairsSection(report: Report): string {
  const last = report.months.at(-1)
  const heading = 'Bought by the same readers'
  if (!last) return section('pairs', heading, later, 'half')
  const title = titles(report)
  const shown = last.pairs.slice(0, pairsShown)
  if (shown.length === 0)
    return section(
      'pairs',
      heading,
      `<p>No two articles had ${2 * last.groupMin} readers in common in ${month(last.month)}.</p>`,
    )
  const largest = Math.max(...shown.map(({ readers }) => readers))
  const rows = shown.map(({ a, b, readers }) => [
    barred(`${title(a)} <span class="and">and</span> ${title(b)}`, readers, largest),
    about(readers, last.groupMin),
  ])
  const columns = [{ name: 'Articles' }, { name: 'Readers of both', align: 'end' }] as const
  return section('pairs', heading, table(`Bought by the same readers in ${month(last.month)}`, columns, rows), 'half')
}

/** Views to unlocks, by article. */
export function ratesSection(report: Report): string {
  const last = report.months.at(-1)
  const heading = 'From views to unlocks'
  if (!last) return section('rates', heading, later)
  if (last.offers.length === 0) return section('rates', heading, '<p>Too few views in any month yet.</p>')
  const title = titles(report)
  const most = Math.max(...last.offers.map(({ views }) => views))
  const rows = last.offers
    .toSorted((a, b) => b.views - a.views)
    .map(({ offerId, views, sold }) => {
      // Below twice the group size the share is only known to be no more.
      const share = Math.min(1, (sold ?? 2 * last.groupMin) / views)
      const { low, high } = wilson({ count: Math.min(views, sold ?? 0), of: views })
      const rate =
        sold === null
          ? `less than ${percent(share)}`
          : `${percent(share)} <span class="quiet">(${percent(low)} to ${percent(high)})</span>`
      return [barred(title(offerId), views, most), about(views, last.groupMin), about(sold, last.groupMin), rate]
    })
  const columns = [
    { name: 'Article' },
    { name: 'Views', align: 'end' },
    { name: 'Sold', align: 'end' },
    { name: 'Views that sold', align: 'end' },
  ] as const
  const note = '<p class="quiet">In brackets: what the true share is between, 95 times in 100 (Wilson’s interval).</p>'
  return section('rates', heading, table(`From views to unlocks in ${month(last.month)}`, columns, rows) + note)
}

/** What price experiments have shown. */
export function experimentSections({ experiments, unit }: Report): string {
  return experiments.map((figures, index) => experimentSection(figures, unit, `experiment-${index}`)).join('')
}

function experimentSection(figures: ExperimentFigures, unit: string, id: string): string {
  const { experiment, arms, comparisons, status, needs, groupMin, untilMs } = figures
  const rows = arms.map(({ price, blocks, views, sold, rate, per1000 }) => [
    money(price, unit),
    per1000 === undefined ? '–' : money(per1000, unit),
    rate ? `${percent(rate.estimate)} <span class="quiet">(${percent(rate.low)} to ${percent(rate.high)})</span>` : '–',
    about(sold, groupMin),
    about(views, groupMin),
    number(blocks),
  ])
  const columns = ['Price', 'Earned by 1,000 views', 'Views that sold', 'Sold', 'Views', 'Blocks of time'].map(
    (name, index) => (index === 0 ? { name } : ({ name, align: 'end' } as const)),
  )
  const verdict =
    status === 'enough'
      ? whiskers(figures, unit) + comparisons.map((comparison) => `<p>${verdictOf(comparison, unit)}</p>`).join('')
      : `<p><b>Not enough data yet.</b> Each price needs ${needs.blocks} blocks of time and about ${number(needs.sold)} sales before anything is said of it.</p>`
  const note = `<p class="quiet">Up to ${day(new Date(untilMs - 1).toISOString().slice(0, 10))}; told anew on Mondays, once each price has ${groupMin} sales more. Shares: Wilson’s interval. Earned: Welch’s interval over blocks of time, as the price is drawn by block. Who looks at it every week until it pleases will be wrong more often than it says.</p>`
  return section(
    id,
    `Price experiment: ${escapeHtml(experiment)}`,
    verdict + table(`Experiment ${experiment}`, columns, rows) + note,
    'half',
  )
}

type Comparison = ExperimentFigures['comparisons'][number]

function verdictOf({ price, against, per1000, level }: Comparison, unit: string): string {
  const { low, high } = per1000
  const names = `<b>${money(price, unit)}</b>`
  const other = money(against, unit)
  const sure = `${Math.round(level * 1_000) / 10}% interval`
  if (low > 0)
    return `${names} earns more than ${other}: by ${money(low, unit)} to ${money(high, unit)} for 1,000 views (${sure}).`
  if (high < 0)
    return `${names} earns less than ${other}: by ${money(-high, unit)} to ${money(-low, unit)} for 1,000 views (${sure}).`
  return `${names} against ${other}: it can’t be told which earns more. Between ${money(-low, unit)} less and ${money(high, unit)} more for 1,000 views (${sure}).`
}

/** Differences with their intervals, around zero. What they say stands in words below. */
function whiskers({ comparisons }: ExperimentFigures, unit: string): string {
  const reach = Math.max(1, ...comparisons.flatMap(({ per1000 }) => [Math.abs(per1000.low), Math.abs(per1000.high)]))
  const x = (value: number): number => Math.round(240 + (180 * value) / reach)
  const rowHeight = 44
  const lines = comparisons.map(({ price, against, per1000 }, index) => {
    const y = index * rowHeight + 40
    return `<text x="${x(per1000.estimate)}" y="${y - 12}" text-anchor="middle">${money(price, unit)} against ${money(against, unit)}</text>
<line class="whisker" x1="${x(per1000.low)}" x2="${x(per1000.high)}" y1="${y}" y2="${y}"/><circle cx="${x(per1000.estimate)}" cy="${y}" r="6"/>`
  })
  const height = comparisons.length * rowHeight + 40
  const foot = `<text x="230" y="${height - 6}" text-anchor="end">earns less</text><text x="250" y="${height - 6}">earns more</text>`
  return `<svg class="whiskers" viewBox="0 0 480 ${height}" aria-hidden="true" focusable="false"><line class="zero" x1="240" x2="240" y1="8" y2="${height - 22}"/>${lines.join('')}${foot}</svg>`
}

function titles({ titles: known }: Report): (id: string) => string {
  return (id) => escapeHtml(known[id] ?? id)
}
