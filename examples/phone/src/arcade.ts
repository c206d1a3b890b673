// The app's server: its files, and a till that sells the puzzles' numbers. start.ts and e2e open one.
import { join } from 'node:path'
import { createTill, type TillEvent } from '@tuppence/till'
import { fileSite, listen, openStreet, type Street } from 'tuppence/street'
import { cluesOf, puzzles } from './puzzles.ts'

/** Where to put things. Ports: 0 takes a free one. */
export type ArcadeOptions = Readonly<{
  dataDir: string
  ports?: Readonly<{ app?: number; wallet?: number; mint?: number }>
  log?: (event: TillEvent) => void
}>

/** An open arcade. */
export type Arcade = Readonly<{ url: string; street: Street; close: () => Promise<void> }>

/** Opens mint, wallet, till and app. @throws {Error} A port is in use; the message says which. */
export async function openArcade({ dataDir, ports = {}, log }: ArcadeOptions): Promise<Arcade> {
  const street = await openStreet({ dataDir, ports })
  const stand = await listen(ports.app ?? 4051, 'app')
  const url = `http://squares.localhost:${stand.port}`
  const till = await createTill({
    config: {
      origin: url,
      account: 'squares',
      mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
      dataDir: join(dataDir, 'till'),
      offers: puzzles.map(({ id, title, price }) => ({
        kind: 'article' as const,
        id,
        path: `/puzzle/${id}`,
        title,
        price,
      })),
    },
    content: async ({ id }) => {
      const puzzle = puzzles.find((candidate) => candidate.id === id)
      if (!puzzle) throw new Error(`no puzzle ${id}`)
      return { contentType: 'application/json', body: JSON.stringify(cluesOf(puzzle)) }
    },
    ...(log && { log }),
  })
  await street.mint.addAccount({ id: 'squares', name: 'Squares', publicKey: till.publicKey })
  const shelf = puzzles.map(({ id, title, price }) => ({ id, title, price }))
  const files = fileSite(join(import.meta.dirname, '../public'), {
    extra: { '/places.js': `export const places = ${JSON.stringify({ wallet: street.wallet, shelf })}\n` },
    headersFor: () => ({
      'content-security-policy': `default-src 'self'; script-src 'self' ${street.wallet}; frame-src ${street.wallet}; base-uri 'none'; form-action 'none'`,
    }),
  })
  stand.open(async (request) => (await till.handle(request)) ?? files(request))
  return {
    url,
    street,
    close: async () => {
      await stand.close()
      await till.close()
      await street.close()
    },
  }
}
