import { describe, expect, test, vi } from 'vitest'
import { sampleOffer, sampleWallet } from '../testing/wallet.ts'
import { goOn, readTrip, wayBack } from './state.ts'

const url = 'https://news.example/read/tulips?a=1&b=2'
const hash = (back: string) => `#${new URLSearchParams({ url, back })}`

describe('a trip', () => {
  test('knows what for, and the page and site to go back to', () => {
    expect(readTrip(hash('https://news.example/tulips?x=y#section'))).toEqual({
      url,
      back: 'https://news.example/tulips?x=y',
      site: 'https://news.example',
    })
  })

  test.each([
    ['nothing', ''],
    ['a script to go back to', hash('javascript:alert(1)')],
    ['data to go back to', hash('data:text/html,x')],
    ['no address to go back to', hash('/tulips')],
    ['no offer', '#back=https://news.example/'],
  ])('is none with %s', (_, text) => {
    expect(readTrip(text)).toBeUndefined()
  })

  test('ends where the element finds the code', () => {
    const back = new URL(wayBack(readTrip(hash('https://news.example/tulips'))!, 'c0-_de'))
    expect(Object.fromEntries(new URLSearchParams(back.hash.slice(1)))).toEqual({ 'tuppence-claim': 'c0-_de', url })
  })

  test('takes no money by card that has come meanwhile', async () => {
    const replace = vi.fn<(url: string) => void>()
    vi.stubGlobal('location', { replace })
    const wallet = sampleWallet({
      spendable: sampleOffer.amount,
      actions: {
        unlock: async () => ({ status: 'opened', contentType: 'text/plain', body: '' }) as never,
        claim: async () => ({ code: 'c0' }) as never,
      },
    })
    const trip = readTrip(hash('https://news.example/tulips'))!
    const look = { status: 'priced', offer: sampleOffer, affordable: 'no' } as const
    // A wallet of cardboard begins no checkout: this would ask again.
    await goOn(wallet, trip, look, { how: 'card', amount: 1_000 })
    expect(replace).toHaveBeenCalledExactlyOnceWith(wayBack(trip, 'c0'))
  })
})
