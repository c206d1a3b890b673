import { TuppenceError } from '@tuppence/protocol'
import { h, render } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { errors } from '../locale/en/errors.ts'
import { page } from '../locale/en/page.ts'
import { sampleWallet } from '../testing/wallet.ts'
import { WalletPage } from './wallet-page.tsx'

const words = { texts: page, errors, language: 'en' }
const db = { transact: () => Promise.resolve([] as never), close: () => {} }

afterEach(() => render(null, document.body))

function draw(starting: Promise<void>): void {
  render(h(WalletPage, { wallet: sampleWallet({ spendable: 857 }), db, words, starting }), document.body)
}

const balance = () => document.querySelector('[data-testid=balance]')?.textContent

describe('WalletPage', () => {
  test('shows neither an amount nor an empty history before the wallet has been read', async () => {
    const reading = Promise.withResolvers<void>()
    draw(reading.promise)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(balance()).toBe('…')
    expect(document.body.textContent).not.toContain(page.historyEmpty)
    reading.resolve()
    await vi.waitUntil(() => balance() === '$8.57')
    expect(document.body.textContent).toContain(page.historyEmpty)
  })

  test('says what went wrong where the wallet can not be read, and still no amount', async () => {
    const reading = Promise.withResolvers<void>()
    draw(reading.promise)
    reading.promise.catch(() => {})
    reading.reject(new TuppenceError('storage-corrupt'))
    const said = () => [...document.querySelectorAll('[role=alert]')].map(({ textContent }) => textContent)
    await vi.waitUntil(() => said().includes(errors['storage-corrupt']))
    expect(balance()).toBe('…')
  })
})
