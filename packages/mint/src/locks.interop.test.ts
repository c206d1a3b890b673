// Locks, proofs of signatures, restoring, fees and keysets that change, with @cashu/cashu-ts as the wallet.

import { randomBytes } from 'node:crypto'
import { createHTLCHash, P2PKBuilder, type Proof, type Wallet } from '@cashu/cashu-ts'
import { publicKey } from '@tuppence/protocol/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invoiceOf, startLightningMint, topUpSats, walletOf, worth } from './testing/interop.ts'
import type { TestMint } from './testing/mint.ts'

let mint: TestMint
let wallet: Wallet
beforeAll(async () => {
  mint = await startLightningMint({ keysetLifetimeSeconds: 86_400 })
  wallet = await walletOf(mint)
})
afterAll(() => mint.close())

const person = () => {
  const secret = Uint8Array.from(randomBytes(32))
  return { privkey: Buffer.from(secret).toString('hex'), pubkey: Buffer.from(publicKey(secret)).toString('hex') }
}
const [alice, bob, carol] = [person(), person(), person()]
const nowSeconds = () => Math.floor(Date.now() / 1000)

/** Locked coins worth 32. */
async function locked(build: (builder: P2PKBuilder) => P2PKBuilder): Promise<Proof[]> {
  const options = build(new P2PKBuilder()).toOptions()
  const { send } = await wallet.ops
    .send(32, await topUpSats(wallet, 64))
    .asP2PK(options)
    .run()
  return send
}
const token = (proofs: Proof[]) => ({ mint: mint.url, unit: 'sat', proofs })
const receive = async (proofs: Proof[], privkey: string | string[]) =>
  worth(await wallet.receive(token(proofs), { privkey }))
/** What the mint says to a swap of these inputs as they are. */
const refusal = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code: 20008 })

describe('cashu-ts with locks', () => {
  test('NUT-10, NUT-11: a coin that is locked to a key moves with its signature, and NUT-07 shows it', async () => {
    const proofs = await locked((builder) => builder.addLockPubkey(alice.pubkey))
    await refusal(receive(proofs, bob.privkey))
    expect(await receive(proofs, alice.privkey)).toBe(31)
    const [state] = await wallet.checkProofsStates(proofs)
    expect(state?.witness).toContain('signatures')
  })

  test('NUT-11: two of three keys must sign', async () => {
    const proofs = await locked((builder) =>
      builder.addLockPubkey([alice.pubkey, bob.pubkey, carol.pubkey]).requireLockSignatures(2),
    )
    await refusal(receive(proofs, alice.privkey))
    expect(await receive(proofs, [alice.privkey, carol.privkey])).toBe(31)
  })

  test('NUT-11: before its locktime the lock holds, after it the refund keys may, and without any anyone', async () => {
    const early = await locked((builder) =>
      builder
        .addLockPubkey(alice.pubkey)
        .lockUntil(nowSeconds() - 60)
        .addRefundPubkey(bob.pubkey),
    )
    // The wallet's clock is past the locktime, the mint's is not, and it is the mint's that counts.
    mint.clock.offsetMs = -3_600_000
    await refusal(receive(early, bob.privkey))
    mint.clock.offsetMs = 0
    await refusal(receive(early, carol.privkey))
    expect(await receive(early, bob.privkey)).toBe(31)
    const late = await locked((builder) => builder.addLockPubkey(alice.pubkey).lockUntil(nowSeconds() - 60))
    expect(await receive(late, carol.privkey)).toBe(31)
  })

  test('NUT-11: SIG_ALL covers a whole swap', async () => {
    const proofs = await locked((builder) => builder.addLockPubkey(alice.pubkey).sigAll())
    const preview = await wallet.prepareSwapToReceive(token(proofs))
    await refusal(wallet.completeSwap(preview, bob.privkey))
    expect(worth((await wallet.completeSwap(preview, alice.privkey)).keep)).toBe(31)
  })

  test('NUT-11: SIG_ALL covers a whole melt, its quote too', async () => {
    const proofs = await locked((builder) => builder.addLockPubkey(alice.pubkey).sigAll())
    const quote = await wallet.createMeltQuoteBolt11(await invoiceOf(20_000))
    const preview = await wallet.prepareMelt('bolt11', quote, proofs)
    await refusal(wallet.completeMelt(preview, bob.privkey))
    const { change, quote: paid } = await wallet.completeMelt(preview, alice.privkey)
    expect(String(paid.state)).toBe('PAID')
    expect(worth(change)).toBe(32 - 20 - 1 - 1)
  })

  test('NUT-14: a hash lock opens with its preimage and the signature', async () => {
    const { hash, preimage } = createHTLCHash()
    const proofs = await locked((builder) => builder.addHashlock(hash).addLockPubkey(alice.pubkey))
    const wrong = proofs.map((proof) => ({ ...proof, witness: { preimage: '5f'.repeat(32) } }))
    await refusal(receive(wrong as Proof[], alice.privkey))
    const right = proofs.map((proof) => ({ ...proof, witness: { preimage } }))
    await refusal(receive(right as Proof[], bob.privkey))
    expect(await receive(right as Proof[], alice.privkey)).toBe(31)
  })

  test('NUT-28: coins for a blinded key are received with the plain one', async () => {
    const proofs = await locked((builder) => builder.addLockPubkey(alice.pubkey).blindKeys())
    expect(proofs.every(({ p2pk_e }) => p2pk_e !== undefined)).toBe(true)
    expect(await receive(proofs, alice.privkey)).toBe(31)
  })
})

describe('cashu-ts with keysets', () => {
  test('NUT-02, NUT-03: the fee is a thousandth for each hundred inputs, rounded up, and no swap is off by one', async () => {
    const proofs = await topUpSats(wallet, 63)
    expect(wallet.getFeesForProofs(proofs).toNumber()).toBe(1)
    const { keep, send } = await wallet.send(30, proofs, { includeFees: true })
    expect(worth(keep) + worth(send)).toBe(63 - 1)
  })

  test('NUT-12: every signature comes with its proof, and the wallet insists on it', async () => {
    const strict = await walletOf(mint)
    const proofs = await topUpSats(strict, 21)
    expect(proofs.every(({ dleq }) => dleq?.e !== undefined && dleq.s !== undefined)).toBe(true)
    expect(worth(await strict.receive(token(proofs), { requireDleq: true }))).toBe(20)
  })

  test('NUT-09, NUT-13: a wallet comes back from its seed, without what it spent', async () => {
    const seed = randomBytes(64)
    const first = await walletOf(mint, 'sat', seed)
    const { quote } = await first.createMintQuoteBolt11(77)
    await expect.poll(async () => String((await first.checkMintQuoteBolt11(quote)).state)).toBe('PAID')
    const made = await first.ops.mintBolt11(77, quote).asDeterministic(1).run()
    const again = await walletOf(mint, 'sat', seed)
    const { proofs } = await again.batchRestore()
    expect(new Set(proofs.map(({ C }) => C))).toEqual(new Set(made.map(({ C }) => C)))
  })

  test('NUT-19: a swap that is sent again gets the same bytes', async () => {
    const proofs = await topUpSats(wallet, 8)
    const preview = await wallet.prepareSwapToReceive(token(proofs))
    const body = {
      inputs: proofs.map(({ amount, id, secret, C }) => ({ amount: Number(amount), id, secret, C })),
      outputs: preview.keepOutputs?.map(({ blindedMessage }) => ({
        ...blindedMessage,
        amount: Number(blindedMessage.amount),
      })),
    }
    const [one, two] = [await mint.post('/v1/swap', body), await mint.post('/v1/swap', body)]
    expect([one.status, two.text]).toEqual([200, one.text])
    const cached = wallet.getMintInfo().nuts['19']
    expect(cached?.cached_endpoints).toContainEqual({ method: 'POST', path: '/v1/swap' })
  })

  // The last one: it turns the clock.
  test('NUT-02: keysets rotate half-way and end; old coins are good until then, and not a second longer', async () => {
    const old = wallet.keysetId
    const proofs = await topUpSats(wallet, 16)
    const kept = await topUpSats(wallet, 4)
    const { keysets } = JSON.parse((await mint.get('/v1/keysets')).text) as {
      keysets: { id: string; final_expiry: number; active: boolean }[]
    }
    const expiry = keysets.find(({ id }) => id === old)?.final_expiry ?? 0
    expect(Math.abs(expiry - nowSeconds() - 86_400)).toBeLessThan(120)
    mint.clock.offsetMs = 43_300_000
    await mint.served.keyring.rotateDue()
    const late = await walletOf(mint)
    await late.keyChain.ensureKeysetKeys(old)
    expect(late.keysetId).not.toBe(old)
    expect(worth(await late.receive(token(proofs)))).toBe(15)
    mint.clock.offsetMs = 86_500_000
    await expect(late.receive(token(kept))).rejects.toMatchObject({ code: 12003 })
    await expect(mint.get('/v1/keys').then(({ text }) => text)).resolves.not.toContain(old)
  })
})
