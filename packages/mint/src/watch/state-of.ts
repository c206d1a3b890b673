// The state of what is watched, as its route tells it; mint.ts gives it to the hub.

import type { Deps } from '../deps.ts'
import { quoteStanding, readQuote } from '../issue.ts'
import { meltState } from '../melt.ts'
import { checkStates } from '../state.ts'
import type { Watched } from './hub.ts'

/** JSON text of a quote or of a coin's state. @throws {TuppenceError} `quote-unknown`, `funding-unsupported`. */
export async function stateOf(deps: Deps, watched: Watched, id: string): Promise<string> {
  if (watched.what === 'proof_state') return JSON.stringify((await checkStates(deps, [id])).states[0])
  if (watched.what === 'mint_quote')
    return JSON.stringify(await quoteStanding(deps, await readQuote(deps, watched.method, id)))
  return meltState(deps, watched.method, id)
}
