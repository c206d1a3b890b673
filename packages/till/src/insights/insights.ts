/** Insights as a till has them: closing in the background, reports, and answers to its own page; createTill() wires it. */
import { TuppenceError } from '@tuppence/protocol'
import { withoutBody } from '../answer.ts'
import type { TillSettings } from '../config.ts'
import type { Journal } from '../journal/port.ts'
import type { Log } from '../log.ts'
import { answerGuarded } from './answer.ts'
import { closings } from './closing.ts'
import { makeReport, type Range, type Report } from './report.ts'

/** What insights work with. `settings` may change while the till is open. */
export type InsightsDeps = Readonly<{
  settings: TillSettings
  journal: Journal
  nowMs: () => number
  log: Log
  saltSecret: Uint8Array
}>

/** A till's insights. `answer`: to a request for the page, its files and data; nothing for other paths. */
export type Insights = Readonly<{
  /** @param patienceMs - How long days may be closed before it is made without them; absent: as long as it takes. */
  report: (range?: Range, patienceMs?: number) => Promise<Report>
  answer: (request: Request, pathname: string) => Promise<Response | undefined>
  stop: () => Promise<void>
}>

/** Opens insights. Nothing is closed, and nothing answered, where they are not configured. */
export function openInsights(deps: InsightsDeps): Insights {
  const { journal, nowMs, log, saltSecret: secret } = deps
  const { insights, origin, realm, terms } = deps.settings
  if (!insights) {
    const report = async (): Promise<Report> => {
      throw new TuppenceError('not-found', { details: { field: 'insights' } })
    }
    return { report, answer: async () => undefined, stop: async () => undefined }
  }
  const { adminToken, path, groupMin } = insights
  const closing = closings(
    { journal, nowMs, dither: { secret, groupMin }, keepDays: terms.keepDays },
    (error: unknown) => log({ event: 'failed', offer: '', error: error instanceof Error ? error.message : 'unknown' }),
  )
  const report = async (range: Range = {}, patienceMs?: number): Promise<Report> => {
    const isClosed = await within(closing.run(), patienceMs)
    const { offers, unit } = deps.settings
    return makeReport({ journal, nowMs, offers, unit, groupMin, isClosed }, range)
  }
  return {
    report,
    answer: async (request, pathname) => {
      if (adminToken === undefined || !`${pathname}/`.startsWith(`${path}/`)) return undefined
      const signIn = { adminToken, secret, path, origin, nowMs }
      const answer = await answerGuarded({ report, name: realm, signIn }, request, pathname.slice(path.length + 1))
      return request.method === 'HEAD' ? withoutBody(answer) : answer
    },
    stop: closing.stop,
  }
}

/** Whether something ended in time. @throws What it throws in that time. */
async function within(work: Promise<void>, ms: number | undefined): Promise<boolean> {
  if (ms === undefined) return work.then(() => true)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer))
}
