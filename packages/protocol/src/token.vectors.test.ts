import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from './encoding.ts'
import { decodeToken, decodeTokenBinary, encodeToken, encodeTokenBinary, type Token } from './token.ts'

type WireToken = { t: { i: string; p: { a: number; s: string; c: string }[] }[]; d?: string; m: string; u: string }

const nut00 = JSON.parse(readFileSync(new URL('../vectors/nut-00.json', import.meta.url), 'utf8'))
const readable = ({ t, d, m, u }: WireToken): Token => ({
  mint: m,
  unit: u,
  ...(d !== undefined && { memo: d }),
  proofs: t.flatMap(({ i, p }) => p.map(({ a, s, c }) => ({ id: i, amount: a, secret: s, C: c }))),
})

describe('NUT-00 tokens', () => {
  test('carries every vector', () => {
    const { tokenV3Rejected, tokenV3Accepted, tokenV4 } = nut00
    expect([tokenV3Rejected.length, tokenV3Accepted.length, tokenV4.length]).toEqual([2, 3, 2])
  })

  test.each<{ token: WireToken; text: string }>(nut00.tokenV4)('reads and writes version 4', ({ token, text }) => {
    expect(decodeToken(text)).toEqual(readable(token))
    expect(encodeToken(readable(token))).toBe(text.replace(/=+$/, ''))
  })

  test('reads and writes the binary form', () => {
    const { token, hex } = nut00.tokenV4Binary
    expect(decodeTokenBinary(hexToBytes(hex))).toEqual(readable(token))
    expect(bytesToHex(encodeTokenBinary(readable(token)))).toBe(hex)
  })

  test('reads version 3', () => {
    const { token, text } = nut00.tokenV3
    const [{ mint, proofs }] = token.token
    expect(decodeToken(text)).toEqual({ mint, unit: token.unit, memo: token.memo, proofs })
  })

  test.each<string>(nut00.tokenV3Accepted)('accepts version 3 with and without padding', (text) => {
    expect(decodeToken(text).proofs.map(({ amount }) => amount)).toEqual([2, 8])
  })

  test.each<string>(nut00.tokenV3Rejected)('refuses version 3 with another prefix, or none', (text) => {
    expect(() => decodeToken(text)).toThrow('bad-token')
  })
})
