import { publicJwk, signingKey } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import type { MintClient } from './mint-client.ts'
import { mintFacts } from './mint-facts.ts'

function counting(): { mint: MintClient; asked: () => number; fail: (yes: 'fail' | 'work') => void } {
  let asked = 0
  let mode = 'work'
  const ask = async () => {
    asked += 1
    if (mode === 'fail') throw new Error('down')
    return [{ id: `01${String(asked).padStart(64, '0')}`, unit: 'usd', active: true, input_fee_ppk: 0 }]
  }
  const unused = () => Promise.reject(new Error('unused'))
  const mint = { keysets: ask, receiptKeys: async () => [], deposit: unused, refund: unused, areSpent: unused }
  return { mint, asked: () => asked, fail: (next) => void (mode = next) }
}

describe('what a till remembers of its mint', () => {
  test('is asked for once by many, and again only when something is missing and time has passed', async () => {
    const { mint, asked } = counting()
    let nowMs = 0
    const facts = mintFacts({ mint, nowMs: () => nowMs })
    await Promise.all(Array.from({ length: 10 }, () => facts.keysets((known) => known.length > 0)))
    expect(asked()).toBe(1)
    await facts.keysets(() => true)
    await facts.keysets(() => false)
    expect(asked()).toBe(1)
    nowMs = 6_000
    await facts.keysets(() => false)
    expect(asked()).toBe(2)
    nowMs = 0 // A clock set back must not freeze what is known.
    await facts.keysets(() => false)
    expect(asked()).toBe(3)
  })

  test('is asked for again at once after a failure', async () => {
    const { mint, asked, fail } = counting()
    const facts = mintFacts({ mint, nowMs: () => 0 })
    fail('fail')
    await expect(facts.keysets(() => false)).rejects.toThrow('down')
    fail('work')
    expect(await facts.keysets(() => false)).toHaveLength(1)
    expect(asked()).toBe(2)
  })

  test('is never asked for where it is pinned', async () => {
    const { mint } = counting()
    const key = await signingKey(crypto.getRandomValues(new Uint8Array(32)))
    const pinned = [publicJwk(key.publicKey), { kty: 'EC', crv: 'P-256' }]
    const keys = await mintFacts({ mint, nowMs: () => 0, pinned }).receiptKeys(() => false)
    expect(keys.map(({ kid }) => kid)).toEqual([key.keyId])
  })
})
