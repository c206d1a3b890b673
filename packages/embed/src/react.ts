// The elements as React components, with typed events and JSX: a thin layer for apps; renders on a server too.
import {
  createElement,
  useEffect,
  useImperativeHandle,
  useRef,
  type CSSProperties,
  type ReactElement,
  type ReactNode,
  type Ref,
} from 'react'
import type {
  CancelDetail,
  ErrorDetail,
  StateDetail,
  SuccessDetail,
  TuppenceBalance,
  TuppenceTip,
  TuppenceUnlock,
} from './index.ts'
import { defineElements } from './index.ts'

/** What every component takes; events carry their detail and come with the event itself. */
export type TuppenceProps<Element extends HTMLElement> = Readonly<{
  /** The wallet's origin, where no script tag of the page names it. The first one counts for the page. */
  wallet?: string | undefined
  theme?: 'light' | 'dark' | undefined
  id?: string | undefined
  className?: string | undefined
  style?: CSSProperties | undefined
  /** Shows until the button is there, and where it never comes: put the plain link in it. */
  children?: ReactNode
  ref?: Ref<Element> | undefined
  /** `event.preventDefault()` leaves placing what was bought to you. */
  onSuccess?: ((detail: SuccessDetail, event: CustomEvent<SuccessDetail>) => void) | undefined
  onError?: ((detail: ErrorDetail, event: CustomEvent<ErrorDetail>) => void) | undefined
  onCancel?: ((detail: CancelDetail, event: CustomEvent<CancelDetail>) => void) | undefined
  onStateChange?: ((detail: StateDetail, event: CustomEvent<StateDetail>) => void) | undefined
}>

/** An article, or anything else that is bought once. `price` is decimal text, for the page; what is paid is the till's. */
export type UnlockProps = TuppenceProps<TuppenceUnlock> &
  Readonly<{
    href: string
    price?: string | undefined
    currency?: string | undefined
    /** Stays readable. */
    teaser?: ReactNode
    /** Decoration of what is not open yet; goes once it is. */
    locked?: ReactNode
  }>

/** A tip jar. `presets`: up to eight decimal amounts. */
export type TipProps = TuppenceProps<TuppenceTip> &
  Readonly<{ href: string; presets?: readonly string[] | undefined; currency?: string | undefined }>

/**
 * `<tuppence-unlock>`.
 *
 * @example
 * <Unlock wallet="https://wallet.example" href="/read/salt" price="0.05" teaser={<p>Once upon a time …</p>}>
 *   <a href="/read/salt">Read the rest for 5¢</a>
 * </Unlock>
 */
export function Unlock({ href, price, currency, teaser, locked, children, ...rest }: UnlockProps): ReactElement {
  return useTuppence('tuppence-unlock', rest, { href, price, currency }, [
    slotted('teaser', teaser),
    slotted('locked', locked),
    children,
  ])
}

/** `<tuppence-tip>`. */
export function Tip({ href, presets, currency, children, ...rest }: TipProps): ReactElement {
  return useTuppence('tuppence-tip', rest, { href, presets: presets?.join(' '), currency }, [children])
}

/** `<tuppence-balance>`: drawn by the wallet for its reader; nothing of it is known here. */
export function Balance({ children, ...rest }: TuppenceProps<TuppenceBalance>): ReactElement {
  return useTuppence('tuppence-balance', rest, {}, [children])
}

const slotted = (slot: string, content: ReactNode): ReactNode =>
  content === undefined || content === null ? null : createElement('div', { slot, key: slot }, content)

const events = ['success', 'error', 'cancel', 'statechange'] as const

function useTuppence<Element extends HTMLElement>(
  name: string,
  { wallet, ref, onSuccess, onError, onCancel, onStateChange, className, ...shared }: TuppenceProps<Element>,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly ReactNode[],
): ReactElement {
  const host = useRef<Element>(null)
  useImperativeHandle(ref, () => host.current as Element)
  // Read when an event comes: a new function at each render is no reason to listen anew.
  const handlers = useRef<Partial<Record<string, (detail: never, event: never) => void>>>({})
  useEffect(() => {
    handlers.current = { success: onSuccess, error: onError, cancel: onCancel, statechange: onStateChange }
  })
  // Listening comes first: an element that is defined by the second effect may speak at once.
  useEffect(() => {
    const stop = new AbortController()
    for (const event of events)
      host.current?.addEventListener(
        `tuppence:${event}`,
        (said) => handlers.current[event]?.((said as CustomEvent).detail as never, said as never),
        { signal: stop.signal },
      )
    return () => stop.abort()
  }, [])
  useEffect(() => {
    if (wallet !== undefined) defineElements(wallet)
  }, [wallet])
  // The elements mirror attributes by properties, and React takes a prop away by setting its property to undefined.
  useEffect(() => {
    for (const [attribute, value] of Object.entries({ ...attributes, theme: shared.theme }))
      if (value === undefined) host.current?.removeAttribute(attribute)
  })
  // The element writes its state into an attribute, which no server can know.
  const props = { ...shared, ...attributes, class: className, ref: host, suppressHydrationWarning: true }
  return createElement(name, props, ...children)
}

/** The elements' attributes, for JSX of any framework: `interface IntrinsicElements extends TuppenceIntrinsicElements<...> {}`. */
export type TuppenceIntrinsicElements<Common> = {
  'tuppence-unlock': Common & {
    href?: string
    price?: string
    currency?: string
    theme?: string
    sealed?: boolean | ''
  }
  'tuppence-tip': Common & { href?: string; presets?: string; currency?: string; theme?: string }
  'tuppence-balance': Common & { theme?: string }
}

type InReact = Readonly<{
  id?: string
  class?: string
  slot?: string
  lang?: string
  style?: CSSProperties
  children?: ReactNode
  ref?: Ref<HTMLElement>
  key?: string | number | null
}>

declare module 'react' {
  // oxlint-disable-next-line typescript/no-namespace -- where React looks for elements' types.
  namespace JSX {
    interface IntrinsicElements extends TuppenceIntrinsicElements<InReact> {}
  }
}
