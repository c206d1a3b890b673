/** Checks a page's structured data against Google's published structure for paywalled content; for authors, and for tests of seals. */
import * as v from 'valibot'

/**
 * What that document says: the work is a CreativeWork (or one of the subtypes it lists), not free, and names each paywalled
 * section by a class selector.
 *
 * @see https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
 */
const part = v.object({
  '@type': v.literal('WebPageElement'),
  isAccessibleForFree: v.literal(false),
  cssSelector: v.pipe(v.string(), v.regex(/^\.[A-Za-z_-][\w-]*$/, 'only a class selector counts')),
})
const types = [
  'CreativeWork',
  'Article',
  'NewsArticle',
  'Blog',
  'BlogPosting',
  'Comment',
  'Course',
  'HowTo',
  'Message',
  'Review',
  'WebPage',
]
const work = v.object({
  '@context': v.optional(v.picklist(['https://schema.org', 'https://schema.org/'])),
  '@type': v.union([v.picklist(types), v.array(v.picklist(types))]),
  headline: v.optional(v.pipe(v.string(), v.minLength(1))),
  isAccessibleForFree: v.literal(false),
  hasPart: v.union([part, v.pipe(v.array(v.union([part, v.looseObject({ '@type': v.string() })])), v.minLength(1))]),
})

/** What is wrong with a sealed page's structured data; nothing where all is right. */
export function paywallProblems(html: string): string[] {
  const scripts = [...html.matchAll(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => text,
  )
  if (scripts.length === 0) return ['no structured data']
  const nodes = scripts.map((text) => JSON.parse(text) as unknown).flatMap((data) => graphOf(data))
  const shut = nodes.filter((node) => (node as { isAccessibleForFree?: unknown }).isAccessibleForFree !== undefined)
  if (shut.length !== 1) return [`${shut.length} works say whether they are free`]
  const result = v.safeParse(work, shut[0])
  if (!result.success) return result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`)
  const selectors = [result.output.hasPart]
    .flat()
    .flatMap((entry) => ('cssSelector' in entry ? [String(entry.cssSelector)] : []))
  if (selectors.length === 0) return ['names no paywalled section']
  return selectors
    .filter((selector) => !new RegExp(`class="[^"]*(?<![\\w-])${selector.slice(1)}(?![\\w-])`).test(html))
    .map((selector) => `${selector} is nowhere in the page`)
}

function graphOf(data: unknown): unknown[] {
  const graph = (data as { '@graph'?: unknown[] })['@graph']
  return Array.isArray(data) ? data : (graph ?? [data])
}
