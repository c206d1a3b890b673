/** The vite plugin: seals what a build leaves, and in development opens a street, so that articles can be unlocked at once. */
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { Plugin, ResolvedConfig, ViteDevServer } from 'vite'
import { configName, readConfig, readDraft, readPublisherSecret, readSealSecrets } from './config.ts'
import { putOffer, type PutOffer } from './publisher.ts'
import { pushSelling } from './push.ts'
import { findArticles } from './seal/find.ts'
import { sealPage, unsealFiles } from './seal/page.ts'
import { placesOf, putArticle, removeMarked, sealSite, unsealFile, type SealedSite } from './seal/site.ts'
import { openDev, type Dev, type DevPorts } from './street/dev.ts'

/** Where the configuration is, from vite's root; and the street's ports in development. */
export type PluginOptions = Readonly<{ config?: string; ports?: DevPorts }>

/**
 * Sells the articles that are marked `<tuppence-unlock price="0.05" sealed>` in a site's pages.
 *
 * @example
 * export default defineConfig({ plugins: [tuppence()] })
 */
export function tuppence({ config = configName, ports }: PluginOptions = {}): Plugin {
  let vite: ResolvedConfig
  let dev: Promise<Dev> | undefined
  const file = (): string => resolve(vite.root, config)
  const street = (server: ViteDevServer): Promise<Dev> => (dev ??= open(server, file(), ports))
  return {
    name: 'tuppence',
    configResolved: (resolved) => {
      vite = resolved
    },
    configureServer: (server) => {
      server.middlewares.use((request, response, next) => {
        const name = unsealFiles.find((own) => request.url?.split('?')[0] === vite.base + own)
        if (name === undefined) return next()
        response.setHeader('content-type', 'text/javascript; charset=utf-8')
        createReadStream(unsealFile(name)).pipe(response)
      })
      server.httpServer?.once('close', () => void dev?.then((opened) => opened.close()))
    },
    transformIndexHtml: {
      order: 'post',
      handler: async (html, { path, server }) => {
        if (!server || findArticles(html, { path, file: path }).found.length === 0) return undefined
        const { settings, access } = await street(server)
        const places = { ...placesOf(settings), base: vite.base }
        const secrets = readSealSecrets(readDraft(file()))
        // Nothing is remembered here: a page in development is sealed anew each time it is asked for.
        const sealed = await sealPage(html, { places, secrets, before: {}, path, file: path.slice(1) })
        for (const article of sealed.articles)
          await putArticle(settings, article, (id, offer) => putOffer(access, id, offer))
        return sealed.html
      },
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: async () => {
        if (vite.command !== 'build' || vite.build.ssr) return
        const dir = resolve(vite.root, vite.build.outDir)
        const sealed = async (): Promise<SealedSite> => {
          const settings = { ...readConfig(file()), dir, base: vite.base }
          const access = { till: settings.till, publisher: settings.publisher, secret: readPublisherSecret(settings) }
          await pushSelling(settings, access)
          const put = (id: string, offer: PutOffer): Promise<string> => putOffer(access, id, offer)
          return sealSite({ settings, secrets: readSealSecrets(settings), put })
        }
        const { articles } = await sealed().catch((error: unknown) => {
          // A build that failed may be uploaded all the same; not with what is for sale.
          removeMarked(dir)
          throw error
        })
        for (const { was, url, page } of articles) vite.logger.info(`sealed ${page.slice(1)} (${was}) -> ${url}`)
      },
    },
  }
}

async function open(server: ViteDevServer, file: string, ports: DevPorts | undefined): Promise<Dev> {
  const { local = [] } = server.resolvedUrls ?? {}
  const origins = [...new Set(local.map((url) => new URL(url).origin))]
  const [first = `http://localhost:${server.config.server.port}`, ...others] = origins
  const dev = await openDev(readDraft(file), [first, ...others], ports)
  server.config.logger.info(`\n  articles can be unlocked with test money; your offers: ${dev.page}\n`)
  return dev
}
