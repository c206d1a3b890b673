/** Tells the mint of the till's days, in sums alone: what its rules against fraud hold against deposits. app.ts has it done once a day. */
import { depositComponents, reportRoute, signRequest, TuppenceError, type Report } from '@tuppence/protocol'
import type { TillSettings } from './config.ts'
import { exchange } from './exchange.ts'
import type { Journal, Sale } from './journal/port.ts'
import type { AccountKey } from './keys.ts'

const dayMs = 86_400_000
/** Days that are told of each time: a till that was down for a while catches up. */
const daysBack = 3
const pricesMax = 1_000

/** What is worked with. */
export type ReportDeps = Readonly<{
  settings: TillSettings
  account: AccountKey
  journal: Pick<Journal, 'sales'>
  nowMs: () => number
}>

/** Sends the reports of the last days that are over. @throws {TuppenceError} `mint-unavailable` */
export async function sendReports(deps: ReportDeps): Promise<void> {
  const { settings, journal, nowMs } = deps
  const today = Math.floor(nowMs() / dayMs) * dayMs
  for (let startMs = today - daysBack * dayMs; startMs < today; startMs += dayMs)
    await send(deps, reportOf(settings, startMs, await journal.sales({ startMs, endMs: startMs + dayMs })))
}

/**
 * What is said of a day.
 *
 * @param startMs - First moment of the day, UTC.
 * @param sales - Of that day.
 */
export function reportOf(
  { offers, unit }: Pick<TillSettings, 'offers' | 'unit'>,
  startMs: number,
  sales: readonly Sale[],
): Report {
  const jars = new Map(offers.flatMap((offer) => (offer.kind === 'tip' ? [[offer.id, offer] as const] : [])))
  const report = { views: 0, unlocks: 0, tips: { count: 0, amount: 0, atMax: 0 } }
  const prices = new Set(offers.flatMap((offer) => (offer.kind === 'tip' ? [] : [offer.price])))
  for (const { offerId, price, asked, count, amount } of sales) {
    report.views += asked
    const jar = jars.get(offerId)
    if (jar === undefined) {
      report.unlocks += count
      prices.add(price)
      continue
    }
    report.tips.count += count
    report.tips.amount += amount
    if (price >= jar.max) report.tips.atMax += count
  }
  const [first] = jars.values()
  return {
    day: new Date(startMs).toISOString().slice(0, 10),
    unit,
    ...report,
    ...(first && {
      tipJar: {
        min: [...jars.values()].reduce((least, { min }) => Math.min(least, min), first.min),
        max: [...jars.values()].reduce((most, { max }) => Math.max(most, max), first.max),
      },
    }),
    prices: [...prices].slice(0, pricesMax),
  }
}

async function send({ settings, account, nowMs }: ReportDeps, report: Report): Promise<void> {
  const { internalUrl, timeoutMs } = settings.mint
  const url = internalUrl + reportRoute.path.replace('{account}', settings.account)
  const body = JSON.stringify(report)
  const { method } = reportRoute
  const signed = await signRequest(
    { method, url, body },
    { key: account.privateKey, keyId: account.thumbprint, createdMs: nowMs(), components: depositComponents },
  )
  const headers = { ...signed, 'content-type': 'application/json' }
  const { status } = await exchange({ url, method, timeoutMs, body, headers }).catch((cause: unknown) => {
    throw new TuppenceError('mint-unavailable', { details: { reason: 'no-answer' }, cause })
  })
  if (status !== 200) throw new TuppenceError('mint-unavailable', { details: { reason: `status-${status}` } })
}
