import { afterEach, expect, test, vi } from 'vitest'
import { sampleWallet } from '../testing/wallet.ts'
import { comeBack } from './checkout.ts'
import { departureFrom, forgetDeparture, keepDeparture, stillMeans, wayBack, type Departure } from './departure.ts'

const left: Departure = {
  place: 'trip',
  hash: '#url=x&back=y',
  paymentId: 'p',
  amount: 1_000,
  unit: 'usd',
  named: 'an article for 5 cents',
  atMs: Date.now(),
}

afterEach(forgetDeparture)

test('a checkout leads back to the page that was left, and says how it went', () => {
  keepDeparture(left)
  expect(wayBack('')).toBe('/trip.html#url=x&back=y')
  expect(departureFrom('trip')).toEqual({ ...left, returned: 'paid' })
  expect(departureFrom('popup')).toBe(undefined)
  expect(wayBack('?cancelled')).toBe('/trip.html#url=x&back=y')
  expect(departureFrom('trip')?.returned).toBe('cancelled')
})

test('a window that nobody left from leads to the wallet, and nothing it finds leads elsewhere', () => {
  expect(wayBack('')).toBe('/')
  keepDeparture({ ...left, place: 'page' })
  expect(wayBack('')).toBe('/')
  sessionStorage.setItem('tuppence-departure', JSON.stringify({ ...left, place: '/evil.example/x' }))
  expect(wayBack('')).toBe('/')
  sessionStorage.setItem('tuppence-departure', '{')
  expect(wayBack('')).toBe('/')
  vi.spyOn(Storage.prototype, 'getItem').mockImplementationOnce(() => {
    throw new DOMException('no', 'SecurityError')
  })
  expect(wayBack('')).toBe('/')
})

test('the press that left pays for what it named, once it was paid, for an hour', () => {
  const back: Departure = { ...left, returned: 'paid' }
  expect(stillMeans(back, 'an article for 5 cents')).toBe(true)
  expect(stillMeans(back, 'an article for 6 cents')).toBe(false)
  expect(stillMeans({ ...back, returned: 'cancelled' }, 'an article for 5 cents')).toBe(false)
  expect(stillMeans(left, 'an article for 5 cents')).toBe(false)
  expect(stillMeans({ ...back, atMs: Date.now() - 3_600_001 }, 'an article for 5 cents')).toBe(false)
})

test('a departure that nothing comes of is over: the next page in this tab is not held up by it', async () => {
  keepDeparture({ ...left, returned: 'paid' })
  // A wallet of cardboard knows no top-up.
  await expect(comeBack(sampleWallet(), { ...left, returned: 'paid' })).rejects.toThrow()
  expect(departureFrom('trip')).toBe(undefined)
})
