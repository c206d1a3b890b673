// Curve arithmetic by the list: checking coins and signing outputs, here or on threads; redeem.ts and issue.ts call it.

import { isTuppenceError, TuppenceError } from '@tuppence/protocol'
import { mapInTurns } from '../turns.ts'
import type { BlindSigned, DenominationKey, MintCurve } from './port.ts'

/** A coin to be checked: its secret, its point C, and the key that must have signed it. */
export interface CoinToCheck {
  readonly secret: string
  readonly c: string
  readonly privateKey: Uint8Array
}

/** An output to be signed. */
export interface OutputToSign {
  readonly output: string
  readonly key: DenominationKey
}

/** Does lists in order. */
export interface CurveWork {
  /** Each coin's point Y, or undefined for one that the key has not signed. @throws {TuppenceError} `bad-secret`. */
  check(coins: readonly CoinToCheck[]): Promise<readonly (string | undefined)[]>
  /** @throws {TuppenceError} `bad-point`. */
  sign(outputs: readonly OutputToSign[]): Promise<readonly BlindSigned[]>
  close(): Promise<void>
}

/** Checks one coin. */
export function checkCoin(curve: MintCurve, { secret, c, privateKey }: CoinToCheck): string | undefined {
  const y = curve.hashToCurve(secret)
  return curve.verifyCoin({ y, c }, privateKey) ? y : undefined
}

/** Does it on the thread that asks, in short turns. */
export function workHere(curve: MintCurve): CurveWork {
  return {
    check: (coins) => mapInTurns(coins, (coin) => checkCoin(curve, coin)),
    sign: (outputs) => mapInTurns(outputs, ({ output, key }) => curve.sign(output, key)),
    close: async () => {},
  }
}

/** A list for a thread, and what it answers. */
export type Job =
  | { readonly id: number; readonly kind: 'check'; readonly items: readonly CoinToCheck[] }
  | { readonly id: number; readonly kind: 'sign'; readonly items: readonly OutputToSign[] }

/** @see Job. `code`: of the error that it ended in. */
export type JobResult =
  | { readonly id: number; readonly items: readonly (string | undefined)[] | readonly BlindSigned[] }
  | { readonly id: number; readonly code: string }

/** Does a job, errors and all. */
export function doJob(curve: MintCurve, job: Job): JobResult {
  try {
    const items =
      job.kind === 'check'
        ? job.items.map((coin) => checkCoin(curve, coin))
        : job.items.map(({ output, key }) => curve.sign(output, key))
    return { id: job.id, items }
  } catch (error) {
    return { id: job.id, code: isTuppenceError(error) ? error.code : 'internal' }
  }
}

/** The error of a job's code. */
export function jobError(code: string): TuppenceError {
  return new TuppenceError(code === 'bad-point' || code === 'bad-secret' ? code : 'internal')
}
