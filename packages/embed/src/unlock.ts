// `<tuppence-unlock href="/read/x" price="0.05" currency="usd">`: one article, behind one button. define registers it.
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { settings, TuppenceElement } from './element.ts'

/**
 * An article that is read after it was paid. Slots: `teaser` (stays), `locked` (gone once it is open), and the default,
 * which shows until the frame is there: put the plain link in it.
 *
 * `price` and `currency` are for the page's own use: what is paid is what the frame reads from the till and shows.
 */
export class TuppenceUnlock extends TuppenceElement {
  declare href: string
  declare price: string
  declare currency: string
  protected override readonly height = 96

  protected override request(id: string): ElementMessage {
    const { url } = this
    const { claim } = settings
    if (claim?.get('url') !== url) return { t: 'unlock', id, url }
    settings.claim = undefined
    return { t: 'claim', id, url, code: claim.get('tuppence-claim')! }
  }
}
