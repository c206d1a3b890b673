/** Finds what a page sells: the articles marked for sealing, and those that are sealed already; page.ts rewrites them. */
import { limits, parseAmount, type SealedLabel, parseSealedLabel } from '@tuppence/protocol'
import { parse, type DefaultTreeAdapterTypes, type Token } from 'parse5'
import { lineAt, Mistake } from '../problem.ts'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** One `<tuppence-unlock>` that is for sale. Offsets are into the page's text. */
export type Found = Readonly<{
  /** Of the whole element. */
  start: number
  end: number
  line: number
  attributes: readonly Token.Attribute[]
  /** The offer's id: the attribute `offer`, else from the page's path. */
  id: string
  title: string
  /** Decimal text, checked. */
  price: string
  currency: string
  /** What everyone may read: the children that have a slot, as they stand. */
  open: string
  content:
    | Readonly<{ is: 'plain'; html: string }>
    | Readonly<{ is: 'sealed'; label: SealedLabel; labelText: string; text: string }>
}>

/** A page as far as sealing needs it. */
export type FoundPage = Readonly<{
  found: readonly Found[]
  title: string
  lang: string
  scripts: readonly string[]
  jsonLd: readonly Readonly<{ start: number; end: number; line: number; text: string }>[]
  /** Where something may be put last in the head. */
  headEnd: number
}>

const tag = 'tuppence-unlock'
const sealedAttribute = 'data-tuppence-sealed'

/**
 * Reads a page.
 *
 * @param path - Of the page in its site, `/posts/salt/index.html`: gives an offer its id where the element names none.
 * @param file - As a message should name it.
 * @throws {Mistake} File, line and what is wrong with a marked element.
 */
export function findArticles(html: string, { path, file }: Readonly<{ path: string; file: string }>): FoundPage {
  const tree = parse(html, { sourceCodeLocationInfo: true })
  const elements = [...walk(tree)]
  const textOf = (name: string): string => collapse(textIn(elements.find(({ tagName }) => tagName === name)))
  const title = textOf('h1') || textOf('title')
  const unlocks = elements.filter(({ tagName }) => tagName === tag)
  const context = { html, file, title, path }
  const found = unlocks
    .map((element) => readUnlock(element, context))
    .filter((article) => article !== undefined)
    .map((article, index, all) => (all.length > 1 && article.id === idOf(path) ? numbered(article, index) : article))
  const jsonLd = elements
    .filter((element) => element.tagName === 'script' && attribute(element, 'type') === 'application/ld+json')
    .map((element) => {
      const start = element.sourceCodeLocation?.startTag?.endOffset ?? 0
      const end = element.sourceCodeLocation?.endTag?.startOffset ?? html.length
      return { start, end, line: lineAt(html, start), text: html.slice(start, end) }
    })
  return {
    found,
    title,
    jsonLd,
    lang:
      attribute(
        elements.find(({ tagName }) => tagName === 'html'),
        'lang',
      ) ?? 'en',
    scripts: elements.flatMap((element) => (element.tagName === 'script' ? [attribute(element, 'src') ?? ''] : [])),
    headEnd: endOfHead(elements, html),
  }
}

type Context = Readonly<{ html: string; file: string; title: string; path: string }>

function readUnlock(element: Element, { html, file, title, path }: Context): Found | undefined {
  const at = element.sourceCodeLocation
  const marked = attribute(element, 'sealed') !== undefined
  const sealed = element.childNodes.filter(isElement).find((child) => attribute(child, sealedAttribute) !== undefined)
  if (!marked && !sealed) return undefined
  const line = at?.startLine ?? 1
  const wrong = (reason: string): Mistake => new Mistake(reason, { file, line })
  if (!at?.startTag || !at.endTag)
    throw wrong(`<${tag} sealed> is not closed where it was opened: no </${tag}> in the same element`)
  if (marked && sealed) throw wrong('is marked for sealing and sealed already: remove the attribute or the template')
  if ([...walk(element)].some((inner) => inner !== element && inner.tagName === tag))
    throw wrong(`<${tag}> in a <${tag}>: one article at a time`)
  const currency = attribute(element, 'currency') ?? 'usd'
  const price = attribute(element, 'price')
  if (price === undefined) throw wrong('has no price: write price="0.05"')
  checkPrice(price, currency, wrong)
  const id = attribute(element, 'offer') ?? idOf(path)
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id))
    throw wrong(`offer "${id}" is no id: 1 to 64 of a-z 0-9 . _ - (set the attribute offer)`)
  const named = attribute(element, 'offer-title') ?? title
  if (named === '') throw wrong('has no title: the page has no <h1> and no <title>; write offer-title="..."')
  const isOpen = (child: Node): boolean =>
    isElement(child) && child !== sealed && attribute(child, 'slot') !== undefined
  const slice = (child: Node): string =>
    html.slice(child.sourceCodeLocation?.startOffset ?? 0, child.sourceCodeLocation?.endOffset ?? 0)
  const shut = (): string => {
    const text = element.childNodes
      .filter((child) => !isOpen(child))
      .map(slice)
      .join('')
      .trim()
    if (text === '') throw wrong('has nothing to seal: all that is in it has a slot')
    return text
  }
  return {
    start: at.startOffset,
    end: at.endOffset,
    line,
    attributes: element.attrs,
    id,
    title: named.slice(0, limits.titleMax),
    price,
    currency,
    open: element.childNodes.filter(isOpen).map(slice).join('\n'),
    content: sealed ? readSealed(sealed, wrong) : { is: 'plain', html: shut() },
  }
}

function readSealed(element: Element, wrong: (reason: string) => Mistake): Found['content'] {
  const labelText = attribute(element, sealedAttribute) ?? ''
  const label = parseSealedLabel(labelText)
  if (!label) throw wrong(`${sealedAttribute}="${labelText}" is no label of a sealed article`)
  return { is: 'sealed', label, labelText, text: textIn(element).trim() }
}

function checkPrice(price: string, currency: string, wrong: (reason: string) => Mistake): void {
  try {
    parseAmount(price, currency)
  } catch {
    throw wrong(`price="${price}" is no price in ${currency}: decimal text above zero, such as "0.05"`)
  }
}

/** `/posts/Salt%20tax/index.html` is `posts-salt-tax`; the front page is `index`. */
export function idOf(path: string): string {
  const name = decoded(path)
    .replace(/\.html?$/, '')
    .replace(/(^|\/)index$/, '')
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
  return id.slice(0, 64).replace(/-+$/, '') || 'index'
}

/** A path that a server was asked for; a file may have any name, `100%.html`. */
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

const numbered = (article: Found, index: number): Found =>
  index === 0 ? article : { ...article, id: `${article.id.slice(0, 61)}-${index + 1}` }

function endOfHead(elements: readonly Element[], html: string): number {
  const head = elements.find(({ tagName }) => tagName === 'head')?.sourceCodeLocation
  if (head?.endTag) return head.endTag.startOffset
  const first = elements.find(({ tagName, sourceCodeLocation }) => tagName === 'body' && sourceCodeLocation)
  if (first?.sourceCodeLocation) return first.sourceCodeLocation.startOffset
  // A page without these tags: after the title, which belongs to the head wherever it stands.
  const title = elements.find(({ tagName }) => tagName === 'title')?.sourceCodeLocation
  return title?.endOffset ?? html.match(/^\s*<!doctype[^>]*>/i)?.[0].length ?? 0
}

function* walk(node: Node): Generator<Element> {
  if (isElement(node)) yield node
  if ('content' in node) yield* walk(node.content)
  if ('childNodes' in node) for (const child of node.childNodes) yield* walk(child)
}

function isElement(node: Node): node is Element {
  return 'tagName' in node
}

function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.attrs.find((entry) => entry.name === name)?.value
}

/** All text in an element, scripts and styles left out. */
export function textIn(node: Node | undefined): string {
  if (!node) return ''
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value
  if (node.nodeName === 'script' || node.nodeName === 'style') return ''
  const inner = 'content' in node ? node.content.childNodes : 'childNodes' in node ? node.childNodes : []
  return inner.map(textIn).join('')
}

/** Runs of white space as one space. */
export const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim()
