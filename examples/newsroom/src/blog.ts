// Plot 27: the blog's process, on a site of its own. Started by the launcher with its settings as JSON; opened by tests.
import { join } from 'node:path'
import { contentDir, readArticles, type Article } from './article.ts'
import { loadAssets } from './assets.ts'
import { homePage, postPage, wordsPage, type BlogPages } from './blog-pages.ts'
import type { Places, Publisher } from './publisher.ts'
import { servePublisher } from './serve.ts'

/** The blog as a publisher. */
export function diary(places: Places): Publisher {
  const posts = readArticles('posts')
  const pages: BlogPages = { posts, places }
  const byPath = new Map(posts.map((post): [string, Article] => [`/articles/${post.slug}`, post]))
  return {
    account: 'plot-27',
    articles: posts,
    tip: { title: 'Seeds for Plot 27', thanks: 'Thank you! That’s a row of something.' },
    terms: {
      passes: [{ id: 'week', path: '/pass/week', title: 'A week on Plot 27', price: '0.06', per: 'week' }],
    },
    assets: loadAssets({
      '/': { dir: join(import.meta.dirname, '../public'), names: ['blog.css'] },
      '/pictures/': {
        dir: join(contentDir, 'pictures'),
        names: ['plot.svg', ...posts.map(({ slug }) => `${slug}.svg`)],
      },
    }),
    page: (path) => {
      const post = byPath.get(path)
      if (post) return postPage(pages, post, 'article')
      return path === '/' ? homePage(pages) : undefined
    },
    lockedPage: (post) => postPage(pages, post, 'locked'),
    tipPage: () => homePage(pages),
    notFound: () =>
      wordsPage(pages, { title: 'Nothing planted here', text: 'Something may come up by itself. It usually does.' }),
  }
}

if (import.meta.main) await servePublisher(diary)
