/** Structured data that tells search engines which part of a page is behind a wall; page.ts puts it into sealed pages. */
import { Mistake } from '../problem.ts'

/** The class of every sealed element, which the structured data names: only class selectors count there. */
export const wallClass = 'tuppence-wall'

/** Types whose members may be marked so: schema.org CreativeWork, and the kinds of it that pages with text have. */
const works = new Set([
  'CreativeWork',
  'Article',
  'NewsArticle',
  'BlogPosting',
  'TechArticle',
  'ScholarlyArticle',
  'Report',
  'Review',
  'Comment',
  'Course',
  'HowTo',
  'Message',
  'Recipe',
  'WebPage',
])

type Json = { [name: string]: unknown }

/** What a page without structured data of its own gets. Absolute URLs. */
export type About = Readonly<{ title: string; url: string }>

const wall = { '@type': 'WebPageElement', isAccessibleForFree: false, cssSelector: `.${wallClass}` }

/**
 * Marks the page's work as not free, and which part of it is not.
 *
 * @param text - JSON of a page's own `application/ld+json`.
 * @returns The JSON with the mark, or nothing where it describes no work.
 * @throws {Mistake} It is no JSON.
 * @see https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
 */
export function markWall(text: string, place: Readonly<{ file: string; line: number }>): string | undefined {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw new Mistake('the structured data (application/ld+json) is no JSON', place)
  }
  const work = findWork(data)
  if (!work) return undefined
  const others = [work['hasPart'] ?? []]
    .flat()
    .filter((part) => (part as Json | null)?.['cssSelector'] !== wall.cssSelector)
  work['isAccessibleForFree'] = false
  work['hasPart'] = others.length === 0 ? wall : [...others, wall]
  return scriptText(data)
}

/** Structured data for a page that has none. */
export function newWall({ title, url }: About): string {
  return scriptText({
    '@context': 'https://schema.org',
    '@type': 'Article',
    headline: title,
    mainEntityOfPage: url,
    isAccessibleForFree: false,
    hasPart: wall,
  })
}

function findWork(data: unknown): Json | undefined {
  if (Array.isArray(data)) return data.map(findWork).find((work) => work !== undefined)
  if (typeof data !== 'object' || data === null) return undefined
  const node = data as Json
  if ([node['@type']].flat().some((type) => works.has(String(type)))) return node
  return findWork(node['@graph'])
}

/** `<` is written as an escape, so that no text can end the script element. */
function scriptText(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}
