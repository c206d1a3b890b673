import { getDecodedToken, getEncodedToken, Wallet as CashuWallet, type Proof } from '@cashu/cashu-ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMppxServer, type MppxServer } from './testing/mppx-server.ts'
import { openStreet, type Street } from './testing/street.ts'

let street: Street
let outside: MppxServer
beforeAll(async () => {
  street = await openStreet()
  outside = await openMppxServer(street.mint.url, 13, 'A text from elsewhere.')
})
afterAll(async () => {
  await outside.close()
  await street.close()
})

const worth = (proofs: readonly Proof[]) => proofs.reduce((sum, { amount }) => sum + Number(amount), 0)

async function funded(amount: number, deps: Parameters<Street['wallet']>[0] = {}) {
  const seed = crypto.getRandomValues(new Uint8Array(64))
  const wallet = street.wallet({ seed: async () => seed, ...deps })
  await wallet.topUp({ amount, unit: 'usd', method: 'test' })
  return wallet
}

async function cashu(): Promise<CashuWallet> {
  const wallet = new CashuWallet(street.mint.url, { unit: 'usd' })
  await wallet.loadMint()
  return wallet
}

describe('an mppx server', () => {
  test('is paid by this wallet, with one credential', async () => {
    const fetch = street.fetch()
    const wallet = await funded(100, { fetch })
    const url = `${outside.url}/text`
    const look = await wallet.look({ url, site: outside.url })
    expect(look).toMatchObject({
      status: 'priced',
      affordable: 'now',
      offer: { amount: 13, unit: 'usd', realm: 'outside.example' },
    })
    expect(await wallet.unlock(look)).toMatchObject({
      status: 'paid',
      body: 'A text from elsewhere.',
      receipt: { method: 'cashu', status: 'success' },
    })
    expect(worth(outside.taken)).toBe(13)
    expect(fetch.seen.filter(({ headers }) => headers.has('authorization'))).toHaveLength(1)
    // Its receipt is not the mint's word, so the coins are kept until the mint says that they are spent.
    expect(wallet.$payments.get()).toMatchObject([{ kind: 'pay', state: 'accepted' }])
    expect(wallet.$balance.get()['usd']).toEqual({ spendable: 87, reserved: 13, lent: 0 })
    expect(await wallet.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
    expect(wallet.$balance.get()['usd']).toEqual({ spendable: 87, reserved: 0, lent: 0 })
  })
})

describe('cashu-ts', () => {
  test('reads a token that this wallet sent, checks its proofs offline, and takes it', async () => {
    const wallet = await funded(200)
    const sent = await wallet.send({ amount: 77, unit: 'usd', memo: 'for you' })
    if (sent.status !== 'sent') throw new Error(sent.status)
    const other = await cashu()
    const token = getDecodedToken(
      sent.token,
      other.keyChain.getKeysets().map(({ id }) => id),
    )
    expect(token).toMatchObject({ mint: street.mint.url, unit: 'usd', memo: 'for you' })
    expect(worth(token.proofs)).toBe(77)
    expect(token.proofs.every(({ dleq }) => dleq?.r !== undefined)).toBe(true)
    expect(worth(await other.receive(sent.token, { requireDleq: true }))).toBe(77)
    await wallet.recover()
    expect(wallet.$balance.get()['usd']).toEqual({ spendable: 123, reserved: 0, lent: 0 })
  })

  test('sends a token that this wallet takes', async () => {
    const other = await cashu()
    const giver = await funded(64)
    const sent = await giver.send({ amount: 64, unit: 'usd' })
    if (sent.status !== 'sent') throw new Error(sent.status)
    const proofs = await other.receive(sent.token)
    const { send } = await other.send(40, proofs)
    const wallet = await funded(1)
    expect(await wallet.receive(getEncodedToken({ mint: street.mint.url, unit: 'usd', proofs: send }))).toEqual({
      status: 'received',
      amount: 40,
      unit: 'usd',
    })
    expect(wallet.$balance.get()['usd']?.spendable).toBe(41)
    // A proof that was tampered with is seen before the mint is asked.
    const forged = send.map((proof) => ({ ...proof, dleq: { ...proof.dleq!, s: proof.dleq!.e } }))
    await expect(
      wallet.receive(getEncodedToken({ mint: street.mint.url, unit: 'usd', proofs: forged })),
    ).rejects.toMatchObject({ code: 'dleq-invalid' })
  })

  test("restores this wallet's coins from the same seed", async () => {
    const seed = crypto.getRandomValues(new Uint8Array(64))
    const wallet = street.wallet({ seed: async () => seed })
    await wallet.topUp({ amount: 90, unit: 'usd', method: 'test' })
    const other = new CashuWallet(street.mint.url, { unit: 'usd', bip39seed: seed })
    await other.loadMint()
    const { proofs } = await other.restore(0, 100)
    expect(worth(proofs)).toBe(90)
  })
})
