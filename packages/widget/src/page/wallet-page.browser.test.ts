import type { Wallet } from '@tuppence/core'
import { TuppenceError } from '@tuppence/protocol'
import type { WritableAtom } from 'nanostores'
import { h, render } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { errors } from '../locale/en/errors.ts'
import { page } from '../locale/en/page.ts'
import { screens } from '../locale/en/screens.ts'
import { sampleWallet } from '../testing/wallet.ts'
import { Restore } from './restore.tsx'
import { followAddress } from './route.ts'
import { WalletPage } from './wallet-page.tsx'

const words = { texts: page, errors, language: 'en' }
const db = { transact: () => Promise.resolve([] as never), close: () => {} }

afterEach(() => {
  render(null, document.body)
  location.hash = ''
})

/** Draws the page, as it is while the wallet is being read. */
async function draw(screen = ''): Promise<{ wallet: Wallet } & PromiseWithResolvers<void>> {
  location.hash = screen
  const reading = Promise.withResolvers<void>()
  const wallet = sampleWallet({ spendable: 857 })
  render(h(WalletPage, { wallet, db, words, starting: reading.promise }), document.body)
  await vi.waitUntil(() => document.querySelector('[data-testid=balance], .screen h1'))
  reading.promise.catch(() => {})
  return { wallet, ...reading }
}

const balance = () => document.querySelector('[data-testid=balance]')
const shown = () => document.body.textContent
const said = () => [...document.querySelectorAll('[role=alert]')].map(({ textContent }) => textContent)

describe('WalletPage', () => {
  test('shows neither an amount nor an empty history before the wallet has been read', async () => {
    const { resolve } = await draw()
    expect(balance()?.textContent).toBe(`…${page.loading}`)
    expect(balance()?.getAttribute('aria-busy')).toBe('true')
    expect(shown()).not.toContain(page.historyEmpty)
    resolve()
    await vi.waitUntil(() => balance()?.textContent === '$8.57')
    expect(balance()?.getAttribute('aria-busy')).toBe('false')
    expect(shown()).toContain(page.historyEmpty)
  })

  test('says what went wrong where the wallet can not be read, and shows it when it was read after all', async () => {
    const { wallet, reject } = await draw()
    reject(new TuppenceError('storage-corrupt'))
    await vi.waitUntil(() => said().includes(errors['storage-corrupt']))
    expect(balance()?.textContent).toBe('—')
    ;(wallet.$balance as WritableAtom<object>).set({ usd: { spendable: 5, reserved: 0, lent: 0 } })
    await vi.waitUntil(() => balance()?.textContent === '5¢')
    expect(said()).not.toContain(errors['storage-corrupt'])
  })

  test('takes no rule before it knows those that are kept', async () => {
    const { resolve } = await draw('rules')
    expect(document.querySelector('input')).toBe(null)
    resolve()
    await vi.waitUntil(() => document.querySelector('input[type=radio]'))
  })

  test('calls no list of sites empty before it was read', async () => {
    const { resolve } = await draw('sites')
    expect(shown()).not.toContain(screens.sites.empty)
    resolve()
    await vi.waitUntil(() => shown().includes(screens.sites.empty))
  })
})

describe('Restore', () => {
  test('offers no way to bring another wallet before it knows what is here', async () => {
    const props = {
      wallet: sampleWallet({ spendable: 857 }),
      db,
      words,
      screens,
      mints: [],
      guest: 'resident' as const,
      address: followAddress(),
      speak: () => Promise.resolve(),
    }
    render(h(Restore, { ...props, reading: 'under-way' }), document.body)
    expect(shown()).not.toContain(screens.backup.restoreWords)
    render(h(Restore, { ...props, reading: 'done' }), document.body)
    expect(shown()).toContain(screens.backup.restoreFull('$8.57'))
    expect(shown()).not.toContain(screens.backup.restoreWords)
  })
})
