import { noRules, type Look, type Outcome, type Wallet } from '@tuppence/core'
import { atom } from 'nanostores'
import { describe, expect, test, vi } from 'vitest'
import { sampleOffer, sampleWallet } from '../testing/wallet.ts'
import * as aside from './aside.ts'
import { isAlone } from './auto.ts'
import { showPerk } from './more.ts'
import { giveBack } from './perks.ts'
import { createSale } from './sale.ts'
import type { Sale } from './view.ts'

type Mate = { readonly state?: string; readonly jar?: boolean; readonly foreign?: boolean }

/** The windows of a page with these frames in it. */
function page(...mates: Mate[]): Window {
  const frames = mates.map(({ state, jar, foreign }) => {
    const { contentWindow, contentDocument } = document.body.appendChild(document.createElement('iframe'))
    if (foreign) {
      return Object.defineProperty({}, 'document', {
        get: () => {
          throw new DOMException('another origin')
        },
      })
    }
    if (state) contentDocument!.body.dataset['state'] = state
    if (jar) contentDocument!.body.append(Object.assign(contentDocument!.createElement('div'), { className: 'jar' }))
    return contentWindow!
  })
  return Object.assign(frames, {}) as unknown as Window
}

const url = (name: string) => `${sampleOffer.site}/read/${name}`

/** A sale of a reader whose rules pay it, and what of it reaches wallet and page. */
function ruled(name: string, actions: Partial<Wallet>, tell: (what: string) => void = () => {}): Sale {
  const offer = { ...sampleOffer, url: url(name), terms: { refundSeconds: 60 } }
  const look: Look = { status: 'priced', offer, affordable: 'now' }
  const rules = { ...noRules, unit: 'usd', autoMax: 50, perDay: 100, perSiteDay: 100 }
  return createSale({
    wallet: sampleWallet({ spendable: 100, actions: { $rules: atom(rules), ...actions } }),
    site: offer.site,
    purpose: 'unlock',
    look: () => Promise.resolve(look),
    deliver: () => {},
    fail: () => {},
    tell,
    aside: () => Promise.resolve({ ...aside, showPerk }),
  })
}

describe('an article that the page has put another one in place of', () => {
  test('is not paid by a rule any more', async () => {
    document.body.style.height = '100px'
    const paid: string[] = []
    const unlock: Wallet['unlock'] = (look) => {
      if ('offer' in look) paid.push(look.offer.url)
      return Promise.resolve({ status: 'paid', contentType: 'text/html', body: '<p>all</p>' })
    }
    const [left, right] = [ruled('swapped', { unlock }), ruled('shown', { unlock })]
    const swap = left.$view.listen(() => {})
    right.$view.listen(() => {})
    await left.begin()
    await right.begin()
    swap()
    // The one that is still shown began later: when it is paid, the other one's time is over too.
    await vi.waitUntil(() => paid.includes(url('shown')), { timeout: 20_000 })
    expect(paid).toEqual([url('shown')])
  })

  test('is given back without taking the other one from the page', async () => {
    const told: string[] = []
    const refund: Wallet['refund'] = () => Promise.resolve({ status: 'refunded', amount: 5, unit: 'usd' })
    const give = (sale: Sale) =>
      giveBack(sale.state, { url: url('read'), amount: 5, unit: 'usd' }, { status: 'delivered', how: 'paid' })
    const sale = ruled('read', { refund }, (what) => told.push(what))
    await give(sale)
    expect(told).toEqual([])
    sale.$view.listen(() => {})
    await give(sale)
    expect(told).toEqual(['cancelled'])
  })
})

test('a rule makes change first where there is a seed, and pays once', async () => {
  document.body.style.height = '100px'
  const outcomes: Outcome[] = [
    { status: 'needs-change', amount: 5, unit: 'usd' },
    { status: 'paid', contentType: 'text/html', body: '<p>all</p>' },
  ]
  const gestures: (string | undefined)[] = []
  const unlock: Wallet['unlock'] = (_, options) => {
    gestures.push(options?.auto ? options.gesture : 'not by a rule')
    return Promise.resolve(outcomes.shift()!)
  }
  const makeChange = vi.fn<Wallet['makeChange']>(() => Promise.resolve(true))
  const sale = ruled('changed', { unlock, makeChange })
  sale.$view.listen(() => {})
  await sale.begin()
  await vi.waitUntil(() => sale.$view.get().status === 'delivered', { timeout: 20_000 })
  expect(makeChange).toHaveBeenCalledOnce()
  expect([gestures.length, new Set(gestures).size, sale.$view.get()]).toMatchObject([2, 1, { how: 'auto' }])
})

describe('what a rule pays', () => {
  test.each<[string, Mate[], boolean]>([
    ['alone on its page', [], true],
    [
      'beside a balance, a tip jar and somebody else’s frame',
      [{ state: 'balance' }, { state: 'priced', jar: true }, { foreign: true }],
      true,
    ],
    ['beside another article that is for sale', [{ state: 'priced' }], false],
    ['beside another one that is open already', [{ state: 'delivered' }], false],
    ['beside one that has not said yet what it is', [{}], false],
  ])('%s: %s', (_, mates, alone) => {
    expect(isAlone(page(...mates))).toBe(alone)
  })
})
