// The Farthing: the newspaper's process. Started by the launcher with its settings as JSON; also opened by tests.
import { join } from 'node:path'
import { contentDir, readArticles, type Article } from './article.ts'
import { loadAssets } from './assets.ts'
import {
  aboutPage,
  frontPage,
  notFoundPage,
  readEdition,
  sectionPage,
  sectionSlug,
  storyPage,
  supportPage,
  type NewsPages,
} from './news-pages.ts'
import type { Html, Places, Publisher } from './publisher.ts'
import { servePublisher } from './serve.ts'

const publicDir = join(import.meta.dirname, '../public')

/** The newspaper as a publisher. */
export function newspaper(places: Places): Publisher {
  const articles = readArticles('articles')
  const edition = readEdition()
  const pages: NewsPages = { edition, articles, places }
  const stories = new Map(articles.map((article): [string, Article] => [`/articles/${article.slug}`, article]))
  const sections = new Map(
    edition.sections.map((section): [string, string] => [`/section/${sectionSlug(section)}`, section]),
  )
  const fixed: Record<string, () => Html> = {
    '/': () => frontPage(pages),
    '/about': () => aboutPage(pages),
    '/support': () => supportPage(pages),
  }
  return {
    account: 'farthing',
    articles,
    tip: { title: `A tip for ${edition.name}`, thanks: 'Thank you. It went into the jar with the others.' },
    terms: {
      free: { count: 3, per: 'month' },
      cap: { amount: '0.50', per: 'month' },
      refund: { windowSeconds: 600 },
    },
    assets: loadAssets({
      '/': { dir: publicDir, names: ['news.css'] },
      '/pictures/': {
        dir: join(contentDir, 'pictures'),
        names: ['wren.svg', ...articles.map(({ slug }) => `${slug}.svg`)],
      },
    }),
    page: (path) => {
      const story = stories.get(path)
      const section = sections.get(path)
      if (story) return storyPage(pages, story, 'article')
      if (section) return sectionPage(pages, section)
      return Object.hasOwn(fixed, path) ? fixed[path]?.() : undefined
    },
    lockedPage: (article) => storyPage(pages, article, 'locked'),
    tipPage: () => supportPage(pages),
    notFound: () => notFoundPage(pages),
  }
}

if (import.meta.main) await servePublisher(newspaper)
