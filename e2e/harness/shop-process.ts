// The benchmarks' publisher, a process of its own: a till with offers of 6 KB, their pages, and the same bytes for nothing
// at /plain. shop.ts runs: node shop-process.ts <port> <mint> <internal mint> <wallet> <folder> <offers>.
import { createServer, type ServerResponse } from 'node:http'
import { createTill } from '@tuppence/till'
import { nodeTill } from '@tuppence/till/node'

const contentBytes = 6 * 1024

const [port = '', mintUrl = '', mintInternalUrl = '', wallet = '', dataDir = '', offers = ''] = process.argv.slice(2)
const origin = `http://bench.localhost:${port}`

/** About an article's worth of text, different for each number, exactly 6 KB. */
function article(number: number): string {
  const start = `<h2>Article ${number}</h2><p id="body-${number}">`
  const end = '</p>'
  const words = 'small sums for small things were paid without a thought until the coins for them were gone '
  const room = contentBytes - start.length - end.length
  const paragraphs = words.repeat(Math.ceil(room / words.length)).slice(0, room)
  return `${start}${paragraphs}${end}`
}

function page(number: number): string {
  return `<!doctype html><html lang="en"><title>${number}</title><meta name="viewport" content="width=device-width">
<script type="module" src="${wallet}/tuppence.js"></script>
<h1>Article ${number}</h1>
<tuppence-unlock href="/read/${number}" price="0.05"><p slot="teaser">Before.</p><a href="/read/${number}">Read</a></tuppence-unlock>`
}

const till = await createTill({
  config: {
    origin,
    account: 'bench',
    mint: { url: mintUrl, internalUrl: mintInternalUrl },
    dataDir,
    // Nobody reads as many articles a day as these tests do.
    limits: { perKeyDay: 1_000_000 },
    offers: Array.from({ length: Number(offers) }, (_, number) => ({
      id: `article-${number}`,
      kind: 'article' as const,
      path: `/read/${number}`,
      title: `Article ${number}`,
      price: '0.05',
    })),
  },
  content: async (offer) => ({
    contentType: 'text/html; charset=utf-8',
    body: article(Number(offer.path.slice('/read/'.length))),
  }),
})
const serveTill = nodeTill(till)

function send(response: ServerResponse, body: string): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'access-control-allow-origin': '*',
    'cache-control': 'no-store',
  })
  response.end(body)
}

const server = createServer((request, response) => {
  const [, kind, number = '0'] = (request.url ?? '/').split('/')
  if (kind === 'page') send(response, page(Number(number)))
  else if (kind === 'plain') send(response, article(Number(number)))
  else void serveTill(request, response)
})
server.listen(Number(port), '127.0.0.1', () => console.log(JSON.stringify({ event: 'listening', origin })))
process.on('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
  void Promise.resolve(till.close()).then(() => process.exit(0))
})
