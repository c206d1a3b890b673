/** Settles what a crash or a silent mint left open: on start, and again after each unknown outcome, ever more rarely. */
import { isTuppenceError } from '@tuppence/protocol'
import { settle, type AcceptDeps } from './accept.ts'
import type { JournaledPayment } from './journal/port.ts'
import { settleRefund } from './refund.ts'

/** Recovery of one till. */
export type Recovery = Readonly<{
  /** Repeats every open deposit and refund once. @returns How many were settled (either way), and how many are still open. */
  now: () => Promise<Readonly<{ settled: number; left: number }>>
  /** Asks for a run soon; several callers get one run. */
  soon: () => void
  /** Ends it; a run under way is waited for. */
  stop: () => Promise<void>
}>

const batchMax = 1_000
const concurrencyMax = 4
const firstDelayMs = 1_000
const delayMsMax = 60_000

/** Makes recovery for a till; nothing runs until asked. */
export function recovery(deps: AcceptDeps): Recovery {
  let delayMs = firstDelayMs
  let timer: NodeJS.Timeout | undefined
  let running: Promise<Readonly<{ settled: number; left: number }>> | undefined
  let stopped = false

  const now: Recovery['now'] = () => {
    running ??= runOnce(deps, () => stopped).finally(() => (running = undefined))
    return running
  }
  const soon = (): void => {
    if (stopped || timer) return
    timer = setTimeout(async () => {
      timer = undefined
      delayMs = Math.min(delayMs * 2, delayMsMax)
      const left = await now().then(
        (result) => result.left,
        () => 1,
      )
      if (left > 0) soon()
      else delayMs = firstDelayMs
    }, delayMs)
    timer.unref()
  }
  const stop = async (): Promise<void> => {
    stopped = true
    clearTimeout(timer)
    await running?.catch(() => undefined)
  }
  return { now, soon, stop }
}

async function runOnce(
  deps: AcceptDeps,
  isStopped: () => boolean,
): Promise<Readonly<{ settled: number; left: number }>> {
  const tried = new Set<string>()
  let left = 0
  let batch: JournaledPayment[]
  do {
    // Those that stay open come again, as the oldest: with room for them, each payment gets its turn, however many there are.
    const open = await deps.journal.unsettled(left + batchMax)
    batch = open.filter(({ reference }) => !tried.has(reference))
    for (const { reference } of batch) tried.add(reference)
    left += await settleAll(deps, batch, isStopped)
  } while (batch.length >= batchMax && !isStopped())
  const refunds = await settleRefunds(deps, isStopped)
  left += refunds.left
  const all = tried.size + refunds.tried
  if (all === 0) return { settled: 0, left: 0 }
  deps.log({ event: 'recovered', payments: all - left, left })
  return { settled: all - left, left }
}

async function settleRefunds(
  deps: AcceptDeps,
  isStopped: () => boolean,
): Promise<Readonly<{ tried: number; left: number }>> {
  const open = await deps.journal.unsettledRefunds(batchMax)
  let left = 0
  for (const refund of open) {
    if (isStopped()) break
    await settleRefund(deps, refund).catch((error: unknown) => {
      if (!isTuppenceError(error, 'refund-refused')) left += 1
    })
  }
  return { tried: open.length, left }
}

/** @returns How many are still open. */
async function settleAll(
  deps: AcceptDeps,
  payments: readonly JournaledPayment[],
  isStopped: () => boolean,
): Promise<number> {
  const waiting = [...payments]
  let left = 0
  const worker = async (): Promise<void> => {
    for (let payment = waiting.shift(); payment && !isStopped(); payment = waiting.shift()) {
      // A refusal settles it as well: settle() has said so in the log, and has forgotten the payment.
      await settle(deps, payment).catch(async () => {
        if ((await deps.journal.find(payment.reference))?.stage === 'received') left += 1
      })
    }
  }
  await Promise.all(Array.from({ length: concurrencyMax }, worker))
  return left
}
