// What wallets ask about coins after the fact: their states (NUT-07) and signatures lost on the way (NUT-09).

import { TuppenceError, type BlindedMessage, type BlindSignature } from '@tuppence/protocol'
import type { Deps } from './deps.ts'
import { signatureOf } from './issue.ts'
import type { CoinState } from './ledger/port.ts'

/** Most outputs of one restore request: other wallets ask for 300 at once, and nothing is signed. */
const restoreMax = 512

/** The state of one coin. PENDING is one that a melt has, whose outcome is not known; all else is one transaction. */
export interface CoinStateAnswer {
  readonly Y: string
  readonly state: CoinState['state']
  readonly witness: string | null
}

/** States of coins, in the order asked. */
export async function checkStates(deps: Deps, ys: readonly string[]): Promise<{ states: CoinStateAnswer[] }> {
  if (ys.length > deps.config.limits.inputsMax) throw new TuppenceError('inputs-too-many')
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
  if (outputs.length > Math.max(restoreMax, deps.config.limits.outputsMax)) throw new TuppenceError('outputs-too-many')
  const promises = await deps.ledger.promised(outputs.map((output) => output.B_))
  const found = promises.filter((promised) => promised !== undefined)
  return {
    outputs: found.map(({ amount, keyset, b }) => ({ amount, id: keyset, B_: b })),
    signatures: found.map(signatureOf),
  }
}
