import type { Look, Outcome, Wallet } from '@tuppence/core'
import type { ElementMessage, FrameMessage } from '@tuppence/protocol/bridge'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { sampleOffer, sampleWallet } from '../testing/wallet.ts'
import { show } from './draw.ts'
import type { Session } from './session.ts'
import { speak } from './state.ts'
import { startTip } from './tip.tsx'
import { startUnlock } from './unlock.tsx'

const { site, url } = sampleOffer
const other = `${site}/read/other`
const free: Look = { status: 'free', contentType: 'text/html', body: '<p>free</p>' }
const owned = { status: 'owned', url, site, purchase: {} } as Look

function ask(
  start: (opening: Promise<Wallet>, site: string) => (message: ElementMessage, session: Session) => void,
  actions: Partial<Wallet>,
) {
  const sent: FrameMessage[] = []
  const answer = start(Promise.resolve(sampleWallet({ spendable: 500, actions })), site)
  const session: Session = { send: (message) => void sent.push(message) }
  const delivered = () => sent.flatMap((message) => (message.t === 'delivered' ? [message] : []))
  return { say: (message: ElementMessage) => answer(message, session), delivered }
}

const button = (text: RegExp) =>
  vi.waitUntil(() => [...document.querySelectorAll('button')].find((found) => text.test(found.textContent)))

afterEach(async () => {
  const { h } = await import('preact')
  show(() => h('main', {}))
})

describe('an article', () => {
  test('that the page lost is handed over again', async () => {
    const { say, delivered } = ask(startUnlock, { look: () => Promise.resolve(free) })
    say({ t: 'unlock', id: 'r1', url })
    await vi.waitUntil(() => delivered().length === 1)
    say({ t: 'unlock', id: 'r2', url })
    await vi.waitUntil(() => delivered().length === 2)
    expect(delivered().map(({ id }) => id)).toEqual(['r1', 'r2'])
  })

  test('that comes after the page asked for another is not taken for that one', async () => {
    const opening = Promise.withResolvers<Outcome>()
    const { say, delivered } = ask(startUnlock, {
      look: async (input) => (input.url === url ? owned : { status: 'priced', offer: sampleOffer, affordable: 'now' }),
      unlock: () => opening.promise,
    })
    say({ t: 'unlock', id: 'r1', url })
    await vi.waitUntil(() => document.body.textContent.includes('Opening'))
    say({ t: 'unlock', id: 'r2', url: other })
    await button(/Unlock/)
    opening.resolve({ status: 'opened', contentType: 'text/html', body: '<p>the first</p>' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(delivered()).toEqual([])
  })
})

describe('a tip jar', () => {
  test('whose page changes it has new buttons, which have not been seen yet', async () => {
    await speak('en')
    const { say } = ask(startTip, {})
    say({ t: 'tip', id: 'r1', url, presets: [25, 100] })
    const first = await button(/25/)
    say({ t: 'tip', id: 'r2', url, presets: [25, 100] })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(first?.isConnected).toBe(true)
    say({ t: 'tip', id: 'r3', url: other, presets: [100, 25] })
    await vi.waitUntil(() => first?.isConnected === false)
    const again = await button(/25/)
    expect(again === first).toBe(false)
    expect(again?.ariaDisabled).toBe('true')
  })
})
