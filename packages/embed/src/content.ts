// Puts delivered HTML into the page without letting it run: `setHTML` where the browser has it, else a parser and an
// allowlist. The element calls it once a delivery.

const names = (list: string): string[] => list.split(' ')

/** Elements that articles are made of; anything else is dropped with all that is in it. */
export const allowedElements = names(
  'p h1 h2 h3 h4 h5 h6 a img figure figcaption picture source ul ol li dl dt dd blockquote q cite em strong b i u s ' +
    'small sub sup mark code pre kbd abbr time span div section article aside header footer hr br table ' +
    'caption thead tbody tfoot tr th td details summary ruby rt rp del ins audio video track',
)

/** Attributes that stay; no `style`, no `name` (which could shadow the page's globals), no handler. */
export const allowedAttributes = names(
  'href src srcset sizes alt title width height class id lang dir cite datetime colspan rowspan scope start value ' +
    'open loading media type controls poster kind label srclang rel target role',
)

type Sanitizing = Element & { setHTML?(html: string, options: { sanitizer: object }): void }
type Policy = { createHTML(html: string): string }
type Policies = { createPolicy(name: string, rules: Policy): Policy }

let policy: Policy | undefined

/**
 * Replaces what is in `target` by `html`, with nothing in it that could run.
 *
 * @throws {TypeError} The page's Trusted Types allow no policy named `tuppence`, and the browser has no `setHTML`.
 */
export function placeHtml(target: Element, html: string): void {
  if (!(target as Sanitizing).setHTML) return placeParsed(target, html)
  ;(target as Sanitizing).setHTML!(html, { sanitizer: { elements: allowedElements, attributes: allowedAttributes } })
  strip(target)
}

/**
 * The same for browsers without `setHTML`: parses in a document where nothing loads or runs, takes away what is not
 * allowed, and moves the nodes over. They are never written as text again, so nothing can change its meaning on the way.
 */
export function placeParsed(target: Element, html: string): void {
  const rules = { createHTML: (text: string) => text }
  policy ??= (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy('tuppence', rules) ?? rules
  const { body } = new DOMParser().parseFromString(policy.createHTML(html), 'text/html')
  strip(body)
  target.replaceChildren(...body.childNodes)
}

/** Takes away what is not allowed. Browsers leave `data:` addresses, which articles have no use for. */
function strip(root: Element): void {
  for (const element of root.querySelectorAll('*')) {
    // Foreign namespaces (SVG, MathML) have names of their own, in lower case.
    if (element.namespaceURI !== root.namespaceURI || !allowedElements.includes(element.localName)) element.remove()
    else
      for (const { name, value } of Array.from(element.attributes))
        if (!mayStay(name, value)) element.removeAttribute(name)
  }
}

function mayStay(name: string, value: string): boolean {
  const isAddress = /^(href|src|poster|cite)$/.test(name)
  const address = URL.parse(value, document.baseURI)?.href ?? ''
  return allowedAttributes.includes(name) && (!isAddress || /^(https?|mailto):/.test(address))
}
