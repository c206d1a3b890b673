/** An outside client for tests: the mppx SDK with a Cashu method in a few lines, and cashu-ts for its coins. Nothing of ours. */
import { getEncodedToken, PaymentRequest, type Proof } from '@cashu/cashu-ts'
import { Credential, Method, z } from 'mppx'
import { Mppx } from 'mppx/client'

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

/** A fetch that pays. @param coins - Gives coins of this mint that add up to the amount; asked once a payment. */
export function payingFetch(coins: (mint: string, amount: number) => Promise<Proof[]>): typeof fetch {
  const cashu = Method.toClient(charge, {
    async createCredential({ challenge }) {
      const {
        mints: [mint = ''] = [],
        amount,
        unit = '',
      } = PaymentRequest.fromEncodedRequest(challenge.request.methodDetails.paymentRequest)
      const proofs = await coins(mint, Number(amount))
      return Credential.serialize({ challenge, payload: { cashu_token: getEncodedToken({ mint, unit, proofs }) } })
    },
  })
  return Mppx.create({ methods: [cashu], polyfill: false }).fetch as typeof fetch
}
