// The shop as a server: its page, its files, and in front of them a till that sells the prints. start.ts and e2e open one.
import { join } from 'node:path'
import { createTill, type TillEvent } from '@tuppence/till'
import { fileSite, listen, openStreet, type Street } from 'tuppence/street'
import { offerPath, shopPage } from './pages.ts'
import { drawPrint, prints } from './prints.ts'

/** Where to put things. Ports: 0 takes a free one. */
export type ShopOptions = Readonly<{
  dataDir: string
  ports?: Readonly<{ shop?: number; wallet?: number; mint?: number }>
  log?: (event: TillEvent) => void
}>

/** An open shop. */
export type Shop = Readonly<{ url: string; street: Street; close: () => Promise<void> }>

const policy = (wallet: string): Record<string, string> => ({
  'content-security-policy': `default-src 'none'; script-src 'self' ${wallet}; frame-src ${wallet}; style-src 'self' 'unsafe-inline'; img-src 'self' blob:; base-uri 'none'; form-action 'none'`,
  'referrer-policy': 'strict-origin-when-cross-origin',
})

/** Opens mint, wallet, till and shop. @throws {Error} A port is in use; the message says which. */
export async function openShop({ dataDir, ports = {}, log }: ShopOptions): Promise<Shop> {
  const street = await openStreet({ dataDir, ports })
  const stand = await listen(ports.shop ?? 4045, 'shop')
  const url = `http://shop.localhost:${stand.port}`
  const till = await createTill({
    config: {
      origin: url,
      account: 'offcut',
      mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
      dataDir: join(dataDir, 'till'),
      offers: prints.map((print) => ({
        kind: 'article' as const,
        id: print.id,
        path: offerPath(print),
        title: `${print.title}, print`,
        price: print.price,
      })),
    },
    // The only place where a whole drawing is made.
    content: async ({ id }) => {
      const print = prints.find((candidate) => candidate.id === id)
      if (!print) throw new Error(`no print ${id}`)
      return { contentType: 'image/svg+xml', body: drawPrint(print, 'full') }
    },
    ...(log && { log }),
  })
  await street.mint.addAccount({ id: 'offcut', name: 'Offcut', publicKey: till.publicKey })
  const files = fileSite(join(import.meta.dirname, '../public'), {
    extra: { '/index.html': shopPage(street.wallet), '/': shopPage(street.wallet) },
    headersFor: () => policy(street.wallet),
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
