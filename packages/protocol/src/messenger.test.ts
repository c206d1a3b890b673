import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { ElementMessage, FrameMessage } from './bridge-messages.ts'
import { openElementMessenger, openFrameMessenger } from './messenger.ts'

const opened: MessagePort[] = []
const channel = () => {
  const { port1, port2 } = new MessageChannel()
  opened.push(port1, port2)
  return [port1, port2] as const
}
afterEach(() => {
  for (const port of opened.splice(0)) port.close()
})
/** Posts past the messenger: what a hostile other end could do. */
const post = (port: MessagePort, message: unknown): void => port.postMessage(message)
const settle = () => wait(20)
const unlock = (id: string): ElementMessage => ({ t: 'unlock', id, url: '/read/x' })
const delivered = (id: string, body = 'text'): FrameMessage => ({
  t: 'delivered',
  id,
  contentType: 'text/html',
  body,
  receipt: 'r',
})

/** Both ends over one real channel, with what each has heard. */
const pair = () => {
  const [page, frame] = channel()
  const heard: { element: FrameMessage[]; frame: ElementMessage[] } = { element: [], frame: [] }
  const element = openElementMessenger(page, (message) => heard.element.push(message))
  const wallet = openFrameMessenger(frame, (message) => heard.frame.push(message))
  return { element, wallet, heard, ports: { page, frame } }
}

describe('messengers', () => {
  test('carry a request and its answer', async () => {
    const { element, wallet, heard } = pair()
    element.send(unlock('a'))
    await settle()
    expect(heard.frame).toEqual([unlock('a')])
    expect(wallet.send({ t: 'resize', height: 96 })).toBe(true)
    expect(wallet.send(delivered('a'))).toBe(true)
    await settle()
    expect(heard.element).toEqual([{ t: 'resize', height: 96 }, delivered('a')])
  })

  test('carry a body over the bound of other messages', async () => {
    const { element, wallet, heard } = pair()
    element.send(unlock('a'))
    await settle()
    wallet.send(delivered('a', 'x'.repeat(1_000_000)))
    await settle()
    expect(heard.element).toEqual([delivered('a', 'x'.repeat(1_000_000))])
  })

  test('answer a request once, and a repeated one with the same answer', async () => {
    const { element, wallet, heard, ports } = pair()
    element.send(unlock('a'))
    post(ports.page, unlock('a'))
    await settle()
    expect(heard.frame).toEqual([unlock('a')])
    wallet.send(delivered('a'))
    expect(wallet.send({ t: 'failed', id: 'a', reason: 'offline' })).toBe(false)
    expect(wallet.send(delivered('never-asked'))).toBe(false)
    await settle()
    element.send(unlock('a'))
    await settle()
    expect(heard.frame).toEqual([unlock('a')])
    expect(heard.element).toEqual([delivered('a'), delivered('a')])
  })

  test('drop answers that were not asked for, and second ones', async () => {
    const { element, heard, ports } = pair()
    post(ports.frame, delivered('a'))
    await settle()
    element.send(unlock('a'))
    await settle()
    post(ports.frame, delivered('b'))
    post(ports.frame, { t: 'cancelled', id: 'a' })
    post(ports.frame, delivered('a'))
    await settle()
    expect(heard.element).toEqual([{ t: 'cancelled', id: 'a' }])
  })

  test('take a delivery back, once it was made', async () => {
    const { element, wallet, heard } = pair()
    expect(wallet.send({ t: 'cancelled', id: 'a' })).toBe(false)
    element.send(unlock('a'))
    await settle()
    wallet.send(delivered('a'))
    expect(wallet.send({ t: 'cancelled', id: 'a' })).toBe(true)
    expect(wallet.send(delivered('a'))).toBe(false)
    await settle()
    element.send(unlock('a'))
    await settle()
    expect(heard.element).toEqual([delivered('a'), { t: 'cancelled', id: 'a' }, { t: 'cancelled', id: 'a' }])
  })

  test('drop what is not in the table', async () => {
    const { heard, ports } = pair()
    for (const message of [
      'pay',
      null,
      { t: 'pay', id: 'a', amount: 5 },
      { ...unlock('a'), amount: 5 },
      delivered('a'),
    ]) {
      post(ports.page, message)
    }
    post(ports.frame, { t: 'resize', height: 100 })
    post(ports.frame, { t: 'balance', balance: 5 })
    await settle()
    expect(heard).toEqual({ element: [], frame: [] })
  })

  test('let eight requests be open', async () => {
    const { element, wallet, heard } = pair()
    for (let n = 0; n < 9; n++) element.send(unlock(`id${n}`))
    await settle()
    expect(heard.frame).toHaveLength(8)
    element.send({ t: 'theme', id: 't', theme: { tokens: {}, scheme: 'dark', lang: 'en' } })
    wallet.send({ t: 'cancelled', id: 'id0' })
    await settle()
    element.send(unlock('id8'))
    await settle()
    expect(heard.frame.map(({ t }) => t)).toEqual([...Array<string>(8).fill('unlock'), 'theme', 'unlock'])
  })

  test('pass on a cancel only for what is open', async () => {
    const { element, wallet, heard } = pair()
    element.send({ t: 'cancel', id: 'a' })
    element.send(unlock('a'))
    element.send({ t: 'cancel', id: 'a' })
    await settle()
    expect(heard.frame).toEqual([unlock('a'), { t: 'cancel', id: 'a' }])
    wallet.send({ t: 'cancelled', id: 'a' })
    await settle()
    element.send({ t: 'cancel', id: 'a' })
    await settle()
    expect(heard.frame).toHaveLength(2)
    expect(heard.element).toEqual([{ t: 'cancelled', id: 'a' }])
  })

  test('forget old answers, so that memory has a bound', async () => {
    const { element, wallet, heard } = pair()
    for (let i = 0; i < 10; i++) {
      element.send(unlock(`id${i}`))
      // One at a time: the order of what is answered is what is looked at.
      await settle()
      wallet.send({ t: 'cancelled', id: `id${i}` })
    }
    await settle()
    element.send(unlock('id0'))
    element.send(unlock('id9'))
    await settle()
    expect(heard.frame.slice(10)).toEqual([unlock('id0')])
  })

  test('say nothing more once closed', async () => {
    const { element, wallet, heard } = pair()
    element.send(unlock('a'))
    await settle()
    wallet.close()
    expect(wallet.send(delivered('a'))).toBe(false)
    element.close()
    element.send(unlock('b'))
    await settle()
    expect(heard).toEqual({ element: [], frame: [unlock('a')] })
  })
})
