/**
 * The figures of coin planning: how often a price is payable at once, the coins that each balance is held in, and how long a
 * credential gets; `npm run sim -- --figures`.
 */
import { echoChallenge, encodeCredential, encodeToken, limits, shortKeysetId, type Challenge } from '@tuppence/protocol'
import { planChange, planChangeFor, planCoins, planOutputs, priceMax, selectExact, total } from '../src/coins.ts'
import { makeDice, type Dice } from './dice.ts'

const sizes = Array.from({ length: 16 }, (_, at) => 2 ** at)
const prices = [
  1, 2, 3, 5, 5, 5, 7, 10, 10, 15, 19, 20, 25, 25, 35, 49, 50, 75, 99, 100, 125, 150, 199, 250, 300, 399, 499, 500,
] as const
const topUps = [500, 1_000, 1_000, 2_000] as const
/** Seconds between two payments of one reader, and from a payment to the change that the wallet makes by itself. */
const gapSeconds = { min: 5, max: 360 } as const
const tidySeconds = { min: 20, max: 120 } as const
const paymentsPerHistory = 30

type Sized = { readonly amount: number }
const sized = (amounts: readonly number[]): Sized[] => amounts.map((amount) => ({ amount }))

/** Takes `gone` out of `coins`. */
function without(coins: readonly Sized[], gone: readonly Sized[]): Sized[] {
  return coins.filter((coin) => !gone.includes(coin))
}

type Count = { payable: number; atOnce: number; coinsMost: number }

/** How a reader reads: the wallet makes change some time after a payment, unless the next one comes first (`hasty`: all do). */
type Pace = 'reading' | 'hasty'

/** One reader: tops up when out of money, and pays what articles cost: half of them usual prices, half anything up to $5. */
function readAWhile(dice: Dice, pace: Pace, count: Count): void {
  let coins: Sized[] = []
  for (let paid = 0; paid < paymentsPerHistory; paid++) {
    const price = dice.chance(0.5) ? dice.pick(prices) : dice.between(1, priceMax)
    if (total(coins) < price)
      coins = [
        ...coins,
        ...sized(
          planOutputs(
            coins.map(({ amount }) => amount),
            dice.pick(topUps),
            sizes,
          ),
        ),
      ]
    count.payable++
    const chosen = selectExact(coins, price)
    if (chosen) count.atOnce++
    const change = chosen ? undefined : planChangeFor(coins, price, sizes, limits.inputsMax)
    const after = change ? [...without(coins, change.inputs), ...sized(change.outputs)] : coins
    coins = without(after, chosen ?? selectExact(after, price) ?? [])
    count.coinsMost = Math.max(count.coinsMost, coins.length)
    const hasTime = dice.between(gapSeconds.min, gapSeconds.max) > dice.between(tidySeconds.min, tidySeconds.max)
    const tidy =
      pace === 'reading'
        ? hasTime && planChange(coins, sizes, () => true, limits.inputsMax)
        : paid % 4 === 3 && planChange(coins, sizes, () => true, limits.inputsMax)
    if (tidy) coins = [...without(coins, tidy.inputs), ...sized(tidy.outputs)]
  }
}

/** The longest credential of each price: twelve coins at most, the longest challenge that a till of ours may make. */
function credentialBytes(price: number, balance: number): number {
  const coins = selectExact(sized(planCoins(balance, sizes)), price) ?? []
  const id = `01${'ab'.repeat(32)}`
  const proofs = coins.map(({ amount }) => ({
    amount,
    id: shortKeysetId(id),
    secret: 'ab'.repeat(32),
    C: `02${'cd'.repeat(32)}`,
  }))
  const token = encodeToken({ mint: 'https://mint.tuppence.example', unit: 'usd', proofs })
  const text = 'x'.repeat(200)
  const request = {
    amount: String(price),
    currency: 'usd',
    methodDetails: { paymentRequest: `creqA${'x'.repeat(160)}` },
  }
  const challenge = {
    id: 'x'.repeat(43),
    realm: 'news.example',
    method: 'cashu',
    intent: 'charge',
    request,
    requestText: Buffer.from(JSON.stringify(request)).toString('base64url'),
    expires: '2026-11-22T12:00:00.000Z',
    opaque: {
      offer: 'x'.repeat(40),
      path: `/read/${'x'.repeat(100)}`,
      sites: 'https://news.example https://www.news.example',
      nonce: 'x'.repeat(22),
      title: text,
      kind: 'article',
      mints: 'https://mint.tuppence.example',
    },
  } as unknown as Challenge
  return encodeCredential({
    challenge: echoChallenge(challenge),
    source: `did:key:z6Mk${'x'.repeat(44)}`,
    payload: { cashu_token: token },
  }).length
}

function measure(pace: Pace, histories: number): Count {
  const count: Count = { payable: 0, atOnce: 0, coinsMost: 0 }
  for (let number = 0; number < histories; number++) readAWhile(makeDice(`history/${number}`), pace, count)
  return count
}

const share = ({ payable, atOnce }: Count) => Math.round((atOnce / payable) * 100_000) / 100_000
const balances = [5, 25, 100, 300, 500, 1_000, 2_000, 5_000, 10_000]

/** Measures over so many simulated readers. `isGood`: 99% are payable at once, and every credential fits. */
export function measureFigures(histories: number): { result: object; isGood: boolean } {
  const reading = measure('reading', histories)
  const hasty = measure('hasty', Math.ceil(histories / 10))
  const coinsHeld = Object.fromEntries(balances.map((balance) => [balance, planCoins(balance, sizes).length]))
  const bytes = Array.from({ length: priceMax }, (_, at) =>
    Math.max(...[1_000, 2_000].map((balance) => credentialBytes(at + 1, balance))),
  )
  const result = {
    histories,
    payments: reading.payable,
    atOnceShare: share(reading),
    atOnceShareHasty: share(hasty),
    coinsMost: Math.max(reading.coinsMost, hasty.coinsMost),
    coinsHeld,
    credentialBytesMost: Math.max(...bytes),
    credentialBytesLimit: limits.credentialBytesMax,
  }
  return { result, isGood: result.atOnceShare >= 0.99 && result.credentialBytesMost <= limits.credentialBytesMax }
}
