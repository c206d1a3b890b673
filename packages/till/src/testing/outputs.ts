/** A reader's blinded outputs for tests, and the coins that the mint's signatures make of them: by cashu-ts, nothing of ours. */
import { getEncodedToken, OutputData, Wallet, type Proof } from '@cashu/cashu-ts'
import type { BlindSignature } from '@tuppence/protocol'

/** Outputs of one refund. */
export type Outputs = Readonly<{
  messages: readonly Readonly<{ amount: number; id: string; B_: string }>[]
  unblind: (signatures: readonly BlindSignature[]) => Promise<Proof[]>
  token: (coins: Proof[]) => string
}>

/** Makes outputs worth `amount` cents, in ascending powers of two. */
export async function refundOutputs(mintUrl: string, amount: number): Promise<Outputs> {
  const wallet = new Wallet(mintUrl, { unit: 'usd' })
  await wallet.loadMint()
  const keyset = wallet.getKeyset()
  const powers = Array.from({ length: 17 }, (_, bit) => 2 ** bit).filter((power) => (amount & power) !== 0)
  const made = powers.flatMap((power) => OutputData.createRandomData(power, keyset, [power]))
  return {
    messages: made.map(({ blindedMessage: { amount: value, id, B_ } }) => ({ amount: Number(value), id, B_ })),
    unblind: async (signatures) => made.map((output, index) => output.toProof(signatures[index] as never, keyset)),
    token: (proofs) => getEncodedToken({ mint: mintUrl, unit: 'usd', proofs }, { removeDleq: true }),
  }
}
