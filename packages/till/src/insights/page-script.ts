// Draws the charts of the insights page from the tables that stand in it, by uPlot; runs in the publisher's browser.
import type UPlot from 'uplot'

declare const uPlot: typeof UPlot

type Point = Readonly<{ atSeconds: number; text: string; values: readonly (number | null)[] }>
type Kind = 'money' | 'share'

const heightPixels = 240

for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) draw(figure)
document.documentElement.dataset['drawn'] = 'yes'
performance.mark('insights-drawn')

function draw(figure: HTMLElement): void {
  const plot = figure.querySelector<HTMLElement>('.plot')
  const readout = figure.querySelector<HTMLElement>('.readout')
  const points = pointsOf(figure)
  if (!plot || !readout || points.length === 0) return
  plot.hidden = false
  const keys = figure.querySelector<HTMLElement>('[id$="-keys"]')
  if (keys) keys.hidden = false
  const tell = (index: number): void => {
    readout.textContent = points[index]?.text ?? ''
  }
  tell(points.length - 1)
  let chart = make(figure, plot, points, tell)
  const again = (): void => {
    chart.destroy()
    chart = make(figure, plot, points, tell)
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again)
  new ResizeObserver(([entry]) => {
    if (entry && Math.round(entry.contentRect.width) !== chart.width)
      chart.setSize({ width: Math.round(entry.contentRect.width), height: heightPixels })
  }).observe(plot)
  plot.addEventListener('keydown', (event) => {
    const now = chart.cursor.idx ?? points.length
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: points.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    go(chart, points, Math.max(0, Math.min(points.length - 1, next)))
  })
}

function go(chart: UPlot, points: readonly Point[], index: number): void {
  const point = points[index]
  if (!point) return
  chart.setCursor({ left: chart.valToPos(point.atSeconds, 'x'), top: 10 })
}

/** What the table says, a row a point: a time, and the cells that have a value. */
function pointsOf(figure: HTMLElement): Point[] {
  return [...figure.querySelectorAll('tbody tr')].map((row) => {
    const day = row.querySelector('time')?.dateTime ?? ''
    const names = [...figure.querySelectorAll('thead th')].map((head) => head.textContent?.toLowerCase() ?? '')
    const cells = [...row.querySelectorAll('td')].map(
      (cell, index) => `${names[index + 1] ?? ''} ${cell.textContent ?? ''}`,
    )
    return {
      atSeconds: Date.parse(`${day}T00:00:00Z`) / 1_000,
      text: `${row.querySelector('time')?.textContent ?? ''}: ${cells.join(', ')}`,
      values: [...row.querySelectorAll<HTMLElement>('[data-v]')].map(({ dataset: { v } }) => (v ? Number(v) : null)),
    }
  })
}

function make(figure: HTMLElement, plot: HTMLElement, points: readonly Point[], told: (index: number) => void): UPlot {
  const kind = figure.dataset['chart'] as Kind
  const style = getComputedStyle(figure)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const [accent, soft, quiet, grid, second] = ['--accent', '--soft', '--quiet', '--line', '--second'].map(colour)
  const axis = {
    stroke: quiet ?? '',
    grid: { stroke: grid ?? '', width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  }
  const label = labelOf(figure)
  const bars = uPlot.paths.bars?.({ size: [0.65, 48], radius: 0.15 })
  const line = { stroke: accent ?? '', width: 2, spanGaps: false, points: { show: points.length < 40 } }
  const bar = {
    ...(bars && { paths: bars }),
    fill: accent ?? '',
    stroke: accent ?? '',
    width: 0,
    points: { show: false },
  }
  const back = { stroke: second ?? '', width: 2, points: { show: false } }
  const day = 86_400
  const first = points[0]?.atSeconds ?? 0
  const last = points.at(-1)?.atSeconds ?? 0
  return new uPlot(
    {
      width: Math.round(plot.clientWidth) || 320,
      height: heightPixels,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'UTC'),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8, fill: soft ?? '' } },
      scales: {
        x: { range: [first - day / 2, last + day / 2] },
        y: { range: (_, _min, max) => [0, (max || 1) * 1.08] },
      },
      axes: [
        { ...axis, size: 32, space: 70, values: (_, splits) => splits.map(shortDay) },
        { ...axis, size: 62, values: (_, splits) => splits.map(label) },
      ],
      series: kind === 'money' ? [{}, bar, back] : [{}, line],
      hooks: { setCursor: [({ cursor: { idx } }) => idx !== null && idx !== undefined && told(idx)] },
    },
    [points.map(({ atSeconds }) => atSeconds), ...columnsOf(points, kind === 'money' ? 2 : 1)],
    plot,
  )
}

function columnsOf(points: readonly Point[], count: number): (number | null)[][] {
  return Array.from({ length: count }, (_, index) => points.map(({ values }) => values[index] ?? null))
}

function labelOf({ dataset }: HTMLElement): (value: number) => string {
  const { chart, unit = '', digits = '0' } = dataset
  if (chart === 'share') {
    const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
    return (value) => percent.format(value)
  }
  const scale = 10 ** Number(digits)
  const isCurrency = /^[a-z]{3}$/.test(unit) && Number(digits) > 0
  const money = isCurrency
    ? new Intl.NumberFormat('en', { style: 'currency', currency: unit.toUpperCase(), maximumSignificantDigits: 4 })
    : new Intl.NumberFormat('en')
  return (value) => money.format(value / scale)
}

function shortDay(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(seconds * 1_000)
}
