import type { Wallet } from '@tuppence/core'
import { h, render } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { errors } from '../locale/en/errors.ts'
import { funding } from '../locale/en/funding.ts'
import { page } from '../locale/en/page.ts'
import { sampleWallet } from '../testing/wallet.ts'
import { AddMoney, useAddMoney } from './add-money.tsx'
import type { SectionProps } from './words.ts'

const words = { texts: page, errors, language: 'en' }
const main = () => document.querySelector('button.main') as HTMLButtonElement

function Section(props: SectionProps) {
  return h(AddMoney, { ...props, adding: useAddMoney(props) })
}

/** Draws the section and waits until it knows what the mint offers. */
async function draw(fundingMethods: Wallet['fundingMethods']): Promise<void> {
  const asked = vi.fn<Wallet['fundingMethods']>(fundingMethods)
  render(h(Section, { wallet: sampleWallet({ actions: { fundingMethods: asked } }), words }), document.body)
  await vi.waitUntil(() => asked.mock.calls.length > 0)
}

afterEach(() => render(null, document.body))

const button = (name: string) => [...document.querySelectorAll('button')].find((one) => one.textContent.includes(name))
const said = () => document.querySelector('[role=alert]')?.textContent
const test$ = { method: 'test', unit: 'usd' }
const card = { method: 'card', unit: 'usd', min_amount: 500, max_amount: 1_500 }

describe('AddMoney', () => {
  test('offers test money, by name, where the mint was started for it', async () => {
    await draw(() => Promise.resolve([test$]))
    await vi.waitUntil(() => button(page.addTest('$10')))
    expect(document.body.textContent).toContain(page.testMoney)
    expect(main().textContent).toBe(page.addTest('$10'))
  })

  test('offers the card first, for no more than it takes, and says where nothing is real', async () => {
    await draw(() => Promise.resolve([test$, card]))
    await vi.waitUntil(() => button(page.addTest('$10')))
    expect(main().textContent).toBe(funding.card('$10'))
    expect(document.body.textContent).toContain(funding.cardTest)
    document.querySelector<HTMLInputElement>('input[value="2000"]')!.click()
    await vi.waitUntil(() => main().textContent === page.addTest('$20'))
    expect(document.body.textContent).toContain(funding.cardBounds('$5', '$15'))
  })

  test('says nothing of a demonstration where there is none, and offers no amount that nobody takes', async () => {
    await draw(() => Promise.resolve([card]))
    await vi.waitUntil(() => button(funding.card('$10')))
    expect(document.body.textContent).not.toContain(page.testMoney)
    expect(document.body.textContent).toContain(funding.cardWhy)
    expect([...document.querySelectorAll('input')].map(({ value }) => value)).toEqual(['500', '1000'])
  })

  test('tells a mistyped voucher from one that the mint has to see', async () => {
    await draw(() => Promise.resolve([{ method: 'voucher', unit: 'usd' }]))
    await vi.waitUntil(() => button(funding.voucher))
    button(funding.voucher)!.click()
    await vi.waitUntil(() => document.querySelector('input[name=code]'))
    await userEvent.fill(document.querySelector('input[name=code]')!, '00000-00000-00000-00001')
    await userEvent.click(button(funding.voucherGo)!)
    await vi.waitUntil(() => said() === errors['voucher-invalid'])
  })

  test('offers nothing where the mint takes no money, and says so', async () => {
    await draw(() => Promise.resolve([{ method: 'bolt11', unit: 'usd' }]))
    await vi.waitUntil(() => said() === page.noFunding)
    expect(main()).toBe(null)
  })

  test('asks again where the mint did not answer', async () => {
    let down = true
    await draw(() => (down ? Promise.reject(new Error('down')) : Promise.resolve([test$])))
    await vi.waitUntil(() => said() === funding.unreachable)
    down = false
    main().click()
    await vi.waitUntil(() => button(page.addTest('$10')))
  })
})
