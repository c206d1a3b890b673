/** Coins for tests, bought from a real mint with test money by cashu-ts: nothing of ours makes or encodes them. */
import { getEncodedToken, Wallet, type Proof } from '@cashu/cashu-ts'

/** Hands out tokens. */
export type Purse = Readonly<{
  /** A token worth `amount` cents, in the mint's usual denominations. */
  token: (amount: number) => Promise<string>
  /** `count` tokens of one coin of `amount` (a power of two) cents each, bought together. */
  tokens: (count: number, amount: number) => Promise<string[]>
  /** Coins as cashu-ts holds them. */
  coins: (denominations: readonly number[]) => Promise<Proof[]>
  /** Which of these coins the mint has seen spent. */
  spent: (coins: readonly Proof[]) => Promise<boolean[]>
}>

/** Opens a purse at a mint that gives test money. */
export async function openPurse(mintUrl: string): Promise<Purse> {
  const wallet = new Wallet(mintUrl, { unit: 'usd' })
  await wallet.loadMint()

  const coins = async (denominations: readonly number[]): Promise<Proof[]> => {
    const amount = denominations.reduce((sum, denomination) => sum + denomination, 0)
    const quote = await wallet.createMintQuote('test', { amount, unit: 'usd' })
    const paid = await fetch(`${mintUrl}/v1/test/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ quote: quote.quote }),
    })
    if (!paid.ok) throw new Error(`test money: ${paid.status}`)
    return wallet.mintProofs('test', amount, quote, {}, { type: 'random', denominations: [...denominations] })
  }
  const write = (proofs: Proof[]): string =>
    getEncodedToken({ mint: mintUrl, unit: 'usd', proofs }, { removeDleq: true })

  return {
    coins,
    token: async (amount) => write(await coins(powersOfTwo(amount))),
    tokens: async (count, amount) =>
      (await coins(Array.from({ length: count }, () => amount))).map((proof) => write([proof])),
    spent: async (proofs) => (await wallet.checkProofsStates([...proofs])).map(({ state }) => state === 'SPENT'),
  }
}

function powersOfTwo(amount: number): number[] {
  return Array.from({ length: 17 }, (_, bit) => 2 ** bit).filter((power) => (amount & power) !== 0)
}
