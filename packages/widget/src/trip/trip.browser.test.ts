import { h, render } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Guest } from '../guest.ts'
import { errors } from '../locale/en/errors.ts'
import { popup } from '../locale/en/popup.ts'
import { sampleOffer, sampleWallet } from '../testing/wallet.ts'
import { $step, readTrip } from './state.ts'
import { NoWallet, Trip } from './trip.tsx'

const back = `${sampleOffer.site}/penny-post`
const trip = readTrip(`#${new URLSearchParams({ url: sampleOffer.url, back })}`)
const words = { trip, texts: popup, errors }

afterEach(() => render(null, document.body))

/** The amounts that a reader with nothing may add. */
async function amountsOf(guest: Guest): Promise<number[]> {
  $step.set({ status: 'asking', look: { status: 'priced', offer: sampleOffer, affordable: 'no' }, spendable: 0 })
  render(null, document.body)
  render(h(Trip, { ...words, wallet: sampleWallet(), language: 'en', guest }), document.body)
  await vi.waitUntil(() => document.querySelector('button.main'))
  return [...document.querySelectorAll<HTMLInputElement>('[name=amount]')].map(({ value }) => Number(value))
}

describe('the trip’s page', () => {
  test('has a guest add no more than can be lost with a window, and says so', async () => {
    expect(Math.max(...(await amountsOf('resident')))).toBeGreaterThan(500)
    expect(document.body.textContent).not.toContain(popup.guest('$5'))
    expect(Math.max(...(await amountsOf('guest')))).toBe(500)
    expect(document.querySelector('button.main')?.textContent).toContain('$5')
    expect(document.body.textContent).toContain(popup.guest('$5'))
  })

  test('says that nothing can be kept here, with a way back', () => {
    render(h(NoWallet, words), document.body)
    expect(document.querySelector('[role=alert]')?.textContent).toContain(errors['storage-unavailable'])
    expect(document.querySelector('a')?.href).toBe(back)
  })
})
