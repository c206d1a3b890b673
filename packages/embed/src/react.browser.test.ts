import { act, createElement, StrictMode } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TuppenceUnlock } from './index.ts'
import { Unlock, type UnlockProps } from './react.ts'

let root: Root | undefined
let place: HTMLElement
const wallet = location.origin
const show = (props: Partial<UnlockProps>) =>
  act(async () =>
    root?.render(createElement(StrictMode, null, createElement(Unlock, { wallet, href: '/read/x', ...props }))),
  )
const say = (name: string, detail: object) =>
  element().dispatchEvent(new CustomEvent(`tuppence:${name}`, { bubbles: true, cancelable: true, detail }))
const element = () => place.querySelector('tuppence-unlock') as TuppenceUnlock

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  place.remove()
})

test('makes a real element, and follows its props', async () => {
  await show({ price: '0.05', theme: 'dark' })
  expect(element().url).toBe(new URL('/read/x', location.href).href)
  await show({ href: '/read/y' })
  expect(element().getAttribute('href')).toBe('/read/y')
  expect(element().hasAttribute('price')).toBe(false)
})

test('calls the newest function, once for each event, and none after it is gone', async () => {
  const [first, second] = [
    vi.fn<() => void>(),
    vi.fn<(detail: object, event: Event) => void>((_detail, event) => event.preventDefault()),
  ]
  await show({ onSuccess: first })
  await show({ onSuccess: second })
  expect(say('success', { url: 'u', body: 'b' })).toBe(false)
  expect(first).not.toHaveBeenCalled()
  expect(second).toHaveBeenCalledTimes(1)
  expect(second.mock.calls[0]?.[0]).toEqual({ url: 'u', body: 'b' })
  const gone = element()
  await show({ onError: first })
  await act(async () => root?.render(null))
  gone.dispatchEvent(new CustomEvent('tuppence:error', { detail: {} }))
  expect(first).not.toHaveBeenCalled()
})

test('gives the element by its ref, and leaves what was delivered alone', async () => {
  const ref: { current: TuppenceUnlock | null } = { current: null }
  await show({ ref })
  expect(ref.current).toBe(element())
  const content = element().appendChild(document.createElement('div'))
  content.slot = 'content'
  await show({ ref, className: 'new', teaser: 'Now there is one' })
  expect(content.isConnected).toBe(true)
  expect(element().className).toBe('new')
})

test('takes over what a server rendered, without a complaint', async () => {
  const complaint = vi.spyOn(console, 'error')
  const app = createElement(Unlock, { wallet, href: '/read/x', teaser: 'T' }, 'Read')
  const served = document.body.appendChild(document.createElement('div'))
  served.innerHTML = renderToString(app)
  const hydrated = await act(async () => hydrateRoot(served, app))
  expect(complaint).not.toHaveBeenCalled()
  expect(served.querySelector('tuppence-unlock')?.getAttribute('state')).toBe('idle')
  await act(async () => hydrated.unmount())
  served.remove()
})
