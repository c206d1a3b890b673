import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryDb } from './db/memory.ts'
import { openStreet, type Spoiler, type Street } from './testing/street.ts'

let street: Street
beforeAll(async () => void (street = await openStreet()))
afterAll(() => street.close())

type Signatures = { signatures: { amount: number; id: string; C_: string; dleq?: { e: string; s: string } }[] }

const rewritten = (change: (signed: Signatures) => unknown) => async (response: Response) =>
  new Response(JSON.stringify(change((await response.json()) as Signatures)))

const answers: [string, (response: Response) => Response | Promise<Response>][] = [
  ['one signature too few', rewritten(({ signatures }) => ({ signatures: signatures.slice(1) }))],
  ['one too many', rewritten(({ signatures }) => ({ signatures: [...signatures, signatures[0]] }))],
  ['none', rewritten(() => ({ signatures: [] }))],
  ['another order', rewritten(({ signatures }) => ({ signatures: signatures.toReversed() }))],
  [
    'another amount',
    rewritten(({ signatures }) => ({
      signatures: signatures.map((one, at) => (at === 0 ? { ...one, amount: 2 ** 15 } : one)),
    })),
  ],
  [
    'another keyset',
    rewritten(({ signatures }) => ({ signatures: signatures.map((one) => ({ ...one, id: `01${'0'.repeat(64)}` })) })),
  ],
  [
    'no proofs',
    rewritten(({ signatures }) => ({ signatures: signatures.map(({ amount, id, C_ }) => ({ amount, id, C_ })) })),
  ],
  [
    'a proof of something else',
    rewritten(({ signatures }) => ({
      signatures: signatures.map((one) => ({ ...one, dleq: signatures.at(-1)?.dleq })),
    })),
  ],
  [
    'a signature of something else',
    rewritten(({ signatures }) => ({ signatures: signatures.map((one) => ({ ...one, C_: signatures.at(-1)?.C_ })) })),
  ],
  [
    'a point that is none',
    rewritten(({ signatures }) => ({ signatures: signatures.map((one) => ({ ...one, C_: `02${'f'.repeat(64)}` })) })),
  ],
  ['HTML', () => new Response('<!doctype html><title>Maintenance</title>')],
  ['nothing', () => new Response('')],
  ['200 with an error', () => new Response('{"code":11001,"detail":"spent"}')],
]

describe('outputs are accepted only if they are what was asked for (W6)', () => {
  test.each(answers)(
    'quarantines %s, keeps the inputs, and finishes when the mint is itself again',
    async (_, change) => {
      const seed = crypto.getRandomValues(new Uint8Array(64))
      const db = memoryDb()
      const honest = street.wallet({ db, seed: async () => seed })
      await honest.topUp({ amount: 100, unit: 'usd', method: 'test' })
      const before = await street.truth()
      const spoiler: Spoiler = ({ url }) => (url.endsWith('/v1/swap') ? change : 'pass')
      const cheated = street.wallet({ db, seed: async () => seed, fetch: street.fetch(spoiler) })
      await expect(cheated.makeChange({ amount: 37 })).rejects.toMatchObject({
        code: expect.stringMatching(/^(mint-response-invalid|dleq-)/),
      })
      expect(cheated.$payments.get()).toMatchObject([{ kind: 'swap', state: 'quarantined' }])
      expect(cheated.$balance.get()['usd']).toMatchObject({ lent: 0 })
      const { spendable = 0, reserved = 0 } = cheated.$balance.get()['usd'] ?? {}
      expect(spendable + reserved).toBe(100)
      const kept = await db.transact(['quarantine'], 'read', (tx) => tx.list('quarantine'))
      expect(kept).toHaveLength(1)

      expect(await honest.recover()).toEqual({ finished: 1, undone: 0, open: 0 })
      expect(honest.$balance.get()['usd']).toEqual({ spendable: 100, reserved: 0, lent: 0 })
      expect((await street.truth()).outstanding).toBe(before.outstanding)
    },
  )

  test('does not believe a refusal of what the mint has signed', async () => {
    const wallet = street.wallet({
      seed: async () => new Uint8Array(64).fill(7),
      fetch: street.fetch(({ url, method }) =>
        method === 'POST' && /\/v1\/(swap|mint\/test)$/.test(url)
          ? () => new Response('{"code":11001,"detail":"spent"}', { status: 400 })
          : 'pass',
      ),
    })
    expect(await wallet.topUp({ amount: 100, unit: 'usd', method: 'test' })).toMatchObject({ status: 'topped-up' })
    expect(await wallet.makeChange({ amount: 37 })).toBe(true)
    expect(wallet.$balance.get()['usd']).toEqual({ spendable: 100, reserved: 0, lent: 0 })
  })

  test('refuses a keyset whose id does not follow from its keys', async () => {
    const swapped = street.fetch(({ url }) =>
      /\/v1\/keys\/01/.test(url)
        ? async (response) => {
            const { keysets } = (await response.json()) as { keysets: { keys: Record<string, string> }[] }
            const keys = keysets[0]!.keys
            return new Response(JSON.stringify({ keysets: [{ ...keysets[0], keys: { ...keys, 1: keys[2] } }] }))
          }
        : 'pass',
    )
    const wallet = street.wallet({ fetch: swapped })
    await expect(wallet.topUp({ amount: 5, unit: 'usd', method: 'test' })).rejects.toMatchObject({
      code: 'keyset-mismatch',
    })
    expect(wallet.$payments.get()).toEqual([])
  })
})
