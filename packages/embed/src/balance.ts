// `<tuppence-balance>`: the reader's balance, drawn by the frame for the reader; the page can't read it. define registers it.
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { TuppenceElement } from './element.ts'

/** A pill with what the reader has here. */
export class TuppenceBalance extends TuppenceElement {
  protected override readonly height = 48

  protected override request(id: string): ElementMessage {
    return { t: 'balance', id }
  }
}
