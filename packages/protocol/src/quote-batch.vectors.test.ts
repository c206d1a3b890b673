import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { mintBatchSchema, quoteBatchCheckSchema } from './quote-batch.ts'

type Output = { amount: number; id: string; B_: string }
type Request = { quotes: string[]; outputs: Output[]; signatures?: string[] }
type Vector = { name: string; request: Request }

const nut29 = JSON.parse(readFileSync(new URL('../vectors/nut-29.json', import.meta.url), 'utf8')) as {
  accepted: Vector[]
  rejected: Vector[]
  check: unknown
  signed: { outputs: Output[] }
}

/** The vectors hold `<blinded_message>` and the like where a figure belongs; the last one has real ones. */
const [{ id, B_ }] = nut29.signed.outputs as [Output, Output]
const filled = ({ outputs, signatures, ...request }: Request) => ({
  ...request,
  outputs: outputs.map(({ amount }) => ({ amount, id, B_ })),
  ...(signatures && { signatures: signatures.map((text) => (text.startsWith('<') ? 'ab'.repeat(64) : text)) }),
})

describe('NUT-29', () => {
  test.each(nut29.accepted)('accepts the shape of: $name', ({ request }) => {
    expect(v.parse(mintBatchSchema, filled(request))).toEqual(filled(request))
  })

  test.each(nut29.rejected)('refuses: $name', ({ request }) => {
    expect(v.is(mintBatchSchema, filled(request))).toBe(false)
  })

  test('reads a check of several quotes, and no quote twice', () => {
    expect(v.parse(quoteBatchCheckSchema, nut29.check)).toEqual(nut29.check)
    expect(v.is(quoteBatchCheckSchema, { quotes: ['a', 'a'] })).toBe(false)
  })
})
