import type { Allowance } from '@tuppence/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runErrand, takeErrand, visitWallet, type Errand } from './errand.ts'

const errand: Errand = {
  kind: 'lend',
  purpose: 'unlock',
  site: 'https://news.example',
  amount: 5,
  unit: 'usd',
  tillOrigin: 'https://news.example',
  realm: 'news',
  mints: [],
}
const allowance = { id: 'loan', site: 'https://news.example' } as Allowance
const soon = (ms = 150) => new Promise<'nothing'>((resolve) => setTimeout(resolve, ms, 'nothing'))

/** Another window that can post to this one: of this origin, or (sandboxed) of none. */
function otherWindow(sandbox?: string): Promise<Window> {
  const iframe = document.createElement('iframe')
  if (sandbox !== undefined) iframe.setAttribute('sandbox', sandbox)
  iframe.srcdoc = '<script>onmessage = ({ data }) => data.say && parent.postMessage(data.say, "*")</script>'
  document.body.append(iframe)
  return new Promise((resolve) => iframe.addEventListener('load', () => resolve(iframe.contentWindow!)))
}

/** Has another window post something to this one, so that it comes with that window's source and origin. */
const post = (from: Window, say: unknown) => from.postMessage({ say }, '*')

let stop: AbortController
beforeEach(() => {
  stop = new AbortController()
})
afterEach(() => {
  vi.restoreAllMocks()
  stop.abort()
  document.body.replaceChildren()
})

/** Answers of the frame that reach a window of this origin. */
function answersTo(popup: Window): MessageEvent[] {
  const answers: MessageEvent[] = []
  popup.addEventListener('message', (event) => {
    if ((event.data as { tuppence?: string }).tuppence === 'errand') answers.push(event)
  })
  return answers
}

describe('the frame', () => {
  test('tells the popup that it opened what for, stores what it lends, and goes on', async () => {
    const popup = await otherWindow()
    const answers = answersTo(popup)
    vi.spyOn(window, 'open').mockReturnValue(popup)
    const store = vi.fn<(allowance: Allowance) => Promise<void>>(() => Promise.resolve())
    const ending = runErrand(Promise.resolve(errand), store, stop.signal)
    post(popup, { tuppence: 'popup' })
    await vi.waitUntil(() => answers.length > 0)
    expect((answers[0]!.data as { errand: Errand }).errand).toEqual(errand)
    const port = answers[0]!.ports[0]!
    const told = new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)))
    port.postMessage({ t: 'allowance', allowance })
    expect(await told).toEqual({ t: 'stored' })
    expect(store).toHaveBeenCalledWith(allowance)
    const { how, tell } = await ending
    expect(how).toBe('done')
    const reported = new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)))
    tell(undefined)
    expect(await reported).toEqual({ t: 'report', report: undefined })
  })

  test('does not acknowledge what it could not store', async () => {
    const popup = await otherWindow()
    const answers = answersTo(popup)
    vi.spyOn(window, 'open').mockReturnValue(popup)
    const ending = runErrand(Promise.resolve(errand), () => Promise.reject(new Error('full')), stop.signal)
    post(popup, { tuppence: 'popup' })
    await vi.waitUntil(() => answers.length > 0)
    const port = answers[0]!.ports[0]!
    const told = new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)))
    port.postMessage({ t: 'allowance', allowance })
    expect(await told).toEqual({ t: 'refused' })
    expect(await Promise.race([ending, soon()])).toBe('nothing')
  })

  test('tells no other window, of its own origin or of another', async () => {
    const [popup, other, stranger] = await Promise.all([otherWindow(), otherWindow(), otherWindow('allow-scripts')])
    const told = [answersTo(popup), answersTo(other)]
    vi.spyOn(window, 'open').mockReturnValue(popup)
    void runErrand(Promise.resolve(errand), () => Promise.resolve(), stop.signal)
    post(other, { tuppence: 'popup' })
    post(stranger, { tuppence: 'popup' })
    await soon()
    expect(told).toEqual([[], []])
    post(popup, { tuppence: 'popup' })
    await vi.waitUntil(() => told[0]!.length === 1)
  })

  test('opens a window without a name, in the turn of the click', () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null)
    void runErrand(new Promise(() => {}), () => Promise.resolve(), stop.signal)
    expect(open).toHaveBeenCalledWith('/popup.html', '_blank', expect.stringContaining('popup'))
  })

  test('says when no window could be opened', async () => {
    vi.spyOn(window, 'open').mockReturnValue(null)
    const line = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(await runErrand(Promise.resolve(errand), () => Promise.resolve(), stop.signal)).toMatchObject({
      how: 'blocked',
    })
    expect(line.mock.calls.join()).toContain('same-origin-allow-popups')
  })

  test('takes its report along to the wallet page', async () => {
    const page = await otherWindow()
    const answers = answersTo(page)
    vi.spyOn(window, 'open').mockReturnValue(page)
    visitWallet(Promise.resolve({ kind: 'visit' }))
    post(page, { tuppence: 'popup' })
    await vi.waitUntil(() => answers.length > 0)
    expect((answers[0]!.data as { errand: unknown }).errand).toEqual({ kind: 'visit' })
  })
})

describe('the popup', () => {
  const openedBy = (opener: Window | null) => vi.spyOn(window, 'opener', 'get').mockReturnValue(opener)

  /** Has another window send an errand with a port, as a frame would. */
  const send = (from: Window, what: Errand) => {
    const realm = from as Window & { eval: (code: string) => void }
    realm.eval(`{
      const message = { tuppence: 'errand', errand: ${JSON.stringify(what)} }
      parent.postMessage(message, self.origin, [new MessageChannel().port2])
    }`)
  }

  test('that nobody opened has nothing to do', async () => {
    openedBy(null)
    expect(await takeErrand()).toBe(undefined)
  })

  test('takes an errand from the window that opened it, and no other', async () => {
    const [opener, other] = await Promise.all([otherWindow(), otherWindow()])
    openedBy(opener)
    const taking = takeErrand()
    send(other, { ...errand, amount: 9_999 })
    expect(await Promise.race([taking, soon()])).toBe('nothing')
    send(opener, errand)
    expect((await taking)?.errand).toEqual(errand)
  })

  test('waits for a frame that is still asking the till what there is to pay', async () => {
    const [opener, popup] = await Promise.all([otherWindow(), otherWindow()])
    // The frame's half hears the question and has no answer yet.
    const heard: unknown[] = []
    popup.addEventListener('message', ({ data }) => heard.push((data as { tuppence?: string }).tuppence))
    vi.spyOn(window, 'open').mockReturnValue(popup)
    void runErrand(new Promise(() => {}), () => Promise.resolve(), stop.signal)
    post(popup, { tuppence: 'popup' })
    await vi.waitUntil(() => heard.includes('moment'))
    openedBy(opener)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const taking = takeErrand()
    const said = new Promise((resolve) => addEventListener('message', resolve, { once: true }))
    post(opener, { tuppence: 'moment' })
    await said
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    expect(await Promise.race([taking, soon()])).toBe('nothing')
    send(opener, errand)
    expect((await taking)?.errand).toEqual(errand)
  })

  test('opened by a page of another origin hears nothing, and says so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const iframe = document.body.appendChild(document.createElement('iframe'))
    iframe.setAttribute('sandbox', 'allow-scripts')
    openedBy(iframe.contentWindow)
    const taking = takeErrand()
    vi.advanceTimersByTime(5_000)
    vi.useRealTimers()
    expect(await taking).toBe(undefined)
  })
})
