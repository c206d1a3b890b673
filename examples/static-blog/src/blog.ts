// The blog with all it needs on one machine: files written and sealed, a street whose till has the keys, a file server.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { initialise, putOffer, readDraft, readSealSecrets, sealSite } from 'tuppence'
import { fileSite, listen, openDev, type DevPorts, type Street } from 'tuppence/street'
import { writeSite } from './site.ts'

/** Where to put things; ports of 0 take free ones. `serve` puts the folder behind a server of its own choice. */
export type BlogOptions = Readonly<{
  dataDir: string
  port?: number
  ports?: DevPorts
  serve?: (dir: string) => Promise<Readonly<{ port: number; close: () => Promise<void> }>>
}>

/** An open blog; `dir` has the files as they are served, `seal` writes and seals them anew. */
export type Blog = Readonly<{
  url: string
  dir: string
  street: Street
  seal: () => Promise<readonly string[]>
  close: () => Promise<void>
}>

/** Writes, seals and serves the blog. */
export async function openBlog({ dataDir, port = 4049, ports, serve = files(port) }: BlogOptions): Promise<Blog> {
  const dir = join(dataDir, 'dist')
  mkdirSync(dir, { recursive: true })
  const server = await serve(dir)
  const url = `http://blog.localhost:${server.port}`
  // What `npx tuppence init` does: tuppence.json, and the secret that keys are made from.
  await initialise({ root: dataDir, publisher: 'small-lights' })
  const draft = readDraft(join(dataDir, 'tuppence.json'))
  const dev = await openDev(draft, [url], ports)
  const seal = async (): Promise<readonly string[]> => {
    writeSite(dir, url)
    const { articles } = await sealSite({
      settings: dev.settings,
      secrets: readSealSecrets(draft),
      put: (id, offer) => putOffer(dev.access, id, offer),
    })
    return articles.map(({ was }) => was)
  }
  await seal()
  return {
    url,
    dir,
    street: dev.street,
    seal,
    close: async () => {
      await server.close()
      await dev.close()
    },
  }
}

const files = (port: number) => async (dir: string) => {
  const stand = await listen(port, 'blog')
  stand.open(fileSite(dir))
  return { port: stand.port, close: stand.close }
}
