// How a ledger undoes one operation of a batch: thrown inside it, caught where the batch is put together; the stores use it.

import type { Refusal } from './port.ts'

/** Thrown inside an operation to undo it; never leaves the ledger. */
export class Refused extends Error {
  readonly code: Refusal
  constructor(code: Refusal) {
    super(code)
    this.code = code
  }
}
