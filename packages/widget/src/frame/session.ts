// The frame's side of the page: handshake with the element, its messages, answers to them. main starts one.
import { acceptInit, openFrameMessenger, readyMessage } from '@tuppence/protocol/bridge'
import type { ElementMessage, FrameMessage } from '@tuppence/protocol/bridge'

/** How the frame talks to the element in the page above it. */
export type Session = { readonly send: (message: FrameMessage) => void }

/** What was bought. `receipt`: as the Payment-Receipt header has it. */
export type Delivery = { readonly contentType: string; readonly body: string; readonly receipt?: string }

/**
 * Says `ready` to the embedding page and waits for its `init`, once.
 *
 * @param site - Origin of the page above, from the browser. Only it gets the message, and only its answer counts.
 * @param on - Called for every new message of the element.
 */
export function openSession(site: string, on: (message: ElementMessage) => void): Promise<Session> {
  const nonce = crypto.randomUUID()
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent) => {
      const port = acceptInit(event, { source: parent, origin: site, nonce })
      if (!port) return
      removeEventListener('message', onMessage)
      const messenger = openFrameMessenger(port, on)
      resolve({ send: (message) => messenger.send(message) })
    }
    addEventListener('message', onMessage)
    parent.postMessage(readyMessage(nonce), site)
  })
}

/** The message that hands over what was bought. */
export function deliveryTo(id: string, { contentType, body, receipt = '' }: Delivery): FrameMessage {
  return { t: 'delivered', id, contentType, body, receipt }
}
