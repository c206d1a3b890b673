/** A journal with sales that a test makes up one by one, and the reports that could be had of it at any time. */
import { closings } from '../insights/closing.ts'
import { makeReport, type Range, type Report } from '../insights/report.ts'
import type { Journal } from '../journal/port.ts'
import { memoryJournal } from '../journal/sqlite.ts'
import { receivedPayment } from '../journal/contract.ts'

const dayMs = 86_400_000

/** A sale of a test. `day`: from the first one, 0; `reader`: nobody's key where it is absent. */
export type MadeUp = Readonly<{
  day: number
  offer: string
  price: number
  reader?: string
  kind?: 'article' | 'tip'
}>

/** Where a test sells. Its first day is 1 September 2026. */
export type Newsstand = Readonly<{
  journal: Journal
  dayMs: (day: number) => number
  sell: (sale: MadeUp) => Promise<string>
  giveBack: (reference: string, day: number) => Promise<void>
  look: (day: number, offer: string, price: number, times: number) => Promise<void>
  /** The report as it is on the morning after a day. */
  reportAfter: (day: number, range?: Range) => Promise<Report>
  close: () => Promise<void>
}>

const firstMs = Date.UTC(2026, 8, 1)

/** Opens a newsstand. @param secret - What chance is drawn from. */
export function openNewsstand(secret = 'secret'): Newsstand {
  const journal = memoryJournal()
  let sold = 0
  const startOf = (day: number): number => firstMs + day * dayMs
  return {
    journal,
    dayMs: startOf,
    sell: async ({ day, offer, price, reader, kind = 'article' }) => {
      sold += 1
      const reference = `sale ${sold}`
      const atMs = startOf(day) + sold
      const key = reader === undefined ? {} : { reader: { thumbprint: reader, publicKey: reader } }
      const named = {
        reference,
        offerId: offer,
        kind,
        price,
        amount: price,
        challengeId: reference,
        receivedAtMs: atMs,
      }
      await journal.receive(receivedPayment({ ...named, ...key }))
      await journal.deposited(reference, { receipt: 'receipt', atMs })
      return reference
    },
    giveBack: async (reference, day) => {
      const payment = await journal.find(reference)
      if (!payment) throw new Error(`no payment ${reference}`)
      const { offerId, amount, unit, reader } = payment
      const atMs = startOf(day) + dayMs / 2
      const refund = { reference, thumbprint: reader?.thumbprint ?? '', offerId, amount, unit, request: '{}' }
      await journal.refund(
        { ...refund, startedAtMs: atMs },
        { allowance: { startMs: 0, endMs: atMs }, admit: () => undefined },
      )
      await journal.refunded(reference, { answer: '{}', atMs })
    },
    look: (day, offerId, price, asked) => journal.asked([{ dayMs: startOf(day), offerId, price, asked }]),
    reportAfter: async (day, range = {}) => {
      const nowMs = (): number => startOf(day + 1) + dayMs / 4
      const dither = { secret: new TextEncoder().encode(secret), groupMin: 10 }
      const closing = closings({ journal, nowMs, dither, keepDays: 400 }, (error) => {
        throw error
      })
      await closing.run()
      await closing.stop()
      return makeReport({ journal, nowMs, offers: [], unit: 'usd', groupMin: 10, isClosed: true }, range)
    },
    close: () => journal.close(),
  }
}
