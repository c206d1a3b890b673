// Builds an element's shadow: slots, and the box for the frame. The elements' base calls it.

/** What the element works with inside its shadow. */
export type Parts = {
  /** Holds the frame, and under it what shows until the frame is there. */
  readonly box: HTMLElement
  readonly fallback: HTMLElement
  /** Decoration of what is not open yet. */
  readonly locked: HTMLElement
  /** Its colour is set to have the browser resolve tokens. */
  readonly probe: HTMLElement
}

// The box has the height that the frame will have, with the fallback in it, so that nothing moves when the frame comes.
const css =
  ':host{display:block}[hidden],:host(:is([state=ready],[state=delivered])) [part=fallback]{display:none}' +
  '[part=box]{display:grid;align-items:center;min-height:var(--h)}[part=box]>*{grid-area:1/1}' +
  'iframe{border:0;width:100%;height:var(--h)}::slotted([slot=content]){outline:0}' +
  ':host(:not([state=ready],[state=delivered])) iframe{visibility:hidden}' +
  // What was paid, and how to undo it, stays in sight for a while: what was delivered pushes it out.
  ':host([state=delivered]) [part=box]{animation:s 20s}@keyframes s{0%,to{position:sticky;bottom:0}}'

// Constructed, so that a publisher's `style-src` does not touch it; made on first use, so that a server can import this.
let sheet: CSSStyleSheet | undefined

/** Adds an element that the page can style by its `::part`; for a slot it is the slot's name. */
export function add<K extends keyof HTMLElementTagNameMap>(
  parent: Node,
  name: K,
  part: string,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  if (part) element.setAttribute(name === 'slot' ? 'name' : 'part', part)
  return parent.appendChild(element)
}

/** Gives `host` its closed shadow. No markup is parsed, so no Trusted Types policy is needed. */
export function build(host: HTMLElement): Parts {
  const root = host.attachShadow({ mode: 'closed' })
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  add(root, 'slot', 'teaser')
  add(root, 'slot', 'content')
  const locked = add(root, 'slot', 'locked')
  const box = add(root, 'div', 'box')
  const fallback = add(box, 'div', 'fallback')
  add(fallback, 'slot', '')
  const probe = add(box, 'i', '')
  probe.hidden = true
  return { box, fallback, locked, probe }
}
