// Counts for Prometheus: requests by route and status, how long they took, and how full the mint is; admin.ts shows them.

/** What the mint counts. No label holds anything that a client sent. */
export interface Metrics {
  observe(route: string, status: number, ms: number): void
  /** Adds a gauge, asked for when it is shown. */
  gauge(name: string, help: string, read: () => number): void
  /** Everything, in the text format of Prometheus 0.0.4. */
  text(): string
}

const bucketsMs: readonly number[] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]

interface Series {
  readonly statuses: Map<number, number>
  readonly buckets: number[]
  sumMs: number
  count: number
}

/** Makes an empty set of counts. */
export function createMetrics(): Metrics {
  const routes = new Map<string, Series>()
  const gauges: { name: string; help: string; read: () => number }[] = []
  return {
    observe: (route, status, ms) => {
      const series = routes.get(route) ?? { statuses: new Map(), buckets: bucketsMs.map(() => 0), sumMs: 0, count: 0 }
      routes.set(route, series)
      series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1)
      series.sumMs += ms
      series.count++
      const bucket = bucketsMs.findIndex((bound) => ms <= bound)
      if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] as number) + 1
    },
    gauge: (name, help, read) => void gauges.push({ name, help, read }),
    text: () => [...requestLines(routes), ...durationLines(routes), ...gauges.flatMap(gaugeLines), ''].join('\n'),
  }
}

function requestLines(routes: ReadonlyMap<string, Series>): string[] {
  const lines = [
    '# HELP tuppence_mint_requests_total Answers by route and status.',
    '# TYPE tuppence_mint_requests_total counter',
  ]
  for (const [route, { statuses }] of routes) {
    for (const [status, count] of statuses) {
      lines.push(`tuppence_mint_requests_total{route="${route}",status="${status}"} ${count}`)
    }
  }
  return lines
}

function durationLines(routes: ReadonlyMap<string, Series>): string[] {
  const name = 'tuppence_mint_request_seconds'
  const lines = [`# HELP ${name} Time to answer, by route.`, `# TYPE ${name} histogram`]
  for (const [route, { buckets, sumMs, count }] of routes) {
    let below = 0
    for (const [index, bound] of bucketsMs.entries()) {
      below += buckets[index] as number
      lines.push(`${name}_bucket{route="${route}",le="${bound / 1000}"} ${below}`)
    }
    lines.push(`${name}_bucket{route="${route}",le="+Inf"} ${count}`)
    lines.push(`${name}_sum{route="${route}"} ${sumMs / 1000}`, `${name}_count{route="${route}"} ${count}`)
  }
  return lines
}

function gaugeLines({ name, help, read }: { name: string; help: string; read: () => number }): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${read()}`]
}
