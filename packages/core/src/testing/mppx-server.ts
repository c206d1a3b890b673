/** An outside publisher for tests: the mppx SDK with a Cashu method, cashu-ts to check and take the coins. Nothing of ours. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getDecodedToken, PaymentRequest, Wallet, type Proof } from '@cashu/cashu-ts'
import { Errors, Method, z } from 'mppx'
import { Mppx } from 'mppx/server'

const charge = Method.from({
  name: 'cashu',
  intent: 'charge',
  schema: {
    credential: { payload: z.object({ cashu_token: z.string() }) },
    request: z.object({
      amount: z.string(),
      currency: z.string(),
      methodDetails: z.object({ paymentRequest: z.string() }),
    }),
  },
})

/** A publisher that sells one text. `taken` is what it has swapped at the mint. */
export type MppxServer = { readonly url: string; readonly taken: Proof[]; readonly close: () => Promise<void> }

/** Opens it. @param price - Cents. */
export async function openMppxServer(mintUrl: string, price: number, text: string): Promise<MppxServer> {
  const wallet = new Wallet(mintUrl, { unit: 'usd' })
  await wallet.loadMint()
  const taken: Proof[] = []
  const method = Method.toServer(charge, {
    async verify({ credential }) {
      const token = credential.payload.cashu_token
      const keysets = wallet.keyChain.getKeysets().map(({ id }) => id)
      const { mint, proofs } = getDecodedToken(token, keysets)
      const worth = proofs.reduce((sum, { amount }) => sum + Number(amount), 0)
      if (mint !== mintUrl || worth < price) throw new Errors.VerificationFailedError({ reason: 'not enough' })
      taken.push(...(await wallet.receive(token)))
      const reference = createHash('sha256').update(token).digest('hex')
      return { method: 'cashu', status: 'success', reference, timestamp: new Date().toISOString() }
    },
  })
  const mppx = Mppx.create({
    methods: [method],
    realm: 'outside.example',
    secretKey: 'a-secret-of-thirty-two-bytes-or-more',
  })
  const paymentRequest = new PaymentRequest([], undefined, price, 'usd', [mintUrl]).toEncodedRequest()
  const server = createServer(async (incoming, outgoing) => {
    const request = new Request(`http://127.0.0.1${incoming.url}`, {
      headers: incoming.headers as Record<string, string>,
    })
    const result = await mppx['cashu/charge']({
      amount: String(price),
      currency: 'usd',
      methodDetails: { paymentRequest },
    })(request)
    const response = result.status === 402 ? result.challenge : result.withReceipt(new Response(text))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(await response.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
