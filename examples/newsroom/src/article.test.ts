import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAmount } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import { contentDir, parseArticle, readArticles } from './article.ts'
import { readEdition } from './news-pages.ts'
import { wordsIn } from './prose.ts'

const articles = readArticles('articles')
const posts = readArticles('posts')

describe('the newspaper', () => {
  test('has at least nine articles, no two under one headline', () => {
    expect(articles.length).toBeGreaterThanOrEqual(9)
    expect(new Set(articles.map(({ headline }) => headline)).size).toBe(articles.length)
  })

  test.each(articles)('$slug is long enough to be worth its price, and mostly locked', ({ teaser, locked }) => {
    expect(wordsIn(teaser) + wordsIn(locked)).toBeGreaterThanOrEqual(400)
    expect(wordsIn(locked)).toBeGreaterThan(3 * wordsIn(teaser))
    expect(wordsIn(teaser)).toBeGreaterThan(60)
  })

  test('places every article on its front page, once', () => {
    const { lead, seconds, briefs, row, essay, foot } = readEdition()
    const placed = [lead, ...seconds, ...briefs, ...row, essay, ...foot]
    expect([...placed].sort()).toEqual(articles.map(({ slug }) => slug).sort())
  })

  test('files every article under a section that has a page', () => {
    const { sections } = readEdition()
    for (const { section } of articles) expect(sections).toContain(section)
  })
})

describe('everything that is published', () => {
  test.each([...articles, ...posts])(
    '$slug has a date, a price in whole cents and a picture with words for it',
    (article) => {
      expect(article.date).toMatch(/^2026-1[01]-\d\d$/)
      if (article.locked !== '') expect(parseAmount(article.price, 'usd')).toBeLessThanOrEqual(25)
      expect(article.alt.length).toBeGreaterThan(40)
      const picture = join(contentDir, 'pictures', `${article.slug}.svg`)
      expect(existsSync(picture)).toBe(true)
      const svg = readFileSync(picture, 'utf8')
      expect(svg).toContain('prefers-color-scheme:dark')
      expect(svg).not.toMatch(/<script|<foreignObject|\bhref=/)
    },
  )

  test.each([...articles, ...posts])(
    '$slug uses real quotation marks and dashes',
    ({ teaser, locked, headline, standfirst }) => {
      expect(`${headline} ${standfirst} ${teaser} ${locked.replace(/`[^`]*`/g, '')}`).not.toMatch(/["']|--/)
    },
  )
})

describe('parseArticle', () => {
  const head = 'headline: H\nstandfirst: S\nbyline: B\nsection: X\ndate: 2026-11-01\nalt: A\ncaption: C'

  test('refuses a locked text without a price, and a price without a locked text', () => {
    expect(() => parseArticle('a', `---\n${head}\nprice: 0\n---\nTeaser\n\n<!-- locked -->\n\nRest\n`)).toThrow(
      'a: locked text',
    )
    expect(() => parseArticle('a', `---\n${head}\nprice: 0.05\n---\nTeaser\n`)).toThrow('a: locked text')
  })

  test('names a field that is missing', () => {
    expect(() => parseArticle('a', `---\nheadline: H\n---\nTeaser\n`)).toThrow('a: standfirst is missing')
  })

  test('keeps colons and separates teaser from locked text', () => {
    const text = `---\n${head.replace('H\n', 'H: a tale\n')}\nprice: 0.05\n---\nTeaser\n\n<!-- locked -->\n\nRest\n`
    expect(parseArticle('a', text)).toMatchObject({
      headline: 'H: a tale',
      teaser: 'Teaser',
      locked: 'Rest',
      minutes: 1,
    })
  })
})
