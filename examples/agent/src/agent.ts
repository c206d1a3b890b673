// The agent: a wallet in Node with a budget. It reads what it is asked to read, while the budget lasts, and keeps receipts.
import { createWallet, type Fetch } from '@tuppence/core'
import { nodeDb } from '@tuppence/core/node'
import { newSeed } from '@tuppence/core/words'
import type { SignedReceipt } from '@tuppence/protocol'

/** What an agent may do. Amounts in minor units of `usd`. */
export type AgentOptions = Readonly<{
  /** The wallet's file; coins and receipts are in it. */
  file: string
  mint: string
  /** Most in a day; nothing beyond it is ever paid. */
  budget: number
  fetch?: Fetch
}>

/** What came of reading: the text and the mint's receipt, or why nothing was paid. */
export type Reading =
  | Readonly<{ status: 'read'; title: string; amount: number; text: string; receipt: SignedReceipt | undefined }>
  | Readonly<{ status: 'refused'; title: string; amount: number; why: string }>

/** An agent with money. */
export type Agent = Readonly<{ read: (url: string) => Promise<Reading>; balance: () => number; close: () => void }>

/**
 * Opens an agent, with test money for its budget and some more: it is the rules that stop it, not its purse.
 *
 * The rules are the wallet's: it counts in the transaction that reserves the coins, so two readings at once share one budget.
 */
export async function openAgent({ file, mint, budget, fetch }: AgentOptions): Promise<Agent> {
  const { seed } = await newSeed()
  const db = nodeDb(file)
  const wallet = createWallet({
    db,
    seed: async () => seed,
    mints: [mint],
    reader: () => import('@tuppence/core/reader'),
    ...(fetch && { fetch }),
  })
  await wallet.start()
  await wallet.topUp({ amount: budget * 5, unit: 'usd', method: 'test' })
  await wallet.setRules({ unit: 'usd', autoMax: budget, perDay: budget, perSiteDay: budget, offSites: [], sites: {} })
  return {
    read: async (url) => {
      // An agent has no page: it reads each thing at its own origin.
      const look = await wallet.look({ url, site: new URL(url).origin })
      if (look.status === 'free') return { status: 'read', title: url, amount: 0, text: look.body, receipt: undefined }
      const { title = url, amount } = look.status === 'priced' || look.status === 'covered' ? look.offer : { amount: 0 }
      const outcome = await wallet.unlock(look, { auto: true })
      if (outcome.status === 'paid' || outcome.status === 'opened' || outcome.status === 'granted')
        return { status: 'read', title, amount, text: plain(outcome.body), receipt: outcome.receipt?.receipt }
      return { status: 'refused', title, amount, why: outcome.status }
    },
    balance: () => wallet.$balance.get()['usd']?.spendable ?? 0,
    close: () => {
      wallet.close()
      db.close()
    },
  }
}

/** Node does not look up *.localhost, where the examples are. */
export const localFetch: Fetch = (url, init) => {
  const target = new URL(url)
  if (target.hostname.endsWith('.localhost')) target.hostname = '127.0.0.1'
  return fetch(target, init)
}

const plain = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
