// The frame's side of the page: handshake with the element, its messages, answers to them. main starts one.
import { acceptInit, openFrameMessenger, readyMessage } from '@tuppence/protocol/bridge'
import type { ElementMessage, FrameMessage } from '@tuppence/protocol/bridge'

/** How the frame talks to the element in the page above it. */
export type Session = { readonly send: (message: FrameMessage) => void }

/** A session, and the exact origin of the page that it is with. */
export type OpenSession = Session & { readonly site: string }

/** What was bought. `receipt`: as the Payment-Receipt header has it. */
export type Delivery = { readonly contentType: string; readonly body: string; readonly receipt?: string }

/**
 * Says `ready` to the embedding page and waits for its `init`, once.
 *
 * @param above - Origin of the page above, from the browser. Only it gets the message, and only its answer counts. Where
 * the browser hides it (`null`), it is whoever answers from the window above; a page without an origin is nobody.
 * @param on - Called for every new message of the element.
 */
export function openSession(above: string, on: (message: ElementMessage) => void): Promise<OpenSession> {
  const hidden = above === 'null'
  const nonce = crypto.randomUUID()
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent) => {
      const site = hidden ? event.origin : above
      const port = acceptInit(event, { source: parent, origin: site, nonce })
      if (!port || site === 'null') return
      removeEventListener('message', onMessage)
      const messenger = openFrameMessenger(port, on)
      resolve({ site, send: (message) => messenger.send(message) })
    }
    addEventListener('message', onMessage)
    parent.postMessage(readyMessage(nonce), hidden ? '*' : above)
  })
}

/** The message that hands over what was bought. */
export function deliveryTo(id: string, { contentType, body, receipt = '' }: Delivery): FrameMessage {
  return { t: 'delivered', id, contentType, body, receipt }
}
