import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineElements, type ErrorDetail, type SuccessDetail, type TuppenceTip, type TuppenceUnlock } from './index.ts'

type FromFrame = {
  loaded?: true
  init?: { nonce: string }
  nonce?: string
  heard?: { t: string; id: string; [key: string]: unknown }
}

const roots: ShadowRoot[] = []
const attach = Element.prototype.attachShadow
let frame: BroadcastChannel
let log: FromFrame[]

beforeEach(() => {
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init)
    roots.push(root)
    return root
  }
  frame = new BroadcastChannel('tuppence-test-frame')
  log = []
  frame.onmessage = ({ data }) => log.push(data as FromFrame)
  defineElements(location.href)
})

afterEach(() => {
  frame.close()
  document.body.replaceChildren()
  document.documentElement.removeAttribute('style')
  roots.length = 0
  Element.prototype.attachShadow = attach
})

const heard = (t: string) => log.flatMap((entry) => (entry.heard?.t === t ? [entry.heard] : []))
const say = (message: object) => frame.postMessage({ say: message })

function place(html: string): TuppenceUnlock {
  const holder = document.body.appendChild(document.createElement('div'))
  holder.innerHTML = html
  return holder.firstElementChild as TuppenceUnlock
}

/** Puts an element in the page and goes through the handshake. */
async function placeReady(html: string): Promise<TuppenceUnlock> {
  const element = place(html)
  await vi.waitUntil(() => log.some(({ loaded }) => loaded))
  frame.postMessage({ ready: {} })
  await vi.waitUntil(() => element.state === 'ready')
  return element
}

const unlock = '<tuppence-unlock href="/read/x"><p slot="teaser">Teaser</p><a href="/read/x">Read</a></tuppence-unlock>'

describe('the frame', () => {
  test('is made only when the element comes near', async () => {
    const element = place(`<div style="height: 5000px"></div>`).parentElement!
    element.insertAdjacentHTML('beforeend', unlock)
    const far = element.querySelector('tuppence-unlock')!
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([far.state, roots[0]!.querySelector('iframe')]).toEqual(['idle', null])
    far.scrollIntoView()
    await vi.waitUntil(() => far.state === 'connecting')
    expect(roots[0]!.querySelector('iframe')!.referrerPolicy).toBe('no-referrer')
  })

  test('is behind a closed shadow', async () => {
    expect((await placeReady(unlock)).shadowRoot).toBe(null)
  })

  test('is answered with its own nonce, and told what to unlock', async () => {
    const element = await placeReady(unlock)
    await vi.waitUntil(() => heard('unlock').length > 0)
    const init = log.find((entry) => entry.init)!
    expect(init.init!.nonce).toBe(init.nonce)
    expect(heard('unlock')).toEqual([{ t: 'unlock', id: 'r1', url: new URL('/read/x', location.href).href }])
    expect(element.url).toBe(new URL('/read/x', location.href).href)
  })

  test('is not taken from another window, nor from another origin', async () => {
    const element = place(unlock)
    await vi.waitUntil(() => log.some(({ loaded }) => loaded))
    const data = { tuppence: 'ready', versions: [1], nonce: 'n' }
    const source = roots[0]!.querySelector('iframe')!.contentWindow
    window.dispatchEvent(new MessageEvent('message', { data, source: window, origin: location.origin }))
    window.dispatchEvent(new MessageEvent('message', { data, source, origin: 'https://evil.example' }))
    window.dispatchEvent(
      new MessageEvent('message', { data: { ...data, versions: [99] }, source, origin: location.origin }),
    )
    expect(element.state).toBe('connecting')
  })

  test('goes with the element and comes back with it', async () => {
    const element = await placeReady(unlock)
    element.remove()
    expect(roots[0]!.querySelector('iframe')).toBe(null)
    document.body.append(element)
    await vi.waitUntil(() => element.state === 'connecting')
    expect(roots[0]!.querySelectorAll('iframe').length).toBe(1)
  })

  test('gets the theme as the browser resolves it', async () => {
    document.documentElement.style.cssText =
      'color-scheme: light dark; --tuppence-accent: light-dark(rebeccapurple, #fff); --tuppence-radius: 4px'
    await placeReady(unlock.replace('href', 'theme="light" href'))
    await vi.waitUntil(() => heard('theme').length > 0)
    expect(heard('theme')[0]!['theme']).toEqual({
      tokens: { accent: 'rgb(102, 51, 153)', radius: '4px' },
      scheme: 'light',
      lang: document.documentElement.lang || navigator.language,
    })
  })

  test('sets its height in the steps of the table only', async () => {
    await placeReady(unlock)
    const box = roots[0]!.querySelector<HTMLElement>('[part=box]')!
    say({ t: 'resize', height: 160 })
    await vi.waitUntil(() => box.style.getPropertyValue('--h') === '160px')
    say({ t: 'resize', height: 161 })
    say({ t: 'resize', height: 48 })
    await vi.waitUntil(() => box.style.getPropertyValue('--h') === '48px')
  })
})

describe('a delivery', () => {
  const delivered = { t: 'delivered', id: 'r1', contentType: 'text/html; charset=utf-8', receipt: 'rc' }

  test('puts the HTML into the page, after the teaser, and tells', async () => {
    const element = await placeReady(unlock)
    const told = new Promise<SuccessDetail>((resolve) => {
      document.addEventListener('tuppence:success', (event) => resolve((event as CustomEvent<SuccessDetail>).detail), {
        once: true,
      })
    })
    say({ ...delivered, body: '<p onclick="x()">The rest</p><script>1</script>' })
    expect(await told).toMatchObject({ url: element.url, contentType: 'text/html; charset=utf-8', receipt: 'rc' })
    expect(element.querySelector('[slot=content]')!.innerHTML).toBe('<p>The rest</p>')
    expect(element.state).toBe('delivered')
  })

  test('is the page’s to place when it says so', async () => {
    const element = await placeReady(unlock)
    element.addEventListener('tuppence:success', (event) => event.preventDefault())
    say({ ...delivered, body: '<p>The rest</p>' })
    await vi.waitUntil(() => element.state === 'delivered')
    expect(element.querySelector('[slot=content]')).toBe(null)
  })

  test('that was not asked for is dropped', async () => {
    const element = await placeReady(unlock)
    say({ ...delivered, id: 'r7', body: '<p>No</p>' })
    say({ ...delivered, body: '<p>No</p>', more: 1 })
    say({ t: 'delivered', id: 'r1', contentType: 1, body: '<p>No</p>', receipt: '' })
    say({ ...delivered, body: '<p>Yes</p>' })
    await vi.waitUntil(() => element.state === 'delivered')
    expect(element.textContent).not.toContain('No')
  })

  test('goes when the reader gave it back, and can be bought again', async () => {
    const element = await placeReady(unlock)
    say({ ...delivered, body: '<p>The rest</p>' })
    await vi.waitUntil(() => element.state === 'delivered')
    say({ t: 'cancelled', id: 'r1' })
    await vi.waitUntil(() => element.state === 'ready')
    expect(element.querySelector('[slot=content]')).toBe(null)
    await vi.waitUntil(() => heard('unlock').length === 2)
  })

  test('goes when the element is given another address', async () => {
    const element = await placeReady(unlock)
    say({ ...delivered, body: '<p>The rest</p>' })
    await vi.waitUntil(() => element.state === 'delivered')
    element.href = '/read/y'
    expect([element.state, element.querySelector('[slot=content]')]).toEqual(['ready', null])
    await vi.waitUntil(() => heard('unlock').length === 2)
    expect(heard('unlock')[1]).toMatchObject({ id: 'r2', url: new URL('/read/y', location.href).href })
  })
})

describe('an address that changes', () => {
  test('again and again leaves no request open but the last', async () => {
    const element = await placeReady(unlock)
    await vi.waitUntil(() => heard('unlock').length === 1)
    for (let n = 2; n <= 12; n++) element.href = `/read/${n}`
    await vi.waitUntil(() => heard('unlock').length === 12)
    expect(heard('cancel').map(({ id }) => id)).toEqual(Array.from({ length: 11 }, (_, n) => `r${n + 1}`))
    say({ t: 'delivered', id: 'r12', contentType: 'text/html', body: '<p>Twelve</p>', receipt: '' })
    await vi.waitUntil(() => element.state === 'delivered')
  })
})

describe('a reader who comes back from the wallet', () => {
  const url = new URL('/read/x', location.href).href

  test('has the code handed to the frame, once, and out of the address', async () => {
    const before = location.href
    history.replaceState({ kept: 1 }, '', `#${new URLSearchParams({ 'tuppence-claim': 'c0de', url })}`)
    defineElements(location.href)
    expect([location.href, history.state]).toEqual([before.split('#')[0], { kept: 1 }])
    const element = await placeReady(unlock)
    await vi.waitUntil(() => heard('claim').length === 1)
    expect(heard('claim')).toEqual([{ t: 'claim', id: 'r1', url, code: 'c0de' }])
    say({ t: 'failed', id: 'r1', reason: 'offline' })
    await vi.waitUntil(() => heard('unlock').length === 1)
    expect(element.state).toBe('ready')
  })

  test('for another article has this one asked for as ever', async () => {
    history.replaceState(null, '', `#${new URLSearchParams({ 'tuppence-claim': 'c0de', url: `${url}/other` })}`)
    defineElements(location.href)
    await placeReady(unlock)
    await vi.waitUntil(() => heard('unlock').length === 1)
    expect(heard('claim')).toEqual([])
  })

  test('keeps a fragment that is the page’s own', () => {
    history.replaceState(null, '', '#section-2')
    defineElements(location.href)
    expect(location.hash).toBe('#section-2')
    history.replaceState(null, '', location.pathname + location.search)
  })
})

describe('trouble', () => {
  test('that the frame meets is told by its code, and leaves a request open for "Try again"', async () => {
    const element = await placeReady(unlock)
    const codes: string[] = []
    element.addEventListener('tuppence:error', (event) => codes.push((event as CustomEvent<ErrorDetail>).detail.code))
    say({ t: 'failed', id: 'r1', reason: 'till-down' })
    await vi.waitUntil(() => heard('unlock').length === 2)
    expect(codes).toEqual(['till-down'])
    say({ t: 'delivered', id: 'r2', contentType: 'text/html', body: '<p>At last</p>', receipt: '' })
    await vi.waitUntil(() => element.state === 'delivered')
  })

  test('with the page’s policy leaves a link, a sentence and a line in the console', async () => {
    const element = place(unlock)
    await vi.waitUntil(() => element.state === 'connecting')
    const line = vi.spyOn(console, 'error').mockImplementation(() => {})
    const violation = { blockedURI: `${location.origin}/frame.html`, effectiveDirective: 'frame-src' } as const
    document.dispatchEvent(
      new SecurityPolicyViolationEvent('securitypolicyviolation', {
        ...violation,
        disposition: 'report',
      } as SecurityPolicyViolationEventInit),
    )
    expect(element.state).toBe('connecting')
    document.dispatchEvent(
      new SecurityPolicyViolationEvent('securitypolicyviolation', {
        ...violation,
        disposition: 'enforce',
      } as SecurityPolicyViolationEventInit),
    )
    expect(element.state).toBe('blocked')
    expect(line.mock.calls.join()).toContain(`frame-src ${location.origin}`)
    const message = roots[0]!.querySelector('[part=message]')!
    expect(message.textContent).toMatch(/security policy/)
    expect(message.querySelector('a')!.href).toBe(element.url)
  })

  test('that lasts too long leaves the same, and ends when the frame comes after all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const element = place(unlock)
    while (element.state !== 'connecting') await new Promise((resolve) => requestAnimationFrame(resolve))
    vi.advanceTimersByTime(12_000)
    vi.useRealTimers()
    expect(element.state).toBe('blocked')
    await vi.waitUntil(() => log.some(({ loaded }) => loaded))
    frame.postMessage({ ready: {} })
    await vi.waitUntil(() => element.state === 'ready')
  })
})

describe('attributes', () => {
  test('are strings, mirrored by properties', () => {
    const element = document.createElement('tuppence-unlock')
    expect([element.href, element.price, element.url]).toEqual(['', '', ''])
    element.href = 'https://['
    expect([element.href, element.url]).toEqual(['https://[', ''])
    element.price = '0.05'
    expect(element.getAttribute('price')).toBe('0.05')
  })

  test('of a tip jar become minor units, without a float', async () => {
    const tip = (await placeReady(
      '<tuppence-tip href="/tip" presets="0.25 1 5.5 1.005 4.35 x -3"></tuppence-tip>',
    )) as unknown as TuppenceTip
    await vi.waitUntil(() => heard('tip').length > 0)
    expect(heard('tip')[0]!['presets']).toEqual([25, 100, 550, 435])
    expect(tip.presets).toContain('0.25')
  })

  test('say nothing of a balance: the pill gets no answer to ask for', async () => {
    await placeReady('<tuppence-balance></tuppence-balance>')
    await vi.waitUntil(() => heard('balance').length > 0)
    expect(heard('balance')).toEqual([{ t: 'balance', id: 'r1' }])
  })
})
