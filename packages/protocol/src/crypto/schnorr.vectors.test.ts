import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../encoding.ts'
import { schnorrSign, schnorrVerify } from './schnorr.ts'

type Vector = {
  index: number
  secretKey: string
  publicKey: string
  aux: string
  message: string
  signature: string
  valid: boolean
}
const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/bip-340.json', import.meta.url), 'utf8')) as {
  vectors: Vector[]
}

describe('BIP340', () => {
  test('carries every vector', () => {
    expect([vectors.length, vectors.filter(({ secretKey }) => secretKey).length]).toEqual([19, 8])
  })

  test.each(vectors.filter(({ secretKey }) => secretKey))('signs vector $index', (vector) => {
    const signature = schnorrSign(hexToBytes(vector.message), hexToBytes(vector.secretKey), hexToBytes(vector.aux))
    expect(bytesToHex(signature)).toBe(vector.signature)
  })

  test.each(vectors)('verifies vector $index: $valid', (vector) => {
    const [signature, message, key] = [vector.signature, vector.message, vector.publicKey].map(hexToBytes)
    expect(schnorrVerify(signature!, message!, key!)).toBe(vector.valid)
  })
})
