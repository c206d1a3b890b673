// Tokens, requests, keyset ids and locks against @cashu/cashu-ts, both ways.

import * as cashu from '@cashu/cashu-ts'
import { describe, expect, test } from 'vitest'
import { publicKey } from './crypto/index.ts'
import { bytesToHex, hexToBytes } from './encoding.ts'
import { keysetId, shortKeysetId } from './keyset.ts'
import { decodeAnyPaymentRequest, encodePaymentRequestBech32 } from './payment-request-bech32.ts'
import { decodePaymentRequest, encodePaymentRequest, type PaymentRequest } from './payment-request.ts'
import { decodeToken, decodeTokenBinary, encodeToken, encodeTokenBinary, type Token } from './token.ts'

const ids = [`01${'ab'.repeat(32)}`, `01${'cd'.repeat(32)}`] as const
const C = bytesToHex(publicKey(hexToBytes('11'.repeat(32))))
const dleq = { e: '22'.repeat(32), s: '33'.repeat(32), r: '44'.repeat(32) }
const token: Token = {
  mint: 'https://mint.example',
  unit: 'usd',
  memo: 'Für dich ☕',
  proofs: [
    { id: ids[0], amount: 1, secret: 'aa'.repeat(32), C },
    { id: ids[0], amount: 4, secret: 'bb'.repeat(32), C, dleq },
    {
      id: ids[1],
      amount: 32_768,
      secret: '["P2PK",{"nonce":"n","data":"d"}]',
      C,
      witness: '{"signatures":[]}',
      p2pk_e: C,
    },
  ],
}

/** A token as cashu-ts has it: amounts are objects there, and so are witnesses (it encodes a text once more). */
const theirs = (ours: Token): cashu.Token => ({
  ...ours,
  proofs: ours.proofs.map(({ witness, ...proof }) => ({
    ...proof,
    amount: cashu.Amount.from(proof.amount),
    ...(witness !== undefined && { witness: JSON.parse(witness) as cashu.P2PKWitness }),
  })),
})
const plain = (foreign: cashu.Token): Token => {
  const { mint, unit, memo, proofs } = foreign
  const coins = proofs.map((proof) => ({ ...proof, amount: proof.amount.toNumber() }))
  return JSON.parse(JSON.stringify({ mint, unit, memo, proofs: coins }))
}

describe('cashu-ts', () => {
  test('reads our tokens, with full and with short keyset ids', () => {
    const short = { ...token, proofs: token.proofs.map((proof) => ({ ...proof, id: shortKeysetId(proof.id) })) }
    expect(plain(cashu.getDecodedToken(encodeToken(token), [...ids]))).toEqual(token)
    expect(plain(cashu.getDecodedToken(encodeToken(short), [...ids]))).toEqual(token)
    expect(plain(cashu.getDecodedTokenBinary(encodeTokenBinary({ ...token })))).toEqual(token)
  })

  test('writes tokens that we read', () => {
    expect(decodeToken(cashu.getEncodedToken(theirs(token)), { keysetIds: ids })).toEqual(token)
    expect(decodeTokenBinary(cashu.getEncodedTokenBinary(theirs(token)), { keysetIds: ids })).toEqual(token)
  })

  test('writes short keyset ids, which stay short when nothing is known', () => {
    const read = decodeToken(cashu.getEncodedToken(theirs(token)))
    expect(read.proofs.map(({ id }) => id)).toEqual(token.proofs.map(({ id }) => shortKeysetId(id)))
  })

  test('computes the same keyset id', async () => {
    const keys = { 1: C, 2: C, 16: C, 4: C }
    const options = { unit: 'usd', input_fee_ppk: 100, expiry: 1_800_000_000, versionByte: 1 }
    expect(cashu.deriveKeysetId(keys, options)).toBe(await keysetId(keys, 'usd', 100, 1_800_000_000))
    expect(cashu.deriveKeysetId(keys, { unit: 'usd', versionByte: 1 })).toBe(await keysetId(keys, 'usd'))
  })

  const request: PaymentRequest = {
    id: 'b7a90176',
    amount: 5,
    unit: 'usd',
    singleUse: true,
    mints: ['https://mint.example'],
    description: 'An article',
    transports: [{ type: 'post', target: 'https://till.example/pay', tags: [['a', 'b']] }],
    lock: { kind: 'P2PK', data: C, tags: [['sigflag', 'SIG_ALL']] },
  }

  test.each([
    ['creqA', encodePaymentRequest],
    ['creqB', encodePaymentRequestBech32],
  ])('reads our payment requests and writes ones that we read: %s', (name, encode) => {
    const read = cashu.decodePaymentRequest(encode(request))
    expect([read.amount?.toNumber(), read.unit, read.mints, read.description]).toEqual([
      5,
      'usd',
      request.mints,
      'An article',
    ])
    const text = name === 'creqA' ? read.toEncodedCreqA() : read.toEncodedCreqB()
    expect(decodeAnyPaymentRequest(text)).toEqual(request)
  })

  test('reads the request of a challenge: amount, unit, mints and nothing else', () => {
    const bare = { amount: 5, unit: 'usd', mints: ['http://mint.localhost:4043'] }
    const read = cashu.decodePaymentRequest(encodePaymentRequest(bare))
    expect([read.transport ?? [], read.nut10, read.singleUse]).toEqual([[], undefined, false])
    expect(decodePaymentRequest(read.toEncodedCreqA())).toMatchObject(bare)
  })
})
