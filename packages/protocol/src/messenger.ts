// Typed talk over the port between element and frame: parses, bounds what is open, and answers each request once.

import { parseElementMessage, parseFrameMessage } from './bridge-messages.ts'
import type { ElementMessage, FrameAnswer, FrameMessage } from './bridge-messages.ts'
import { bridgeInFlightMax } from './bridge-limits.ts'

/** One end of a port. */
export type Messenger<Out, Sent = void> = {
  /** Posts a message. @returns The frame's end: false when it was not posted: nothing to answer, or closed. */
  send(message: Out): Sent
  /** Closes the port; nothing is received any more. */
  close(): void
}

/**
 * The page's end. Answers to what was not asked, second answers, and messages that are not in the table are dropped; only
 * `cancelled` passes at any time, since it may take a delivery back, and `trip`, which answers nothing.
 *
 * @param on - Called for each message of the frame.
 */
export function openElementMessenger(
  port: MessagePort,
  on: (message: FrameMessage) => void,
): Messenger<ElementMessage> {
  const open = new Set<string>()
  port.addEventListener('message', ({ data }) => {
    const message = parseFrameMessage(data)
    if (!message) return
    const answers = open.delete((message as FrameAnswer).id)
    if (answers || /^(resize|trip|cancelled)$/.test(message.t)) on(message)
  })
  port.start()
  return {
    send(message) {
      open.add(message.id)
      port.postMessage(message)
    },
    close: () => port.close(),
  }
}

/**
 * The frame's end. A request whose id is open is not passed on again; one that was answered gets the same answer.
 *
 * @param on - Called for each message of the page that is new.
 */
export function openFrameMessenger(
  port: MessagePort,
  on: (message: ElementMessage) => void,
): Messenger<FrameMessage, boolean> {
  const open = new Set<string>()
  const answers = new Map<string, FrameAnswer>()
  let closed = false
  const begin = ({ id }: { id: string }): boolean => {
    const answer = answers.get(id)
    if (answer) port.postMessage(answer)
    // Beyond the bound a page gets no answer: its own end never sends that many.
    if (answer || open.has(id) || open.size >= bridgeInFlightMax) return false
    open.add(id)
    return true
  }
  const finish = (answer: FrameAnswer): boolean => {
    const takenBack = answer.t === 'cancelled' && answers.has(answer.id)
    if (!open.delete(answer.id) && !takenBack) return false
    answers.set(answer.id, answer)
    const [oldest] = answers.keys()
    if (answers.size > bridgeInFlightMax && oldest !== undefined) answers.delete(oldest)
    return true
  }
  port.addEventListener('message', ({ data }) => {
    const message = parseElementMessage(data)
    if (!message || closed) return
    const unanswered = message.t === 'theme' || message.t === 'balance'
    const passes = unanswered || (message.t === 'cancel' ? open.has(message.id) : begin(message))
    if (passes) on(message)
  })
  port.start()
  return {
    send(message) {
      if (closed || (message.t !== 'resize' && message.t !== 'trip' && !finish(message))) return false
      port.postMessage(message)
      return true
    },
    close() {
      closed = true
      port.close()
    },
  }
}
