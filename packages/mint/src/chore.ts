// What a mint does now and then beside answering; mint.ts starts it.

import { isTuppenceError } from '@tuppence/protocol'
import type { Log } from './ports.ts'

/**
 * Does something every so often, without keeping the process alive for it; a failure is logged, and it is tried again.
 *
 * @returns Ends it.
 */
export function startChore(
  log: Log,
  { event, everyMs }: { event: string; everyMs: number },
  work: () => Promise<unknown>,
): () => void {
  const timer = setInterval(() => {
    work().catch((error: unknown) => log('error', event, { reason: nameOf(error) }))
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

function nameOf(error: unknown): string {
  return isTuppenceError(error) ? error.code : error instanceof Error ? error.name : typeof error
}
