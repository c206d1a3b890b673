// What the three elements share: the life of the frame, events, the fallback. unlock, tip and balance build on it.
import type { ElementMessage, FrameMessage } from '@tuppence/protocol/bridge'
import { connectFrame, type Connection } from './connection.ts'
import { placeHtml } from './content.ts'
import type { ElementState } from './events.ts'
import { add, build, type Parts } from './shadow.ts'
import { prefersDark, readTheme } from './theme.ts'

type Delivered = Extract<FrameMessage, { t: 'delivered' }>

const reasons = {
  csp: 'the security policy of this page forbids it',
  timeout: 'blocked, or offline',
} as const

/**
 * Where the wallet lives, as an exact origin, and what the reader came back with from there: a code (`tuppence-claim`) that is
 * good once, for one `url`. `defineElements` sets both.
 */
export const settings: { wallet: string; claim?: URLSearchParams | undefined } = { wallet: '' }

// Importable where there is no DOM (server rendering); only a browser ever makes one.
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement

/** Base of the elements. Attributes are strings, mirrored by properties; a missing one reads as empty. */
export abstract class TuppenceElement extends Base {
  static observedAttributes = ['href', 'presets', 'theme']
  declare theme: string
  #parts: Parts | undefined
  #connection: Connection | undefined
  #stop: AbortController | undefined
  #content: HTMLElement | undefined
  #asked = 0

  /** Height of the frame until it says otherwise, in CSS pixels. */
  protected abstract readonly height: number
  /** Whether there can be another one after a delivery. */
  protected readonly again: boolean = false
  /** What to ask of the frame; nothing is asked while it has no `url`. */
  protected abstract request(id: string): ElementMessage

  /** The absolute URL that `href` names; empty where it names none. */
  get url(): string {
    const href = this.getAttribute('href')
    return (href !== null && URL.parse(href, document.baseURI)?.href) || ''
  }

  /** Where the element is; also the `state` attribute, for styling. */
  get state(): ElementState {
    return (this.getAttribute('state') ?? 'idle') as ElementState
  }

  /** Stops what the frame is doing for this element. A payment that already left is kept by the wallet. */
  cancel(): void {
    this.#connection?.send({ t: 'cancel', id: this.#id })
  }

  /** Takes the frame away and stops listening. Putting the element into a page again starts anew. */
  destroy(): void {
    this.#stop?.abort()
    this.#connection = undefined
  }

  connectedCallback(): void {
    this.#parts ??= build(this)
    this.destroy()
    if (this.#content?.isConnected) return
    this.#stop = new AbortController()
    this.#resize(this.height)
    this.#setState('idle')
    const near: IntersectionObserverCallback = (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      observer.disconnect()
      this.#connect()
    }
    const observer = new IntersectionObserver(near, { rootMargin: '400px' })
    observer.observe(this)
    this.#untilStop(observer)
  }

  disconnectedCallback(): void {
    this.destroy()
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.#connection) return
    if (name === 'theme') return this.#sendTheme()
    // Another article in the same place: nothing waits for the last one any more, and what was delivered for it goes.
    this.cancel()
    this.#forget()
    this.#ask()
  }

  #forget(): void {
    this.#content?.remove()
    this.#content = undefined
    this.#parts!.locked.hidden = false
    if (this.state === 'delivered') this.#setState('ready')
  }

  get #id(): string {
    return `r${this.#asked}`
  }

  #untilStop(observer: { disconnect(): void }): void {
    this.#stop!.signal.addEventListener('abort', () => observer.disconnect())
  }

  #connect(): void {
    this.#setState('connecting')
    const { signal } = this.#stop!
    const onReady = () => {
      this.#setState('ready')
      this.#sendTheme()
      this.#ask()
    }
    this.#connection = connectFrame(settings.wallet, signal, onReady, this.#receive, this.#block)
    this.#parts!.box.append(this.#connection.iframe)
    matchMedia(prefersDark).addEventListener('change', this.#sendTheme, { signal })
    const observer = new MutationObserver(this.#sendTheme)
    observer.observe(document.documentElement, { attributes: true })
    this.#untilStop(observer)
  }

  #ask(): void {
    this.#asked++
    const request = this.request(this.#id)
    if ((request as { url?: string }).url !== '') this.#connection?.send(request)
  }

  readonly #sendTheme = (): void => {
    const theme = readTheme(this, this.#parts!.probe)
    // A frame whose colour scheme differs from the iframe's gets an opaque canvas.
    this.#connection!.iframe.style.colorScheme = theme.scheme
    this.#connection!.send({ t: 'theme', id: 'theme', theme })
  }

  #resize(height: number): void {
    this.#parts!.box.style.setProperty('--h', `${height}px`)
  }

  readonly #receive = (message: FrameMessage): void => {
    if (message.t === 'resize') this.#resize(message.height)
    else if (message.id !== this.#id) return
    else if (message.t === 'delivered') this.#deliver(message)
    else if (message.t === 'trip') {
      const there = new URLSearchParams({ url: this.url, back: location.href })
      location.href = `${settings.wallet}/trip.html#${there}`
    } else {
      if (message.t === 'failed') this.#emit('error', { code: message.reason })
      else {
        this.#forget()
        this.#emit('cancel', {})
      }
      // That request has ended. A new one stands behind the frame's "Try again".
      this.#ask()
    }
  }

  #deliver({ contentType, body, receipt }: Delivered): void {
    if (this.#emit('success', { contentType, body, receipt }) && body && contentType.startsWith('text/html')) {
      const content = (this.#content ??= this.appendChild(document.createElement('div')))
      content.slot = 'content'
      content.tabIndex = -1
      try {
        placeHtml(content, body)
      } catch {
        return this.#block('csp')
      }
      this.#parts!.locked.hidden = true
      // The button that was pressed is gone; a reader who was on it continues with what it opened.
      if (document.activeElement === this) content.focus({ preventScroll: true })
    }
    this.#setState('delivered')
    if (this.again) this.#ask()
  }

  readonly #block = (code: 'csp' | 'timeout'): void => {
    const { fallback } = this.#parts!
    fallback.querySelector('span')?.remove()
    const message = add(fallback, 'span', 'message')
    message.append(`This did not load: ${reasons[code]}. `)
    // On that page itself, what the publisher put into the element stays.
    if (this.url && this.url !== location.href) {
      fallback.replaceChildren(message)
      const link = add(message, 'a', 'link')
      link.href = this.url
      link.append('Open its own page')
    }
    this.#setState('blocked')
    this.#emit('error', { code })
  }

  #setState(state: ElementState): void {
    if (state === this.getAttribute('state')) return
    this.setAttribute('state', state)
    this.#emit('statechange', { state })
  }

  /** @returns false when the page called `preventDefault()`, which only `success` heeds. */
  #emit(name: 'success' | 'error' | 'cancel' | 'statechange', about: object): boolean {
    const detail = { url: this.url, ...about }
    return this.dispatchEvent(
      new CustomEvent(`tuppence:${name}`, { bubbles: true, composed: true, cancelable: true, detail }),
    )
  }
}

for (const name of ['href', 'price', 'currency', 'presets', 'theme']) {
  Object.defineProperty(TuppenceElement.prototype, name, {
    get(this: TuppenceElement) {
      return this.getAttribute(name) ?? ''
    },
    set(this: TuppenceElement, value: string) {
      this.setAttribute(name, value)
    },
  })
}
