import { refundedSchema, signingKey } from '@tuppence/protocol'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountId,
  activeKeyset,
  coinsOf,
  depositCoins,
  draft,
  ledgerState,
  refundCoins,
  startTestMint,
  topUp,
  type TestMint,
} from './testing/mint.ts'

let mint: TestMint
beforeAll(async () => {
  mint = await startTestMint()
})
afterAll(() => mint.close())

let references = 0
/** Deposits these amounts; gives the deposit's reference. */
async function deposited(...amounts: number[]): Promise<string> {
  const reference = (references++).toString(16).padStart(64, '0')
  expect((await depositCoins(mint, await topUp(mint, amounts), { reference })).status).toBe(200)
  return reference
}
const codeOf = ({ status, text }: { status: number; text: string }) => [
  status,
  (JSON.parse(text) as { code: string }).code,
]

describe('refund', () => {
  test('turns what was deposited into coins of the reader', async () => {
    const reference = await deposited(1, 4)
    const before = await mint.served.ledger.balances(`publisher:${accountId}`)
    const made = draft(await activeKeyset(mint), [1, 4])
    const answer = await refundCoins(mint, made, reference)
    expect(answer.status).toBe(200)
    expect(v.parse(refundedSchema, JSON.parse(answer.text))).toMatchObject({ reference, account: accountId, amount: 5 })
    const after = await mint.served.ledger.balances(`publisher:${accountId}`)
    expect((after[0]?.balance ?? 0) - (before[0]?.balance ?? 0)).toBe(-5)
    const coins = coinsOf(made, answer.text)
    const next = draft(await activeKeyset(mint), [1, 4])
    expect((await mint.post('/v1/swap', { inputs: coins, outputs: next.outputs })).status).toBe(200)
  })

  test('answers the same refund with the same bytes, and another one of the deposit with 409', async () => {
    const reference = await deposited(4)
    const made = draft(await activeKeyset(mint), [2])
    const first = await refundCoins(mint, made, reference)
    const state = await ledgerState(mint)
    expect((await refundCoins(mint, made, reference)).text).toBe(first.text)
    const other = await refundCoins(mint, draft(await activeKeyset(mint), [2]), reference)
    expect(codeOf(other)).toEqual([409, 'refund-conflict'])
    expect(await ledgerState(mint)).toEqual(state)
  })

  test('lets one of many at once have it', async () => {
    const reference = await deposited(4)
    const keyset = await activeKeyset(mint)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refundCoins(mint, draft(keyset, [4]), reference)),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
  })

  test('refuses what is not the publisher’s to give, and changes nothing', async () => {
    const reference = await deposited(2)
    const keyset = await activeKeyset(mint)
    const state = await ledgerState(mint)
    const stranger = await signingKey(new Uint8Array(32).fill(9))
    expect(codeOf(await refundCoins(mint, draft(keyset, [2]), reference, { key: stranger }))).toEqual([
      401,
      'signature-key-unknown',
    ])
    expect(codeOf(await refundCoins(mint, draft(keyset, [4]), reference))).toEqual([400, 'refund-too-large'])
    expect(codeOf(await refundCoins(mint, draft(keyset, [2]), 'ff'.repeat(32)))).toEqual([404, 'deposit-unknown'])
    expect(codeOf(await refundCoins(mint, draft(keyset, [1]), reference, { fields: { amount: 2 } }))).toEqual([
      400,
      'unbalanced',
    ])
    expect(codeOf(await refundCoins(mint, draft(keyset, [2]), reference, { fields: { unit: 'eur' } }))).toEqual([
      400,
      'units-differ',
    ])
    expect(await ledgerState(mint)).toEqual(state)
  })

  test('signs no output twice, and none of a keyset that has retired', async () => {
    const reference = await deposited(2)
    const old = await activeKeyset(mint)
    const used = draft(old, [2])
    await refundCoins(mint, used, await deposited(2))
    expect(codeOf(await refundCoins(mint, used, reference))).toEqual([400, 'outputs-signed'])
    const late = draft(old, [2])
    await mint.served.keyring.rotate('usd')
    expect(codeOf(await refundCoins(mint, late, reference))).toEqual([400, 'keyset-inactive'])
    expect((await refundCoins(mint, draft(await activeKeyset(mint), [2]), reference)).status).toBe(200)
  })
})
