// One frame and the port to it: creates the iframe, answers its handshake, says when it can't load. Elements call it.
import {
  acceptReady,
  openElementMessenger,
  type ElementMessage,
  type FrameMessage,
  type Messenger,
} from '@tuppence/protocol/bridge'

/** How long a frame may take before the element says that it did not load; one that comes later is still taken. */
export const frameTimeoutMs = 12_000

export type Connection = {
  readonly iframe: HTMLIFrameElement
  readonly send: (message: ElementMessage) => void
  readonly close: () => void
}

/**
 * Starts a frame. The caller puts `iframe` into its shadow after this, so that nothing is missed.
 *
 * @param wallet - The wallet's exact origin. Only its frame is answered, and only it can read the answer.
 * @param onReady - The frame listens; again whenever it was reloaded (moved in the page, say).
 */
export function connectFrame(
  wallet: string,
  onReady: () => void,
  onMessage: (message: FrameMessage) => void,
  onBlocked: (code: 'csp' | 'timeout') => void,
): Connection {
  const iframe = document.createElement('iframe')
  iframe.referrerPolicy = 'no-referrer'
  iframe.title = 'Tuppence'
  iframe.src = `${wallet}/frame.html`
  const stop = new AbortController()
  let messenger: Messenger<ElementMessage> | undefined
  const timer = setTimeout(onBlocked, frameTimeoutMs, 'timeout')

  const onWindowMessage = (event: MessageEvent) => {
    const source = iframe.contentWindow
    const init = source && acceptReady(event, { source, origin: wallet })
    if (!init) return
    clearTimeout(timer)
    messenger?.close()
    const { port1, port2 } = new MessageChannel()
    messenger = openElementMessenger(port1, onMessage)
    source.postMessage(init, wallet, [port2])
    onReady()
  }
  const onViolation = (event: SecurityPolicyViolationEvent) => {
    if (event.disposition !== 'enforce' || event.effectiveDirective !== 'frame-src') return
    if (!event.blockedURI.startsWith(wallet)) return
    clearTimeout(timer)
    console.error(`Tuppence: this page's Content-Security-Policy blocks the wallet. Add: frame-src ${wallet}`)
    onBlocked('csp')
  }
  addEventListener('message', onWindowMessage, stop)
  document.addEventListener('securitypolicyviolation', onViolation, stop)
  return {
    iframe,
    send: (message) => messenger?.send(message),
    close() {
      clearTimeout(timer)
      stop.abort()
      messenger?.close()
      iframe.remove()
    },
  }
}
