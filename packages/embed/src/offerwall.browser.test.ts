import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineElements } from './index.ts'
import { registerOfferwall, type CustomChoice } from './offerwall.ts'

// Here the test plays Google's part: it has the enum on the window, and calls what is in the registry.

const answers = { CUSTOM_CHOICE_DISABLED: 0, ACCESS_GRANTED: 1, ACCESS_NOT_GRANTED: 2 }
const offer = 'https://till.example/p/news/day'
const page = globalThis as {
  googlefc?: { offerwall: { customchoice: { InitializeResponseEnum: object; registry?: CustomChoice } } }
}
const registry = () => page.googlefc!.offerwall.customchoice.registry!

beforeEach(() => {
  localStorage.clear()
  defineElements(location.href)
  page.googlefc = { offerwall: { customchoice: { InitializeResponseEnum: answers } } }
  registerOfferwall({ wallet: location.origin, offer, title: 'A day for 50¢' })
})
afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
})

const dialog = () => document.querySelector('dialog')
const buy = (contentType: string, body: string) =>
  dialog()!
    .querySelector('tuppence-unlock')!
    .dispatchEvent(
      new CustomEvent('tuppence:success', { cancelable: true, detail: { url: offer, contentType, body, receipt: '' } }),
    )

describe('the Offerwall', () => {
  test('is told that nothing was bought, and loads nothing of the wallet for that', async () => {
    expect(await registry().initialize()).toBe(answers.ACCESS_NOT_GRANTED)
    expect(document.querySelector('tuppence-unlock')).toBeNull()
  })

  test('shows the offer; a pass gives access while it lasts', async () => {
    const shown = registry().show()
    await vi.waitUntil(() => dialog()?.open)
    expect(dialog()!.querySelector('tuppence-unlock')!.getAttribute('href')).toBe(offer)
    expect(dialog()!.querySelector('h2')!.textContent).toBe('A day for 50¢')
    const until = Math.floor(Date.now() / 1_000) + 86_400
    expect(buy('application/json', JSON.stringify({ pass: { id: 'day', title: 'A day', until } }))).toBe(false)
    expect(await shown).toBe(true)
    expect(dialog()).toBeNull()
    expect(await registry().initialize()).toBe(answers.ACCESS_GRANTED)
    vi.useFakeTimers({ now: (until + 1) * 1_000, toFake: ['Date'] })
    expect(await registry().initialize()).toBe(answers.ACCESS_NOT_GRANTED)
  })

  test('one page is that page', async () => {
    const shown = registry().show()
    await vi.waitUntil(() => dialog()?.open)
    buy('text/html', '<p>thanks</p>')
    expect(await shown).toBe(true)
    expect(await registry().initialize()).toBe(answers.ACCESS_GRANTED)
    const before = location.href
    history.replaceState(null, '', '/another-page')
    expect(await registry().initialize()).toBe(answers.ACCESS_NOT_GRANTED)
    history.replaceState(null, '', before)
  })

  test('a reader who closes it gets the other choices again', async () => {
    const shown = registry().show()
    await vi.waitUntil(() => dialog()?.open)
    dialog()!.querySelector('button')!.click()
    expect(await shown).toBe(false)
    expect(dialog()).toBeNull()
    expect(await registry().initialize()).toBe(answers.ACCESS_NOT_GRANTED)
  })

  test.each(['', 'null', '{', '{"until":"later"}'])(
    'what was kept and is damaged (%s) grants nothing',
    async (kept) => {
      localStorage.setItem(`tuppence offerwall ${offer}`, kept)
      expect(await registry().initialize()).toBe(answers.ACCESS_NOT_GRANTED)
    },
  )

  test('before Google says its names, ours are the same words', async () => {
    delete page.googlefc
    const choice = registerOfferwall({ wallet: location.origin, offer })
    expect(await choice.initialize()).toBe('ACCESS_NOT_GRANTED')
  })
})
