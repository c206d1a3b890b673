// `<tuppence-tip href="/tip" presets="0.25 1 5">`: a tip jar. define registers it.
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { TuppenceElement } from './element.ts'

/** A tip jar. `presets`: up to eight decimal amounts; the till's offer says which currency and what is allowed. */
export class TuppenceTip extends TuppenceElement {
  declare href: string
  declare presets: string
  declare currency: string
  protected override readonly height = 160
  protected override readonly again = true

  protected override request(id: string): ElementMessage {
    // As text, never through a float: every currency here has two decimals.
    const cents = (text: string) => {
      const [whole, part = ''] = text.split('.')
      return Number(whole + part.padEnd(2, '0'))
    }
    const presets = this.presets
      .match(/(?<!\S)\d+(\.\d{1,2})?(?!\S)/g)
      ?.slice(0, 8)
      .map(cents)
    return { t: 'tip', id, url: this.url, presets: presets! }
  }
}
