import { decodeToken, encodeToken } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { cameraText } from './camera-text.ts'

test('says the same coins in fewer characters', () => {
  const hex = (byte: string) => byte.repeat(32)
  const dleq = { e: hex('01'), s: hex('02'), r: hex('03') }
  const bare = { amount: 64, id: `01${'ab'.repeat(32)}`, secret: hex('cd'), C: `02${hex('ef')}` }
  const token = { mint: 'https://mint.example', unit: 'usd', memo: 'for you', proofs: [{ ...bare, dleq }] }
  const text = encodeToken(token)
  expect(cameraText(text).length).toBeLessThan(text.length - 100)
  expect(decodeToken(cameraText(text))).toEqual({ ...token, proofs: [bare] })
})
