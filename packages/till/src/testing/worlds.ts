/** Two places where reading histories are played: a mint that only keeps books, in this process; and a real one over HTTP. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getEncodedToken, type Proof } from '@cashu/cashu-ts'
import {
  canonicalJson,
  encodeToken,
  thumbprint,
  TuppenceError,
  utf8,
  type Deposit,
  type Refund,
} from '@tuppence/protocol'
import { createTill, type Till, type TillOptions } from '../app.ts'
import type { TillConfig } from '../config.ts'
import { memoryJournal } from '../journal/sqlite.ts'
import type { MintClient } from '../mint-client.ts'
import { refundOutputs } from './outputs.ts'
import { openStage } from './stage.ts'

/** What a history is played on. Amounts in cents. */
export type World = Readonly<{
  origin: string
  till: () => Till
  config: TillConfig
  send: (url: string, init: RequestInit) => Promise<Response>
  token: (amount: number) => Promise<string>
  /** Takes back a token that was refused: its coins are good for another. */
  keep: (token: string) => void
  /** A reader's outputs for a refund, and what the mint's signatures on them are worth once they are unblinded. */
  outputs: (
    amount: number,
  ) => Promise<Readonly<{ messages: readonly object[]; worth: (signatures: unknown) => Promise<number> }>>
  /** What the publisher's account holds, and what all tokens that were made, and are spent, were worth. */
  books: () => Promise<Readonly<{ account: number; spent: number }>>
  /** Loses the mint's answers, or no longer. */
  lose: (mode: 'answers' | 'nothing') => void
  /** The till's clock. */
  clock: { nowMs: number }
  close: () => Promise<void>
}>

/** Opens a world without a curve: coins are texts, the mint a list of those it has seen. Everything in the till is real. */
export async function paperWorld(sells: Partial<TillConfig>): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'till-paper-'))
  const clock = { nowMs: Date.now() }
  const origin = 'http://news.localhost:4041'
  const mintUrl = 'http://mint.localhost:4043'
  const keyset = `01${'0'.repeat(64)}`
  const books = { account: 0, spent: 0, losing: false }
  let made = 0
  const mint = await paperMint({ mintUrl, keyset, books, nowMs: () => clock.nowMs })
  const config: TillConfig = { origin, account: 'news', mint: { url: mintUrl }, dataDir: dir, offers: [], ...sells }
  const content: TillOptions['content'] = async (offer) => ({ contentType: 'text/plain', body: offer.id })
  const till = await createTill({
    config,
    mint,
    journal: memoryJournal(),
    content,
    log: () => {},
    nowMs: () => clock.nowMs,
  })
  return {
    origin,
    config,
    clock,
    till: () => till,
    send: async (url, init) => (await till.handle(new Request(url, init))) ?? new Response(null, { status: 404 }),
    token: async (amount) => {
      const secret = `secret ${made++}`
      const C = `02${createHash('sha256').update(secret).digest('hex')}`
      return encodeToken({ mint: mintUrl, unit: 'usd', proofs: [{ amount, id: keyset, secret, C }] })
    },
    keep: () => {},
    outputs: async (amount) => ({
      messages: [{ amount, id: keyset, B_: `02${createHash('sha256').update(`output ${made++}`).digest('hex')}` }],
      worth: async (signatures) => (signatures as { amount: number }[]).reduce((sum, { amount: one }) => sum + one, 0),
    }),
    books: async () => ({ account: books.account, spent: books.spent }),
    lose: (mode) => void (books.losing = mode === 'answers'),
    close: async () => {
      await till.close()
      rmSync(dir, { recursive: true })
    },
  }
}

async function paperMint(
  world: Readonly<{
    mintUrl: string
    keyset: string
    books: { account: number; spent: number; losing: boolean }
    nowMs: () => number
  }>,
): Promise<MintClient> {
  const { books, keyset, mintUrl, nowMs } = world
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const jwk = publicKey.export({ format: 'jwk' })
  const kid = await thumbprint(jwk)
  const answers = new Map<string, unknown>()
  const secrets = new Set<string>()
  const answer = <T>(text: string, make: () => T): T => {
    if (!answers.has(text)) answers.set(text, make())
    if (books.losing) throw new TuppenceError('mint-unavailable')
    return answers.get(text) as T
  }
  return {
    keysets: async () => [{ id: keyset, unit: 'usd', active: true, input_fee_ppk: 0 }],
    receiptKeys: async () => [jwk],
    deposit: async (text) =>
      answer(text, () => {
        const { inputs, reference, account, unit, offer } = JSON.parse(text) as Deposit
        for (const { secret } of inputs) {
          if (secrets.has(secret)) throw new TuppenceError('coins-refused', { details: { reason: 'coins-spent' } })
          secrets.add(secret)
        }
        const amount = inputs.reduce((sum, input) => sum + input.amount, 0)
        books.account += amount
        books.spent += amount
        const body = { v: 1 as const, mint: mintUrl, account, offer, amount, unit, timeMs: nowMs(), reference, kid }
        return { ...body, sig: sign(null, utf8(canonicalJson(body)), privateKey).toString('base64url') }
      }),
    areSpent: async (inputs) => inputs.every(({ secret }) => secrets.has(secret)),
    refund: async (text) =>
      answer(text, () => {
        const { amount, outputs, reference, account, unit } = JSON.parse(text) as Refund
        books.account -= amount
        const signatures = outputs.map(({ amount: one, id, B_ }) => ({ amount: one, id, C_: B_ }))
        return { reference, account, unit, amount, signatures } as never
      }),
  }
}

/** Opens the real thing: a mint, a till on node:http, coins that cashu-ts made. @param coins - How many cents in coins of one. */
export async function realWorld(sells: Partial<TillConfig>, coins: readonly number[]): Promise<World> {
  const clock = { nowMs: Date.now() }
  const stage = await openStage({ sells, nowMs: () => clock.nowMs })
  const pool = await stage.purse.coins(coins)
  const used = new Map<string, Proof[]>()
  return {
    origin: stage.config.origin,
    config: stage.config,
    clock,
    till: stage.till,
    send: (url, init) => fetch(url, init),
    token: async (amount) => {
      const proofs: Proof[] = []
      for (let left = amount; left > 0;) {
        const at = pool.findIndex((proof) => Number(proof.amount) <= left)
        if (at < 0) throw new Error('out of coins')
        const [proof] = pool.splice(at, 1) as [Proof]
        proofs.push(proof)
        left -= Number(proof.amount)
      }
      const token = getEncodedToken({ mint: stage.mint.url, unit: 'usd', proofs }, { removeDleq: true })
      used.set(token, proofs)
      return token
    },
    keep: (token) => {
      pool.push(...(used.get(token) ?? []))
      pool.sort((a, b) => Number(b.amount) - Number(a.amount))
      used.delete(token)
    },
    outputs: async (amount) => {
      const { messages, unblind } = await refundOutputs(stage.mint.url, amount)
      const worth = async (signatures: unknown): Promise<number> => {
        const proofs = await unblind(signatures as never)
        // Unblinded, they are coins like any other, for the next payment.
        pool.push(...proofs)
        pool.sort((a, b) => Number(b.amount) - Number(a.amount))
        return proofs.reduce((sum, proof) => sum + Number(proof.amount), 0)
      }
      return { messages, worth }
    },
    books: async () => {
      let spent = 0
      const sent = [...used.values()].flat()
      for (let at = 0; at < sent.length; at += 100) {
        const part = sent.slice(at, at + 100)
        const states = await stage.purse.spent(part)
        spent += part.reduce((sum, proof, index) => sum + (states[index] === true ? Number(proof.amount) : 0), 0)
      }
      return { account: (await stage.account()).balance, spent }
    },
    lose: (mode) => stage.proxy.fault(mode === 'answers' ? 'lose-answer' : 'pass'),
    close: stage.close,
  }
}
