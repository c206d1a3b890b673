/** What a till says of its work: one event a step, without a token, a key, a reader or a query string. */
import type { ErrorCode } from '@tuppence/protocol'

/** `deposit` is one answer of the mint to coins that were sent to it; `paid` and `reopened` are answers to readers. */
export type TillEvent =
  | Readonly<{ event: 'challenged'; offer: string; amount: number; unit: string }>
  | Readonly<{
      event: 'deposit'
      offer: string
      amount: number
      unit: string
      outcome: 'credited' | 'refused' | 'unknown'
      code?: ErrorCode
      reason?: string
    }>
  | Readonly<{ event: 'paid'; offer: string; amount: number; unit: string; repeat: 'first' | 'again' }>
  | Readonly<{ event: 'reopened' | 'granted' | 'claimed' | 'crawled'; offer: string }>
  | Readonly<{ event: 'covered'; offer: string; by: 'pass' | 'cap' }>
  | Readonly<{
      event: 'refund'
      offer: string
      amount: number
      unit: string
      outcome: 'credited' | 'refused' | 'unknown'
      code?: ErrorCode
      reason?: string
    }>
  | Readonly<{ event: 'webhook'; type: string; outcome: 'sent' | 'again' | 'given-up'; status: number }>
  | Readonly<{ event: 'refused'; offer: string; code: ErrorCode; reason?: string }>
  | Readonly<{ event: 'recovered'; payments: number; left: number }>
  | Readonly<{ event: 'failed'; offer: string; error: string }>

/** Takes events; must not throw. */
export type Log = (event: TillEvent) => void

/** Writes each event as one line of JSON to standard output: the default of createTill(). */
export const jsonLog: Log = (event) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), from: 'till', ...event })}\n`)
}
