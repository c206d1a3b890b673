/** The page's end of a worker that does curve arithmetic: every method of `CurvePort` as one message each way. */
import { isTuppenceError, TuppenceError, type ErrorCode } from '@tuppence/protocol'
import type { CurvePort } from '../ports.ts'

/** Page to worker. */
export type CurveCall = { readonly id: number; readonly method: keyof CurvePort; readonly input: unknown }
/** Worker to page: an output, or the code of what was thrown. */
export type CurveReply = { readonly id: number; readonly output?: unknown; readonly code?: ErrorCode }

/** A `Worker`, a `MessagePort` (started), or what a test puts in their place. */
export type CurveChannel = {
  readonly postMessage: (message: unknown) => void
  readonly addEventListener: (type: 'message' | 'error', listener: (event: { readonly data?: unknown }) => void) => void
}

/**
 * Makes a curve port out of a worker that runs `serveCurve` (entry `@tuppence/core/curve-worker`).
 *
 * @example createWallet({ curve: async () => connectCurve(new Worker(url, { type: 'module' })), ... })
 */
export function connectCurve(channel: CurveChannel): CurvePort {
  const waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: unknown) => void }>()
  let last = 0
  let broken = false
  channel.addEventListener('message', ({ data }) => {
    const { id, output, code } = data as CurveReply
    const call = waiting.get(id)
    waiting.delete(id)
    if (code) call?.reject(new TuppenceError(code))
    else call?.resolve(output)
  })
  channel.addEventListener('error', () => {
    // A worker that could not be loaded says so once and then answers nobody.
    broken = true
    for (const { reject } of waiting.values()) reject(new TuppenceError('internal'))
    waiting.clear()
  })
  const call = (method: keyof CurvePort) => (input: unknown) =>
    new Promise<never>((resolve, reject) => {
      if (broken) return reject(new TuppenceError('internal'))
      const id = ++last
      waiting.set(id, { resolve: resolve as (output: unknown) => void, reject })
      channel.postMessage({ id, method, input } satisfies CurveCall)
    })
  return {
    makeOutputs: call('makeOutputs'),
    unblind: call('unblind'),
    verify: call('verify'),
    points: call('points'),
    quoteKey: call('quoteKey'),
    signQuote: call('signQuote'),
  }
}

/** Answers calls on a channel with a curve port; the worker's entry calls it with the real one. */
export function answerCurve(channel: CurveChannel, curve: CurvePort): void {
  channel.addEventListener('message', ({ data }) => {
    const { id, method, input } = data as CurveCall
    const run = Object.hasOwn(curve, method) ? (curve[method] as (input: unknown) => Promise<unknown>) : undefined
    const done = run ? run(input) : Promise.reject(new TuppenceError('bad-request'))
    done.then(
      (output) => channel.postMessage({ id, output } satisfies CurveReply),
      (error: unknown) =>
        channel.postMessage({ id, code: isTuppenceError(error) ? error.code : 'internal' } satisfies CurveReply),
    )
  })
}
