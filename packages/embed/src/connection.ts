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
}

/**
 * Starts a frame. The caller puts `iframe` into its shadow after this, so that nothing is missed.
 *
 * @param wallet - The wallet's exact origin. Only its frame is answered, and only it can read the answer.
 * @param signal - Ends it all.
 * @param onReady - The frame listens; again whenever it was reloaded (moved in the page, say).
 */
export function connectFrame(
  wallet: string,
  signal: AbortSignal,
  onReady: () => void,
  onMessage: (message: FrameMessage) => void,
  onBlocked: (code: 'csp' | 'timeout') => void,
): Connection {
  const iframe = document.createElement('iframe')
  iframe.referrerPolicy = 'no-referrer'
  iframe.title = 'Tuppence'
  iframe.src = `${wallet}/frame.html`
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
  const onViolation = ({ disposition, effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    if (disposition !== 'enforce' || effectiveDirective !== 'frame-src' || !blockedURI.startsWith(wallet)) return
    clearTimeout(timer)
    console.error(`Tuppence: the Content-Security-Policy of this page needs: frame-src ${wallet}`)
    onBlocked('csp')
  }
  addEventListener('message', onWindowMessage, { signal })
  document.addEventListener('securitypolicyviolation', onViolation, { signal })
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    messenger?.close()
    iframe.remove()
  })
  return { iframe, send: (message) => messenger?.send(message) }
}
