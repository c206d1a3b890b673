import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  advance,
  firstState,
  heldSecrets,
  isEnd,
  transitions,
  type Payment,
  type PaymentEvent,
  type PaymentState,
} from './payment.ts'

const states = Object.keys(transitions) as PaymentState[]
const events = [...new Set(states.flatMap((state) => Object.keys(transitions[state])))] as PaymentEvent[]
const payment = (state: PaymentState, coins: string[] = []) =>
  ({ id: 'p', kind: 'swap', state, mint: 'm', unit: 'usd', amount: 1, atMs: 0, coins }) as unknown as Payment

/** The drawing in payment.ts in words, one arrow a line: whoever changes the table says so here, too. */
const arrows = `
  quoting quote quoted, quoting lapse undone,
  quoted request sent, quoted settle done, quoted lapse undone,
  sent settle done, sent accept accepted, sent garble quarantined, sent refuse refused, sent recall undone,
  quarantined settle done, quarantined accept accepted, quarantined garble quarantined, quarantined refuse refused,
  quarantined recall undone,
  refused settle done, refused accept accepted, refused garble quarantined, refused release undone, refused retry quoted,
  refused take taken, refused recall undone,
  accepted settle done, accepted spend done, accepted recall undone,
  offered acknowledge handed, offered spend done, offered recall undone,
  handed spend done, handed recall undone`

describe('the payment machine', () => {
  test('has the arrows of its drawing, and no others', () => {
    const table = states.flatMap((state) =>
      Object.entries(transitions[state]).map(([event, next]) => `${state} ${event} ${next}`),
    )
    const drawn = arrows.split(',').map((arrow) => arrow.trim())
    expect(table.toSorted()).toEqual(drawn.toSorted())
  })

  test('begins each kind where it is first journaled', () => {
    expect(firstState).toEqual({
      pay: 'sent',
      tip: 'sent',
      'top-up': 'quoting',
      swap: 'sent',
      receive: 'sent',
      send: 'handed',
      lend: 'offered',
      refund: 'sent',
      withdraw: 'sent',
    })
  })

  test('does exactly what its table says, and stops at anything else', () => {
    for (const state of states) {
      for (const event of events) {
        const next = transitions[state][event]
        if (next) expect(advance(payment(state), event)).toEqual(payment(next))
        else expect(() => advance(payment(state), event)).toThrow(/cannot/)
      }
    }
  })

  test('begins every kind in an open state that can end', () => {
    for (const state of Object.values(firstState)) {
      const seen = new Set<PaymentState>([state])
      for (const at of seen) for (const next of Object.values(transitions[at])) seen.add(next)
      expect(isEnd(state)).toBe(false)
      expect([...seen].some(isEnd)).toBe(true)
    }
  })

  test('reaches every state, can leave every open one, and no ended one', () => {
    const reached = new Set<PaymentState>(Object.values(firstState))
    for (const at of reached) for (const next of Object.values(transitions[at])) reached.add(next)
    expect([...reached].toSorted()).toEqual(states.toSorted())
    for (const state of states) expect(Object.keys(transitions[state]).length === 0).toBe(isEnd(state))
  })

  test('never comes back from an end, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(firstState)),
        fc.array(fc.constantFrom(...events)),
        (first, happened) => {
          let now = payment(first)
          for (const event of happened) if (transitions[now.state][event]) now = advance(now, event)
          if (isEnd(now.state)) for (const event of events) expect(() => advance(now, event)).toThrow()
        },
      ),
    )
  })

  test('holds the coins that open payments name', () => {
    expect([...heldSecrets([payment('sent', ['a', 'b']), payment('handed', ['b', 'c'])])].toSorted()).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})
