import type { Look, Outcome, UnlockOptions, Wallet } from '@tuppence/core'
import { TuppenceError, type ErrorCode } from '@tuppence/protocol'
import { describe, expect, test, vi } from 'vitest'
import type { Errand, ErrandEnd } from '../errand.ts'
import { confirmAbove } from '../policy.ts'
import { sampleOffer, sampleWallet } from '../testing/wallet.ts'
import * as rarely from './aside.ts'
import { buy } from './buy.ts'
import { showPerk } from './more.ts'
import { createSale } from './sale.ts'
import type { Sale, SaleDeps } from './view.ts'
import type { Delivery } from './session.ts'

// Node has no window to be told by that the line is back.
vi.stubGlobal('addEventListener', () => {})

type Options = {
  mode?: Wallet['mode']
  /** Answers of look, one after the other; the last one stays. None: the till does not answer. */
  looks?: (Look | TuppenceError)[]
  unlock?: (look: Look, options?: UnlockOptions) => Promise<Outcome>
  end?: ErrandEnd['how']
  actions?: Partial<Wallet>
  aside?: SaleDeps['aside']
}

const priced = (amount = 5, affordable: 'now' | 'after-change' | 'no' = 'now'): Look => ({
  status: 'priced',
  offer: { ...sampleOffer, amount },
  affordable,
})
const paid: Outcome = { status: 'paid', contentType: 'text/html', body: '<p>all of it</p>' }

function start({
  mode = 'vault',
  looks = [priced()],
  unlock = () => Promise.resolve(paid),
  end = 'done',
  actions,
  aside = () => Promise.resolve({ ...rarely, showPerk }),
}: Options = {}) {
  const left = [...looks]
  const told = {
    reports: [] as unknown[],
    delivered: [] as Delivery[],
    failed: [] as string[],
    errands: [] as Errand[],
    unlocked: [] as (UnlockOptions | undefined)[],
  }
  const wallet = sampleWallet({
    mode,
    actions: {
      unlock: (look, options) => {
        told.unlocked.push(options)
        return unlock(look, options)
      },
      ...actions,
    },
  })
  const sale: Sale = createSale({
    wallet,
    site: sampleOffer.site,
    purpose: 'unlock',
    look: async () => {
      const look = left.length > 1 ? left.shift() : left[0]
      if (!look || look instanceof Error) throw look ?? new TuppenceError('till-timeout')
      return look
    },
    deliver: (delivery) => told.delivered.push(delivery),
    fail: (reason) => told.failed.push(reason),
    aside,
    errand: async (errand) => {
      told.errands.push(await errand)
      return { how: end, tell: (report) => told.reports.push(report) }
    },
  })
  return { sale, told, wallet }
}

describe('a look', () => {
  test('shows the price, and pays nothing', async () => {
    const { sale, told } = start()
    await sale.begin()
    expect(sale.$view.get()).toMatchObject({ status: 'priced', offer: { amount: 5 } })
    expect(told.unlocked).toEqual([])
  })

  test('opens what is owned by itself', async () => {
    const owned = { status: 'owned', url: sampleOffer.url, site: sampleOffer.site, purchase: {} } as Look
    const { sale, told } = start({ looks: [owned], unlock: () => Promise.resolve({ ...paid, status: 'opened' }) })
    await sale.begin()
    expect(sale.$view.get()).toEqual({ status: 'delivered', how: 'opened' })
    expect(told.delivered).toHaveLength(1)
  })

  test('does not wait for ever for what the till no longer knows', async () => {
    const owned = { status: 'owned', url: sampleOffer.url, site: sampleOffer.site, purchase: {} } as Look
    const { sale } = start({
      looks: [owned],
      unlock: () => Promise.resolve({ status: 'declined', reason: 'offer-unknown' }),
    })
    await sale.begin()
    expect(sale.$view.get()).toMatchObject({ status: 'failed', reason: 'bad-offer' })
  })
})

describe('a press', () => {
  test('pays once, and delivers once', async () => {
    const unlock = async (_: Look, options?: UnlockOptions): Promise<Outcome> => {
      options?.onContent?.({ contentType: 'text/html', body: '<p>all of it</p>', receipt: 'r' })
      return paid
    }
    const { sale, told } = start({ unlock })
    await sale.begin()
    await Promise.all([sale.press('pay', true), sale.press('pay', true), sale.press('pay', true)])
    expect(told.unlocked).toHaveLength(1)
    expect(told.delivered).toEqual([{ contentType: 'text/html', body: '<p>all of it</p>', receipt: 'r' }])
    expect(sale.$view.get()).toMatchObject({ status: 'delivered', how: 'paid', offer: { amount: 5, unit: 'usd' } })
  })

  test('that is not a reader’s does nothing', async () => {
    const { sale, told } = start()
    await sale.begin()
    await sale.press('ignore', true)
    expect([told.unlocked, told.errands]).toEqual([[], []])
  })

  test('on a covered button asks in the popup first', async () => {
    const { sale, told } = start()
    await sale.begin()
    await sale.press('confirm', true)
    expect(told.errands.map(({ kind }) => kind)).toEqual(['confirm'])
    expect(told.unlocked.map((options) => options?.approved)).toEqual([5])
  })

  test.each([
    [confirmAbove.seen, true, 'pay'],
    [confirmAbove.seen + 1, true, 'confirm'],
    [confirmAbove.unseen, false, 'pay'],
    [confirmAbove.unseen + 1, false, 'confirm'],
  ] as const)('for %i cents, where covers show: %s, leads to %s', async (amount, seesCovers, way) => {
    const { sale, told } = start({ looks: [priced(amount)] })
    await sale.begin()
    await sale.press('pay', seesCovers)
    expect(told.errands.map(({ kind }) => kind)).toEqual(way === 'pay' ? [] : ['confirm'])
    expect(told.delivered).toHaveLength(1)
  })

  test('makes change first where there is a seed', async () => {
    const outcomes: Outcome[] = [{ status: 'needs-change', amount: 5, unit: 'usd' }, paid]
    const makeChange = vi.fn<Wallet['makeChange']>(() => Promise.resolve(true))
    const { sale, told } = start({
      looks: [priced(5, 'after-change')],
      unlock: async () => outcomes.shift()!,
      actions: { makeChange },
    })
    await sale.begin()
    await sale.press('pay', true)
    expect(makeChange).toHaveBeenCalledWith({ amount: 5, unit: 'usd' })
    expect(new Set(told.unlocked.map((options) => options?.gesture)).size).toBe(1)
    expect(told.delivered).toHaveLength(1)
  })

  test('borrows change where there is none', async () => {
    const report = { id: 'loan', site: sampleOffer.site, purchases: [], history: [], held: [] }
    const actions = { reportAllowance: () => Promise.resolve(report) }
    const { sale, told } = start({ mode: 'allowance', looks: [priced(5, 'after-change'), priced()], actions })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.errands).toMatchObject([{ kind: 'lend', site: sampleOffer.site, amount: 5 }])
    expect(told.delivered).toHaveLength(1)
    expect(told.reports).toEqual([report])
  })

  test('that the till declines is not repeated', async () => {
    const { sale, told } = start({
      unlock: () => Promise.resolve({ status: 'declined', reason: 'verification-failed' }),
    })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.unlocked).toHaveLength(1)
    expect(sale.$view.get()).toMatchObject({ status: 'priced', note: 'declined' })
  })
})

describe('to stop', () => {
  test('takes back nothing that is on its way or done, and calls neither unpaid', async () => {
    const paying = Promise.withResolvers<Outcome>()
    const { sale, told } = start({ unlock: () => paying.promise })
    await sale.begin()
    const pressed = sale.press('pay', true)
    sale.stop()
    expect(sale.$view.get().status).toBe('paying')
    paying.resolve(paid)
    await pressed
    sale.stop()
    expect([sale.$view.get().status, told.delivered.length]).toEqual(['delivered', 1])
  })

  test('does not leave a first look waiting without end', async () => {
    const { sale } = start()
    const looking = sale.begin()
    sale.stop()
    await looking
    expect(sale.$view.get().status).toBe('priced')
  })
})

describe('after the popup', () => {
  test('goes on by itself, for the price that was shown', async () => {
    const { sale, told } = start({ looks: [priced(5, 'no'), priced()] })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.errands.map(({ kind }) => kind)).toEqual(['fund'])
    expect(told.delivered).toHaveLength(1)
  })

  test('does not pay another price', async () => {
    const { sale, told } = start({ looks: [priced(5, 'no'), priced(500)] })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.unlocked).toEqual([])
    expect(sale.$view.get()).toMatchObject({ status: 'priced', offer: { amount: 500 }, note: 'price-changed' })
  })

  test.each([
    ['closed', 'too-little'],
    ['blocked', 'popup-blocked'],
  ] as const)('that was %s pays nothing', async (end, note) => {
    const { sale, told } = start({ looks: [priced(5, 'no'), priced()], end })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.unlocked).toEqual([])
    expect(sale.$view.get()).toMatchObject({ status: 'priced', note })
  })

  test('borrows at most once for one press', async () => {
    const short = (): Promise<Outcome> => Promise.resolve({ status: 'insufficient', missing: 5, unit: 'usd' })
    const { sale, told } = start({ mode: 'allowance', unlock: short })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.errands).toHaveLength(1)
    expect(sale.$view.get().status).toBe('priced')
  })
})

describe('a failure', () => {
  test.each<[ErrorCode, string]>([
    ['offline', 'offline'],
    ['till-unavailable', 'till-down'],
    ['till-timeout', 'till-down'],
    ['payment-in-progress', 'till-down'],
    ['content-unavailable', 'till-down'],
    ['mint-unavailable', 'mint-down'],
    ['mint-unknown', 'bad-offer'],
    ['site-refused', 'bad-offer'],
    ['url-refused', 'bad-offer'],
    ['malformed-challenge', 'bad-offer'],
  ])('%s is told to the page as %s', async (code, reason) => {
    const { sale, told } = start({ unlock: () => Promise.reject(new TuppenceError(code)) })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.failed).toEqual([reason])
    expect(sale.$view.get()).toMatchObject({ status: 'failed', reason })
  })

  test('ends the waiting even when the file that explains it can’t be loaded', async () => {
    const { sale, told } = start({
      unlock: () => Promise.reject(new TuppenceError('till-timeout')),
      aside: () => Promise.reject(new TypeError('gone')),
    })
    await sale.begin()
    await sale.press('pay', true)
    expect(sale.$view.get()).toEqual({ status: 'failed', reason: 'not-loaded', money: 'safe' })
    expect(told.failed).toEqual(['offline'])
  })

  test('of storage is nobody’s business but the reader’s', async () => {
    const { sale, told } = start({ unlock: () => Promise.reject(new TuppenceError('storage-full')) })
    await sale.begin()
    await sale.press('pay', true)
    expect(told.failed).toEqual([])
    expect(sale.$view.get()).toMatchObject({ status: 'failed', reason: 'storage-full', money: 'untouched' })
  })

  test('says that nothing was paid only when that is so', async () => {
    const unknown = start({ unlock: () => Promise.reject(new TuppenceError('till-timeout')) })
    await unknown.sale.begin()
    await unknown.sale.press('pay', true)
    expect(unknown.sale.$view.get()).toMatchObject({ money: 'safe' })
    const before = start({ looks: [] })
    await before.sale.begin()
    expect(before.sale.$view.get()).toMatchObject({ status: 'failed', reason: 'till-down', money: 'untouched' })
  })

  test('to finish what was cut off says that the money is on its way', async () => {
    const error = new TuppenceError('mint-unavailable', { details: { paymentId: 'p1' } })
    const { sale } = start({ looks: [error] })
    await sale.begin()
    expect(sale.$view.get()).toMatchObject({ status: 'failed', reason: 'mint-down', money: 'safe' })
  })

  test('of the books does not take back what was delivered', async () => {
    const unlock = async (_: Look, options?: UnlockOptions): Promise<Outcome> => {
      options?.onContent?.({ contentType: 'text/html', body: 'x' })
      throw new TuppenceError('storage-full')
    }
    const { sale, told } = start({ unlock })
    await sale.begin()
    await sale.press('pay', true)
    expect(sale.$view.get()).toMatchObject({ status: 'delivered' })
    expect(told.failed).toEqual([])
  })

  test('is cleared up before the next try', async () => {
    const recover = vi.fn<Wallet['recover']>(() => Promise.resolve({ finished: 0, undone: 1, open: 0 }))
    const outcomes = [() => Promise.reject(new TuppenceError('till-timeout')), () => Promise.resolve(paid)]
    const { sale } = start({ unlock: () => outcomes.shift()!(), actions: { recover } })
    await sale.begin()
    await sale.press('pay', true)
    await sale.retry()
    expect(recover).toHaveBeenCalledOnce()
    expect(sale.$view.get().status).toBe('priced')
  })
})

describe('a tip', () => {
  test('of the amount that was pressed is paid, once', async () => {
    const { sale, told } = start({ looks: [priced(25)] })
    await buy(sale, 'pay', { amount: 25, unit: 'usd' })
    expect([told.unlocked.length, told.delivered.length]).toEqual([1, 1])
  })

  test('of another amount than was pressed is not paid', async () => {
    const { sale, told } = start({ looks: [priced(500)] })
    await buy(sale, 'pay', { amount: 25, unit: 'usd' })
    expect(told.unlocked).toEqual([])
    expect(sale.$view.get()).toMatchObject({ status: 'failed', reason: 'bad-offer' })
  })
})
