// The app's other half: builds it for these addresses, serves the files, and sells the methods. start.ts and e2e open one.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTill, type TillEvent } from '@tuppence/till'
import { fileSite, listen, openStreet, type Street } from 'tuppence/street'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { recipes } from './recipes.ts'
import { methods } from './secrets.ts'

/** Where to put things. Ports: 0 takes a free one. */
export type KitchenOptions = Readonly<{
  dataDir: string
  ports?: Readonly<{ app?: number; till?: number; wallet?: number; mint?: number }>
  log?: (event: TillEvent) => void
}>

/** An open kitchen. `files` is the built app. */
export type Kitchen = Readonly<{ url: string; files: string; street: Street; close: () => Promise<void> }>

/** Builds the app and opens mint, wallet, till and file server: the till has an origin of its own here. */
export async function openKitchen({ dataDir, ports = {}, log }: KitchenOptions): Promise<Kitchen> {
  const street = await openStreet({ dataDir, ports })
  const [app, counter] = [await listen(ports.app ?? 4047, 'app'), await listen(ports.till ?? 4048, 'till')]
  const [url, tillUrl] = [`http://spoons.localhost:${app.port}`, `http://till.localhost:${counter.port}`]
  const till = await createTill({
    config: {
      origin: tillUrl,
      account: 'four-spoons',
      mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
      dataDir: join(dataDir, 'till'),
      offers: recipes.map(({ id, title, price }) => ({
        kind: 'article' as const,
        id,
        path: `/methods/${id}`,
        title,
        price,
        // The app's pages are elsewhere, so the till says where they are.
        sites: [url],
      })),
    },
    content: async ({ id }) => ({ contentType: 'text/html; charset=utf-8', body: methods[id] ?? '' }),
    ...(log && { log }),
  })
  await street.mint.addAccount({ id: 'four-spoons', name: 'Four Spoons', publicKey: till.publicKey })
  const files = join(dataDir, 'app')
  mkdirSync(files, { recursive: true })
  await build({
    root: join(import.meta.dirname, '..'),
    configFile: false,
    plugins: [react()],
    define: { PLACES: JSON.stringify({ wallet: street.wallet, till: tillUrl }) },
    build: { outDir: files, emptyOutDir: true },
    logLevel: 'warn',
  })
  counter.open(till.handle)
  app.open(fileSite(files))
  return {
    url,
    files,
    street,
    close: async () => {
      await Promise.all([app.close(), counter.close()])
      await till.close()
      await street.close()
    },
  }
}
