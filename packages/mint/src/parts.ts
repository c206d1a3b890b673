// What a part of the mint that is not the mint itself works with: funding methods and their neighbours; deps.ts adds the rest.

import type { MintConfig } from './config.ts'
import type { Submit } from './ledger/group.ts'
import type { Ledger, Operation } from './ledger/port.ts'
import type { Office } from './office/office.ts'
import type { Ports } from './ports.ts'

/** Parts that everything has. `submit` is the only way to change the ledger while serving. */
export interface Parts extends Ports {
  readonly config: MintConfig
  readonly ledger: Ledger
  readonly office: Office
  readonly submit: Submit
  /** Hears of every operation that was committed here. */
  readonly changed: (operation: Operation) => void
}
