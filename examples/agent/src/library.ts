// A library that lends by the article, for the agent to read in: four texts behind one till. start.ts and the tests open one.
import { join } from 'node:path'
import { createTill, type TillEvent } from '@tuppence/till'
import { listen, openStreet, type Street } from 'tuppence/street'

const articles = [
  {
    id: 'penny-post',
    title: 'The penny post',
    price: '0.05',
    text: 'Before 1840 the receiver paid, by distance and by sheet, and people wrote in code on the outside so as to pay nothing.',
  },
  {
    id: 'gas-meter',
    title: 'The gas meter that took pennies',
    price: '0.08',
    text: 'It made customers of people to whom no company would have sent a bill, and by 1900 most kitchens in London had one.',
  },
  {
    id: 'nickelodeon',
    title: 'Five cents at the door',
    price: '0.06',
    text: 'A room, a piano, thirty chairs: a picture cost a nickel, and in two years there were eight thousand such rooms.',
  },
  {
    id: 'toll-roads',
    title: 'What a turnpike cost a cow',
    price: '0.07',
    text: 'Oxen went by the score, and the drovers took the ridgeways, where the grass was free and the keeper was not.',
  },
] as const

/** An open library; `urls` are its four offers. */
export type Library = Readonly<{
  street: Street
  origin: string
  urls: readonly string[]
  texts: readonly string[]
  events: readonly TillEvent[]
  close: () => Promise<void>
}>

/** Opens mint and till. @throws {Error} A port is in use. */
export async function openLibrary({
  dataDir,
  ports = {},
}: Readonly<{
  dataDir: string
  ports?: Readonly<{ library?: number; wallet?: number; mint?: number }>
}>): Promise<Library> {
  const street = await openStreet({ dataDir, ports })
  const stand = await listen(ports.library ?? 4046, 'library')
  const origin = `http://library.localhost:${stand.port}`
  const events: TillEvent[] = []
  const till = await createTill({
    config: {
      origin,
      account: 'library',
      mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
      dataDir: join(dataDir, 'till'),
      offers: articles.map(({ id, title, price }) => ({
        kind: 'article' as const,
        id,
        path: `/read/${id}`,
        title,
        price,
      })),
    },
    content: async ({ id }) => ({
      contentType: 'text/html; charset=utf-8',
      body: `<p>${articles.find((article) => article.id === id)?.text}</p>`,
    }),
    log: (event) => events.push(event),
  })
  await street.mint.addAccount({ id: 'library', name: 'The library', publicKey: till.publicKey })
  stand.open(till.handle)
  return {
    street,
    origin,
    urls: articles.map(({ id }) => `${origin}/read/${id}`),
    texts: articles.map(({ text }) => text),
    events,
    close: async () => {
      await stand.close()
      await till.close()
      await street.close()
    },
  }
}
