// The order in which outputs travel, which must not tell what a wallet is about to pay.

import type { BlindedMessage, BlindSignature } from './coin.ts'

/**
 * Sorts outputs by amount, ascending; equal amounts keep their order.
 *
 * @see NUT-03 "Swap to send"
 */
export function orderOutputs<T extends { readonly amount: number }>(outputs: readonly T[]): T[] {
  return outputs.toSorted((a, b) => a.amount - b.amount)
}

/** Says whether outputs ascend by amount. */
export function isOrdered(outputs: readonly { readonly amount: number }[]): boolean {
  return outputs.every((output, index) => index === 0 || outputs[index - 1]!.amount <= output.amount)
}

/** Says whether signatures answer outputs one by one: same count, and the amount and keyset of each. */
export function answersOutputs(outputs: readonly BlindedMessage[], signatures: readonly BlindSignature[]): boolean {
  return (
    outputs.length === signatures.length &&
    outputs.every((output, index) => {
      const signature = signatures[index]!
      return output.amount === signature.amount && output.id === signature.id
    })
  )
}

/**
 * Splits an amount into the fewest coins.
 *
 * @param amount - Minor units, 0 or more.
 * @param amounts - Denominations, each at least 1, in any order.
 * @returns Ascending amounts, or undefined when greedy choice leaves a rest.
 */
export function splitAmount(amount: number, amounts: readonly number[]): number[] | undefined {
  const coins: number[] = []
  let rest = amount
  for (const value of amounts.toSorted((a, b) => b - a)) {
    for (; rest >= value; rest -= value) coins.push(value)
  }
  return rest === 0 ? coins.reverse() : undefined
}
