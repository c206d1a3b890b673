// What wallets ask about coins after the fact: their states (NUT-07) and signatures lost on the way (NUT-09).

import type { BlindedMessage, BlindSignature } from '@tuppence/protocol'
import type { Deps } from './deps.ts'
import { signatureOf } from './issue.ts'
import type { CoinState } from './ledger/port.ts'

/** The state of one coin. PENDING is one that a melt has, whose outcome is not known; all else is one transaction. */
export interface CoinStateAnswer {
  readonly Y: string
  readonly state: CoinState['state']
  readonly witness: string | null
}

/** States of coins, in the order asked. */
export async function checkStates(deps: Deps, ys: readonly string[]): Promise<{ states: CoinStateAnswer[] }> {
  const states = await deps.ledger.coinStates(ys)
  return {
    states: ys.map((Y, index) => ({
      Y,
      state: states[index]?.state ?? 'UNSPENT',
      witness: states[index]?.witness ?? null,
    })),
  }
}

/** The outputs that were signed before, with their signatures. */
export async function restore(
  deps: Deps,
  outputs: readonly BlindedMessage[],
): Promise<{ outputs: BlindedMessage[]; signatures: BlindSignature[] }> {
  const promises = await deps.ledger.promised(outputs.map((output) => output.B_))
  const found = promises.filter((promised) => promised !== undefined)
  return {
    outputs: found.map(({ amount, keyset, b }) => ({ amount, id: keyset, B_: b })),
    signatures: found.map(signatureOf),
  }
}
