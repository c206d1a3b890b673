/** Runs curve arithmetic in a worker; `@tuppence/core/curve-worker`, the whole of a worker's script being `serveCurve()`. */
import { answerCurve, type CurveChannel } from './curve/connect.ts'
import { directCurve } from './curve/direct.ts'

export { connectCurve } from './curve/connect.ts'

/**
 * Serves `CurvePort` to the page at the other end.
 *
 * @param channel - The worker's own when absent; or a started `MessagePort`.
 */
export function serveCurve(channel: CurveChannel = globalThis as unknown as CurveChannel): void {
  answerCurve(channel, directCurve())
}
