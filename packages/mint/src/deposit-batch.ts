// Several deposits in one request, each for itself: a till under load sends what waits together; handlers.ts calls it.

import { depositSchema, toProblem, TuppenceError } from '@tuppence/protocol'
import { decode } from './body.ts'
import { deposit } from './deposit.ts'
import type { Deps } from './deps.ts'
import { codeOf, tellFailure } from './failure.ts'
import { routes } from './routes.ts'

/** Coins that are checked before others get a turn: some milliseconds of curve arithmetic. */
const coinsPerTurn = 16

/**
 * Does deposits of one account, whose key has signed them all.
 *
 * Each is the deposit that it would be alone: the same hash, the same stored answer, the same bytes (S5). One that is refused
 * or fails takes no other with it.
 *
 * @param deposits - As they came: each is checked by itself.
 * @returns The answer's text: for each deposit, in order, what it would get alone.
 */
export async function depositBatch(deps: Deps, account: string, deposits: readonly unknown[]): Promise<string> {
  // Whoever is checked first waits for the others, so that all of them are in one commit.
  const checked = Promise.withResolvers<void>()
  const answers: Promise<string>[] = []
  let coins = 0
  for (const each of deposits) {
    if (coins >= coinsPerTurn) {
      coins = 0
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    answers.push(answerOf(deps, { account, value: each, checked: checked.promise }))
    coins += coinsOf(each)
  }
  checked.resolve()
  return `{"answers":[${(await Promise.all(answers)).join(',')}]}`
}

async function answerOf(
  deps: Deps,
  { account, value, checked }: { account: string; value: unknown; checked: Promise<void> },
): Promise<string> {
  const startedMs = performance.now()
  const told = (status: number) => deps.metrics.observe('(deposit in a batch)', status, performance.now() - startedMs)
  try {
    const request = decode(depositSchema, value)
    // The key that has signed is this account's and no other's.
    if (request.account !== account) throw new TuppenceError('account-forbidden')
    deps.depositRate.visit(account, deps.clock.nowMs())
    const text = await deposit(deps, request, checked)
    told(200)
    return text
  } catch (error) {
    const problem = toProblem(error)
    if (problem.status >= 500) tellFailure(deps, routes.depositBatch.path, error)
    deps.log('debug', 'refused-in-batch', { code: codeOf(error) })
    told(problem.status)
    return JSON.stringify(problem)
  }
}

function coinsOf(value: unknown): number {
  const { inputs } = (value ?? {}) as { inputs?: unknown }
  return Array.isArray(inputs) ? inputs.length : 0
}
