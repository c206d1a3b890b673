// A mint with cards and the pretended Stripe that it speaks with, both on sockets, and a reader who pays; only tests import it.

import { randomBytes } from 'node:crypto'
import { bytesToHex } from '@tuppence/protocol'
import { publicKey, signQuote } from '@tuppence/protocol/crypto'
import type { MintConfigInput } from '../config.ts'
import { doubleSecretKey, serveStripeDouble, type ServedStripeDouble } from '../funding/stripe/double/double.ts'
import { activeKeyset, coinsOf, draft, split, startTestMint, type Answer, type TestMint } from './mint.ts'

/** Shared by the mint and the pretended Stripe. */
export const webhookSecret = 'whsec_for_tests'

/** Good, declined, and good but disputed as soon as it is captured. */
export const cards = { good: '4242424242424242', declined: '4000000000000002', disputed: '4000000000000259' } as const

let made = 0

/** The number of another good card. */
export function newCard(): string {
  const digits = `42424242${String(++made).padStart(7, '0')}`
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) * 2 : Number(digit)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

/** A mint with cards. */
export interface CardMint {
  readonly mint: TestMint
  readonly stripe: ServedStripeDouble
  close(): Promise<void>
}

/** Starts both. @param hooks - Whether webhooks are sent at all. */
export async function startCardMint(
  {
    card = {},
    ...input
  }: Omit<MintConfigInput, 'funding'> & {
    card?: Partial<NonNullable<NonNullable<MintConfigInput['funding']>['card']>>
  } = {},
  { hooks = 'sent', seed = 1 }: { hooks?: 'sent' | 'lost'; seed?: number } = {},
): Promise<CardMint> {
  const stripe = await serveStripeDouble({ seed, delayMs: 1 })
  const mint = await startTestMint({
    ...input,
    funding: {
      card: {
        enabled: true,
        secretKey: doubleSecretKey,
        webhookSecret,
        apiHost: stripe.url,
        returnUrl: 'http://wallet.test/topped-up.html',
        askEveryMs: 10,
        retries: 0,
        timeoutMs: 2000,
        ...card,
      },
    },
  })
  if (hooks === 'sent') stripe.tellTo({ url: `${mint.url}/v1/funding/card/webhook`, secret: webhookSecret })
  return {
    mint,
    stripe,
    close: async () => {
      await stripe.close()
      await mint.close()
    },
  }
}

/** A quote that somebody has asked for, and the key to it. */
export interface CardQuote {
  readonly id: string
  readonly amount: number
  readonly key: Uint8Array
  /** Stripe's id of the checkout. */
  readonly session: string
  readonly request: string
}

/** Asks for a quote. */
export async function cardQuote({ mint }: Pick<CardMint, 'mint'>, amount = 1000): Promise<CardQuote> {
  const key = Uint8Array.from(randomBytes(32))
  key[0] = 1
  const opened = await mint.post('/v1/mint/quote/card', { amount, unit: 'usd', pubkey: bytesToHex(publicKey(key)) })
  if (opened.status !== 200) throw new Error(`card quote: ${opened.text}`)
  const { quote, request } = JSON.parse(opened.text) as { quote: string; request: string }
  return { id: quote, amount, key, request, session: request.split('/').at(-1) ?? '' }
}

/** How a quote stands. */
export async function quoteState({ mint }: Pick<CardMint, 'mint'>, { id }: Pick<CardQuote, 'id'>) {
  const { text } = await mint.get(`/v1/mint/quote/card/${id}`)
  return JSON.parse(text) as { state: string; reason?: string; amount_paid: number; amount_issued: number }
}

/** Asks until something holds. @throws {Error} It does not within ten seconds. */
export async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const endMs = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Mints a part of a quote, or all of it. @returns The answer, and the coins where there are any. */
export async function mintCard({ mint }: Pick<CardMint, 'mint'>, quote: CardQuote, amount = quote.amount) {
  const made = draft(await activeKeyset(mint), split(amount))
  const signature = signQuote({ quote: quote.id, outputs: made.outputs }, quote.key)
  const answer: Answer = await mint.post('/v1/mint/card', { quote: quote.id, outputs: made.outputs, signature })
  return { answer, coins: answer.status === 200 ? coinsOf(made, answer.text) : [] }
}

/** All accounts of the ledger that are not at zero, in usd. */
export async function accountsOf({ mint }: Pick<CardMint, 'mint'>): Promise<Record<string, number>> {
  const { balances } = await mint.served.ledger.totals()
  const sums: Record<string, number> = {}
  for (const { account, balance } of balances) {
    const name = account.startsWith('outstanding:') ? 'outstanding' : account
    sums[name] = (sums[name] ?? 0) + balance
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0))
}
