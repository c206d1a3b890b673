// Money in and out by Lightning, batches, units and subscriptions, with @cashu/cashu-ts as the wallet.

import { randomBytes } from 'node:crypto'
import { CheckStateEnum, Mint, MeltQuoteState, Wallet } from '@cashu/cashu-ts'
import { publicKey } from '@tuppence/protocol/crypto'
import { decode } from 'light-bolt11-decoder'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeInvoice } from './funding/lightning/bolt11.ts'
import { invoiceOf, startLightningMint, topUpSats, untilPaid, walletOf, worth } from './testing/interop.ts'
import type { TestMint } from './testing/mint.ts'

let mint: TestMint
beforeAll(async () => {
  mint = await startLightningMint()
})
afterAll(() => mint.close())

const hexKey = (privkey: Uint8Array) => Buffer.from(publicKey(privkey)).toString('hex')
const privkey = new Uint8Array(32).fill(3)
const privkeyHex = Buffer.from(privkey).toString('hex')

describe('cashu-ts over Lightning', () => {
  test('NUT-04, NUT-23: tops up by an invoice that is real text, and its accounting is told', async () => {
    const wallet = await walletOf(mint)
    const quote = await wallet.createMintQuoteBolt11(1337, 'a description')
    // The invoice is not paid as long as it was made in the future.
    mint.clock.offsetMs = -10_000
    expect(quote.request).toMatch(/^lnbc13370n1/)
    const sections = new Map(
      decode(quote.request).sections.map(({ name, value }: { name: string; value?: unknown }) => [name, value]),
    )
    expect(sections.get('amount')).toBe('1337000')
    expect(sections.get('description')).toBe('a description')
    const asked = JSON.parse((await mint.get(`/v1/mint/quote/bolt11/${quote.quote}`)).text) as object
    expect(asked).toMatchObject({
      method: 'bolt11',
      state: 'UNPAID',
      amount_paid: 0,
      amount_issued: 0,
      updated_at: expect.any(Number),
    })
    await expect(wallet.mintProofsBolt11(1337, quote.quote)).rejects.toMatchObject({ code: 20001 })
    mint.clock.offsetMs = 0
    await untilPaid(wallet, quote.quote)
    expect(worth(await wallet.mintProofsBolt11(1337, quote.quote))).toBe(1337)
    const issued = JSON.parse((await mint.get(`/v1/mint/quote/bolt11/${quote.quote}`)).text) as object
    expect(issued).toMatchObject({ state: 'ISSUED', amount_paid: 1337, amount_issued: 1337 })
    await expect(wallet.mintProofsBolt11(1337, quote.quote)).rejects.toMatchObject({ code: 20002 })
  })

  test('NUT-04: mints a paid quote in parts, and no more than was paid', async () => {
    const wallet = await walletOf(mint)
    const { quote } = await wallet.createMintQuoteBolt11(10)
    await untilPaid(wallet, quote)
    expect(worth(await wallet.mintProofsBolt11(4, quote))).toBe(4)
    await expect(wallet.mintProofsBolt11(7, quote)).rejects.toMatchObject({ code: 11005 })
    expect(worth(await wallet.mintProofsBolt11(6, quote))).toBe(6)
  })

  test('NUT-05, NUT-08, NUT-23: pays an invoice, and what is left of the reserve comes back', async () => {
    const wallet = await walletOf(mint)
    const proofs = await topUpSats(wallet, 300)
    const quote = await wallet.createMeltQuoteBolt11(await invoiceOf(200_000))
    expect([quote.amount.toNumber(), quote.fee_reserve.toNumber()]).toEqual([200, 4])
    const { change, quote: paid } = await wallet.meltProofsBolt11(quote, proofs)
    expect(paid.state).toBe(MeltQuoteState.PAID)
    expect(paid.payment_preimage).toMatch(/^[0-9a-f]{64}$/)
    // 300 less the invoice, the fee of one input in ten, and one sat that the payment cost.
    expect(worth(change)).toBe(300 - 200 - 1 - 1)
    expect(worth((await wallet.send(20, change, { includeFees: true })).send)).toBeGreaterThanOrEqual(20)
  })

  test('NUT-05: gives the coins back when a payment failed, and pays an invoice once', async () => {
    const wallet = await walletOf(mint)
    const proofs = await topUpSats(wallet, 64)
    const failing = await wallet.createMeltQuoteBolt11(await invoiceOf(20_000, { pay_invoice_state: 'Failed' }))
    await expect(wallet.meltProofsBolt11(failing, proofs)).rejects.toMatchObject({ code: 20004 })
    const [state] = await wallet.checkProofsStates(proofs)
    expect(state?.state).toBe(CheckStateEnum.UNSPENT)
    const invoice = await invoiceOf(20_000)
    const first = await wallet.createMeltQuoteBolt11(invoice)
    const { change } = await wallet.meltProofsBolt11(first, proofs)
    const again = await wallet.createMeltQuoteBolt11(invoice)
    await expect(wallet.meltProofsBolt11(again, change)).rejects.toMatchObject({ code: 20006 })
    const preview = await wallet.prepareMelt('bolt11', again, change)
    await expect(wallet.completeMelt(preview, undefined, { preferAsync: true })).rejects.toMatchObject({ code: 20006 })
  })

  test('NUT-05, NUT-07: a payment that hangs holds its coins, which are PENDING and in no other request', async () => {
    const wallet = await walletOf(mint)
    const proofs = await topUpSats(wallet, 64)
    const quote = await wallet.createMeltQuoteBolt11(
      await invoiceOf(20_000, { pay_invoice_state: 'Pending', check_payment_state: 'Pending' }),
    )
    const { quote: pending } = await wallet.meltProofsBolt11(quote, proofs)
    expect(pending.state).toBe(MeltQuoteState.PENDING)
    const [state] = await wallet.checkProofsStates(proofs)
    expect(state?.state).toBe(CheckStateEnum.PENDING)
    const { keysetId } = wallet
    await expect(wallet.send(5, proofs, { keysetId })).rejects.toMatchObject({ code: 11002 })
  })

  test('NUT-05: answers at once when asked to, and the quote says later that it is paid', async () => {
    const wallet = await walletOf(mint)
    const proofs = await topUpSats(wallet, 64)
    const quote = await wallet.createMeltQuoteBolt11(await invoiceOf(20_000))
    const preview = await wallet.prepareMelt('bolt11', quote, proofs)
    const { quote: begun } = await wallet.completeMelt(preview, undefined, { preferAsync: true })
    expect(begun.state).toBe(MeltQuoteState.PENDING)
    const done = await wallet.on.onceMeltPaid(quote.quote, { timeoutMs: 10_000 })
    expect(done.state).toBe(MeltQuoteState.PAID)
    wallet.mint.disconnectWebSocket()
  })

  test('NUT-23: pays an invoice without an amount, if told how much', async () => {
    const invoice = writeInvoice({
      paymentHash: randomBytes(32),
      paymentSecret: randomBytes(32),
      nodeKey: privkey,
      description: 'what you like',
      timestamp: 1_795_341_600,
      expirySeconds: 600,
    })
    const ask = async (body: object) =>
      JSON.parse((await mint.post('/v1/melt/quote/bolt11', { unit: 'sat', ...body })).text) as Record<string, never>
    expect(await ask({ request: invoice })).toMatchObject({ code: 11011 })
    expect(await ask({ request: invoice.slice(0, -1) })).toMatchObject({ code: 10000 })
    const wallet = await walletOf(mint)
    const proofs = await topUpSats(wallet, 64)
    const quote = await ask({ request: invoice, options: { amountless: { amount_msat: 7500 } } })
    expect(quote).toMatchObject({ amount: 8, fee_reserve: 2 })
    const checked = await wallet.checkMeltQuoteBolt11(String(quote['quote']))
    expect(worth((await wallet.meltProofsBolt11(checked, proofs)).change)).toBe(64 - 8 - 1 - 1)
    const wrong = { request: await invoiceOf(5000), options: { amountless: { amount_msat: 6000 } } }
    expect(await ask(wrong)).toMatchObject({ code: 11012 })
  })

  test('NUT-01, NUT-02: holds several units at once, each with keys of its own, and mixes none', async () => {
    const units = ['sat', 'usd', 'eur', 'krw']
    const wallets = await Promise.all(units.map((unit) => walletOf(mint, unit)))
    expect(new Set(wallets.map(({ keysetId }) => keysetId)).size).toBe(4)
    const coins = await Promise.all(wallets.map((wallet) => topUpSats(wallet, 50)))
    expect(coins.map(worth)).toEqual([50, 50, 50, 50])
    const [sat, usd] = wallets as [Wallet, Wallet]
    const quote = await usd.createMeltQuoteBolt11(await invoiceOf(12_500))
    // 12.5 sat at 12 sat a cent: rounded up, as the mint has to pay it.
    expect(quote.amount.toNumber()).toBe(2)
    await expect(sat.meltProofsBolt11(quote, coins[0] ?? [])).rejects.toThrow()
    expect(worth((await usd.meltProofsBolt11(quote, coins[1] ?? [])).change)).toBeGreaterThan(40)
  })

  test('NUT-20: a quote that is locked to a key is minted with its signature only', async () => {
    const wallet = await walletOf(mint)
    const quote = await wallet.createLockedMintQuote(21, hexKey(privkey))
    await untilPaid(wallet, quote.quote)
    await expect(wallet.mintProofsBolt11(21, quote.quote)).rejects.toMatchObject({ code: 20008 })
    await expect(wallet.mintProofsBolt11(21, quote, { privkey: '11'.repeat(32) })).rejects.toThrow()
    expect(worth(await wallet.mintProofsBolt11(21, quote, { privkey: privkeyHex }))).toBe(21)
  })

  test('NUT-29: checks and mints several quotes at once, locked ones too, all or none', async () => {
    const wallet = await walletOf(mint)
    const open = await wallet.createMintQuoteBolt11(5)
    const locked = await wallet.createLockedMintQuote(6, hexKey(privkey))
    const unpaid = await wallet.createMintQuoteBolt11(7)
    await untilPaid(wallet, open.quote)
    await untilPaid(wallet, locked.quote)
    const checked = await wallet.checkMintQuoteBatchBolt11([locked.quote, open.quote])
    expect(checked.map(({ quote }) => quote)).toEqual([locked.quote, open.quote])
    const entries = [
      { amount: 5, quote: open },
      { amount: 6, quote: locked },
    ]
    const batch = await wallet.prepareBatchMint('bolt11', entries, { privkey: privkeyHex })
    const outputs = batch.payload.outputs.map((output) => ({ ...output, amount: Number(output.amount) }))
    const stolen = { ...batch.payload, outputs, quote_amounts: [5, 6], signatures: [null, '00'.repeat(64)] }
    const refused = (body: object) => mint.post('/v1/mint/bolt11/batch', body)
    expect(JSON.parse((await refused(stolen)).text)).toMatchObject({ code: 20008 })
    expect(worth(await wallet.completeBatchMint(batch))).toBe(11)
    await expect(
      wallet.completeBatchMint(await wallet.prepareBatchMint('bolt11', [entries[0]!])),
    ).rejects.toMatchObject({
      code: 20002,
    })
    const ids = (quotes: string[]) => mint.post('/v1/mint/quote/bolt11/check', { quotes })
    expect(JSON.parse((await ids([open.quote, open.quote])).text)).toMatchObject({ code: 11016 })
    expect(JSON.parse((await ids(Array.from({ length: 101 }, (_, i) => `q${i}`))).text)).toMatchObject({ code: 11017 })
    expect((await ids([unpaid.quote, 'nobody'])).status).toBe(400)
  })

  test('NUT-17: tells of quotes and coins over a WebSocket, now and when they change', async () => {
    const wallet = new Wallet(new Mint(mint.url), { unit: 'sat' })
    await wallet.loadMint()
    const quote = await wallet.createMintQuoteBolt11(63)
    const quoteStates: string[] = []
    await new Promise<void>((resolve, reject) => {
      const heard = ({ state }: { state: unknown }) => {
        quoteStates.push(String(state))
        if (String(state) === 'PAID') resolve()
      }
      wallet.on.mintQuoteUpdates([quote.quote], heard, reject).catch(reject)
    })
    expect(quoteStates).toEqual(['UNPAID', 'PAID'])
    const proofs = await wallet.mintProofsBolt11(63, quote.quote)
    const coinStates: string[] = []
    await new Promise<void>((resolve, reject) => {
      const heard = ({ state }: { state: string }) => {
        coinStates.push(state)
        if (coinStates.length === proofs.length) wallet.send(21, proofs, { keysetId: wallet.keysetId }).catch(reject)
        if (state === 'SPENT') resolve()
      }
      wallet.on.proofStateUpdates(proofs, heard, reject).catch(reject)
    })
    expect(coinStates.slice(0, proofs.length)).toEqual(proofs.map(() => 'UNSPENT'))
    wallet.mint.disconnectWebSocket()
  })

  test('NUT-06: says what it can do, and how long a list may be', async () => {
    const info = (await walletOf(mint)).getMintInfo()
    expect(info.isSupported(4)).toMatchObject({ disabled: false })
    expect(info.isSupported(5)).toMatchObject({ disabled: false })
    for (const nut of [7, 8, 9, 10, 11, 12, 14, 20] as const) expect(info.isSupported(nut).supported).toBe(true)
    expect(info.isSupported(17).supported).toBe(true)
    expect(info.cache).toMatchObject({ nuts: { 29: { max_batch_size: 100 } }, max_array_length: 256 })
  })
})
