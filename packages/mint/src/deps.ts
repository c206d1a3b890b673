// What every operation of the mint works with; mint.ts puts it together, issue, redeem and deposit take it first.

import { TuppenceError } from '@tuppence/protocol'
import type { MintConfig } from './config.ts'
import type { Blobs } from './blobs/port.ts'
import type { Funding } from './funding/port.ts'
import type { Keyring } from './keys.ts'
import type { Submit } from './ledger/group.ts'
import type { Ledger, Operation, Outcome } from './ledger/port.ts'
import type { Metrics } from './metrics.ts'
import type { Ports } from './ports.ts'
import type { RateLimit } from './rate.ts'
import type { ReceiptSigner } from './receipts.ts'

/** The mint's parts. `submit` is the only way to change the ledger while serving. */
export interface Deps extends Ports {
  readonly config: MintConfig
  /** Public URL, without a slash at the end. */
  readonly url: string
  /** The mint's long-lived public key, 33 bytes: /v1/info names it. */
  readonly identity: Uint8Array
  readonly ledger: Ledger
  readonly blobs: Blobs
  readonly submit: Submit
  readonly keyring: Keyring
  readonly receipts: ReceiptSigner
  readonly metrics: Metrics
  /** How often a publisher may deposit. */
  readonly depositRate: RateLimit
  /** Checks signatures by accounts' keys (base64url). */
  readonly verifyEd25519: (key: string, signature: Uint8Array, message: Uint8Array) => boolean
  readonly funding: ReadonlyMap<string, Funding>
}

/** What an operation left out does nothing of. */
export type Change = Pick<Operation, 'hash' | 'kind' | 'unit' | 'answer'> & Partial<Operation>

/**
 * Does an operation, durably, and gives its answer: the stored one if the same request was answered before.
 *
 * @throws {TuppenceError} The refusal's code; nothing has changed then.
 */
export async function perform(deps: Deps, change: Change): Promise<string> {
  const outcome: Outcome = await deps.submit({
    atMs: deps.clock.nowMs(),
    spends: [],
    promises: [],
    entries: [],
    ...change,
  })
  if (outcome.status !== 'refused') return outcome.answer
  if (outcome.code !== 'over-redeemed') throw new TuppenceError(outcome.code)
  // More coins than were ever promised, all with valid signatures: someone has the keyset's private key.
  deps.log('error', 'over-redeemed', { unit: change.unit, kind: change.kind })
  throw new TuppenceError('coin-invalid')
}
