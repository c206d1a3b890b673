// Places where a test may have the process die, as a machine may at any of them; the ledger and the app pass them.

/** Where a process can be made to die: `name:n` in TUPPENCE_FAILPOINT kills it the n-th time it comes by. */
export type Failpoint =
  | 'batch-begun'
  | 'operation-applied'
  | 'before-commit'
  | 'after-commit'
  | 'before-answer'
  | 'epoch-noted'
  | 'melt-started'
  | 'melt-paid'
  | 'payout-marked'
  | 'payout-booked'
  | 'payout-sent'
  | 'payout-settled'

const [wanted, times] = (process.env['TUPPENCE_FAILPOINT'] ?? '').split(':')
let left = Number(times ?? 1)

/** Dies here, at once and without a word, if that is what the environment asks for; else does nothing. */
export function reach(point: Failpoint): void {
  if (point === wanted && --left === 0) process.kill(process.pid, 'SIGKILL')
}
