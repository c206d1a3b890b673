// What the elements tell the page, typed for `addEventListener`. No event says anything about the reader's balance.

/** Where an element is: not near the screen yet, waiting for its frame, showing it, done, or unable to show it. */
export type ElementState = 'idle' | 'connecting' | 'ready' | 'delivered' | 'blocked'

/** Why a reader could not be served: the frame never came (first two), or what the frame met. */
export type ElementErrorCode = 'csp' | 'timeout' | 'offline' | 'till-down' | 'mint-down' | 'bad-offer'

/** What was bought. Calling `preventDefault()` keeps the element from putting an HTML body into the page. */
export type SuccessDetail = {
  readonly url: string
  readonly contentType: string
  readonly body: string
  /** The `Payment-Receipt` in its wire form; empty when the till sent none. */
  readonly receipt: string
}

export type ErrorDetail = { readonly url: string; readonly code: ElementErrorCode }
export type CancelDetail = { readonly url: string }
export type StateDetail = { readonly url: string; readonly state: ElementState }

declare global {
  interface HTMLElementEventMap {
    'tuppence:success': CustomEvent<SuccessDetail>
    'tuppence:error': CustomEvent<ErrorDetail>
    'tuppence:cancel': CustomEvent<CancelDetail>
    'tuppence:statechange': CustomEvent<StateDetail>
  }
}
