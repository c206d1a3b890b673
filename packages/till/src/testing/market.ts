/** A made-up newspaper's readers, by a seed: what they looked at, paid, tipped and gave back, written through a journal; tests of insights and `npm run insights:check` use it. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Asked, Journal, Received } from '../journal/port.ts'
import type { ArticleOffer, Offer } from '../offers.ts'
import { priceAt } from '../standing.ts'

/** What to make up. `endMs`: a midnight. `refundShare`: of payments with a key. */
export type MarketPlan = Readonly<{
  seed: string
  payments: number
  days: number
  endMs: number
  articles: number
  readers: number
  refundShare?: number
}>

/** What was made up. */
export type Market = Readonly<{
  offers: readonly Offer[]
  payments: number
  refunds: number
  views: number
  startMs: number
}>

const dayMs = 86_400_000
const hourMs = 3_600_000
const experiment = { id: 'autumn', prices: [3, 5], hours: 1 }
const words =
  'salt tin copper wool rope flour glass paper coal tea brick lace ink oats silk iron cork honey chalk brass'.split(' ')

/** A new folder, in memory where the machine has one there: what is made up need not survive it, and is written faster. */
export function quickFolder(name: string): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), name))
}

/** Numbers from 0 to below 1, the same for a seed. */
export function chance(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0)
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What the newspaper sells: articles, one in six with prices that take turns, a pass, and a tip jar. */
export function marketOffers(articles: number): Offer[] {
  const base = { sites: ['https://news.example'], unit: 'usd' }
  const written = Array.from({ length: articles }, (_, index): ArticleOffer => {
    const name = `${words[index % words.length]}-${Math.floor(index / words.length) + 1}`
    return {
      ...base,
      kind: 'article',
      id: name,
      path: `/read/${name}`,
      title: `The price of ${words[index % words.length]}, part ${Math.floor(index / words.length) + 1}`,
      price: [5, 5, 10, 2, 7, 25][index % 6] as number,
      ...(index % 6 === 1 && { experiment }),
    }
  })
  return [
    ...written,
    { ...base, kind: 'pass', id: 'week', path: '/pass/week', title: 'A week of it', price: 150, per: 'week' },
    { ...base, kind: 'tip', id: 'jar', path: '/tip', title: 'Tip jar', min: 5, max: 5_000 },
  ]
}

/** Makes a market up and writes it into a journal, in the order in which it happened. */
export async function fillMarket(journal: Journal, plan: MarketPlan): Promise<Market> {
  const random = chance(plan.seed)
  const offers = marketOffers(plan.articles)
  const startMs = plan.endMs - plan.days * dayMs
  const popular = zipf(plan.articles, 0.9)
  const loyal = zipf(plan.readers, 0.6)
  const owned = new Set<string>()
  let [refunds, views] = [0, 0]
  let counts = new Map<string, Asked>()
  let flushedMs = startMs
  const moments = Float64Array.from({ length: plan.payments }, () => momentIn(random, startMs, plan.days)).sort()
  for (const [index, atMs] of moments.entries()) {
    if (atMs - flushedMs > hourMs) {
      await journal.asked([...counts.values()])
      counts = new Map()
      flushedMs = atMs
    }
    const offer = offers[pick(random, popular, plan.articles, atMs - startMs, plan.days)] as ArticleOffer
    let reader = pickFrom(random, loyal)
    const roll = random()
    const bought: Offer = roll < 0.03 ? (offers.at(-1) as Offer) : roll < 0.035 ? (offers.at(-2) as Offer) : offer
    const isNobody = random() < 0.03 && bought.kind !== 'pass'
    // Nobody buys an article twice.
    if (bought.kind === 'article' && !isNobody)
      while (owned.has(`${reader} ${bought.id}`)) reader = Math.floor(random() * plan.readers)
    const price = bought.kind === 'tip' ? tipOf(random) : priceAt(bought, atMs)
    if (bought.kind === 'article') {
      // The dearer, the fewer: what an experiment is to find.
      const looks = 1 + Math.floor(random() * (10 + 3 * price))
      views += looks
      for (let look = 0; look < looks; look += 1)
        glance(counts, bought, Math.max(startMs, atMs - Math.floor(random() * 30 * 60_000)))
    }
    const owns = `${reader} ${bought.id}`
    if (!isNobody) owned.add(owns)
    const personal = bought.kind === 'article' && random() < 0.01 ? Math.max(1, price - 1) : price
    const payment = received({ index, bought, price: personal, atMs, reader: isNobody ? undefined : reader })
    await journal.receive(payment)
    await journal.deposited(payment.reference, { receipt: 'receipt', atMs: atMs + 20 })
    if (bought.kind !== 'article' || isNobody || random() > (plan.refundShare ?? 0.03)) continue
    refunds += 1
    owned.delete(owns)
    await giveBack(journal, payment, atMs + 20 + Math.floor(random() * 600_000))
  }
  await journal.asked([...counts.values()])
  return { offers, payments: plan.payments, refunds, views, startMs }
}

function glance(counts: Map<string, Asked>, offer: ArticleOffer, atMs: number): void {
  const price = priceAt(offer, atMs)
  const day = atMs - (atMs % dayMs)
  const block = offer.experiment && { experiment: offer.experiment.id, hours: 1, blockMs: atMs - (atMs % hourMs) }
  const key = `${block?.blockMs ?? day} ${price} ${offer.id}`
  const asked = (counts.get(key)?.asked ?? 0) + 1
  counts.set(key, { dayMs: day, offerId: offer.id, price, asked, ...(block && { block }) })
}

function received(
  of: Readonly<{ index: number; bought: Offer; price: number; atMs: number; reader: number | undefined }>,
): Received {
  const { index, bought, price, atMs, reader } = of
  return {
    reference: createHash('sha256').update(`payment ${index}`).digest('hex'),
    offerId: bought.id,
    kind: bought.kind,
    target: bought.path,
    challengeId: `challenge ${index}`,
    price,
    amount: price,
    unit: 'usd',
    salt: '0'.repeat(32),
    deposit: '{}',
    receivedAtMs: atMs,
    ...(bought.kind === 'pass' && { passMs: 7 * dayMs }),
    ...(reader !== undefined && { reader: readerOf(reader) }),
  }
}

/** A reader by number. */
export function readerOf(index: number): NonNullable<Received['reader']> {
  const thumbprint = createHash('sha256').update(`reader ${index}`).digest('base64url')
  return { thumbprint, publicKey: thumbprint }
}

async function giveBack(journal: Journal, payment: Received, atMs: number): Promise<void> {
  const { reference, offerId, amount, unit, reader } = payment
  const refund = {
    reference,
    thumbprint: reader?.thumbprint ?? '',
    offerId,
    amount,
    unit,
    request: '{}',
    startedAtMs: atMs,
  }
  await journal.refund(refund, { allowance: { startMs: 0, endMs: atMs }, admit: () => undefined })
  await journal.refunded(reference, { answer: '{}', atMs })
}

/** More by day than by night, more on some days than on others. */
function momentIn(random: () => number, startMs: number, days: number): number {
  const day = Math.min(days - 1, Math.floor(days * random() ** 0.9))
  const hour = 7 + 15 * (random() * 0.6 + random() * 0.4)
  return Math.floor(startMs + day * dayMs + hour * hourMs)
}

/** An article that is out by then; the newer the more. */
function pick(random: () => number, popular: Float64Array, articles: number, sinceMs: number, days: number): number {
  const out = Math.max(3, Math.ceil(articles * (0.3 + (0.7 * sinceMs) / (days * dayMs))))
  return (out - 1 - (pickFrom(random, popular) % out) + out) % out
}

function tipOf(random: () => number): number {
  return [10, 20, 50, 50, 100, 500][Math.floor(random() * 6)] as number
}

function zipf(size: number, power: number): Float64Array {
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank += 1) sums[rank] = sum += 1 / (rank + 1) ** power
  return sums
}

function pickFrom(random: () => number, sums: Float64Array): number {
  const at = random() * (sums.at(-1) as number)
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] as number) < at) low = middle + 1
    else high = middle
  }
  return low
}
