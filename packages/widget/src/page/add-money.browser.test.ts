import type { Wallet } from '@tuppence/core'
import { h, render } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { errors } from '../locale/en/errors.ts'
import { page } from '../locale/en/page.ts'
import { sampleWallet } from '../testing/wallet.ts'
import { AddMoney } from './add-money.tsx'

const words = { texts: page, errors, language: 'en' }
const main = () => document.querySelector('button.main') as HTMLButtonElement

/** Draws the section and waits until it knows what the mint offers. */
async function draw(fundingMethods: Wallet['fundingMethods']): Promise<void> {
  const asked = vi.fn<Wallet['fundingMethods']>(fundingMethods)
  render(h(AddMoney, { wallet: sampleWallet({ actions: { fundingMethods: asked } }), words }), document.body)
  await vi.waitUntil(() => asked.mock.calls.length > 0)
}

afterEach(() => render(null, document.body))

describe('AddMoney', () => {
  test('offers test money, by name, where the mint was started for it', async () => {
    await draw(() => Promise.resolve([{ method: 'test', unit: 'usd' }]))
    await vi.waitUntil(() => !main().disabled)
    expect(document.body.textContent).toContain(page.testMoney)
    expect(main().textContent).toContain('test money')
  })

  test('offers nothing where the mint takes no money, and says so', async () => {
    await draw(() => Promise.resolve([{ method: 'bolt11', unit: 'usd' }]))
    await vi.waitUntil(() => document.querySelector('[role=alert]'))
    expect(document.querySelector('[role=alert]')?.textContent).toBe(page.noFunding)
    expect(main().disabled).toBe(true)
  })

  test('lets a press find out when the mint did not answer', async () => {
    await draw(() => Promise.reject(new Error('down')))
    await vi.waitUntil(() => !main().disabled)
  })
})
