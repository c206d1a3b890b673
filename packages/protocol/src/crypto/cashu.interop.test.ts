// The curve code against @cashu/cashu-ts, both ways.

import * as cashu from '@cashu/cashu-ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes, utf8 } from '../encoding.ts'
import { lockSecret, serializeSecret } from '../secret.ts'
import { blind, hashToCurve, signBlinded, unblind } from './blind.ts'
import { publicKey } from './multiply.ts'
import { deriveCoin } from './derive.ts'
import { proveDleq, verifyCoinDleq, verifyDleq } from './dleq.ts'
import { signQuote, signQuoteLegacy, verifyQuote } from './quote-signature.ts'
import { schnorrSign, schnorrVerify } from './schnorr.ts'
import { signInputs, verifyWitnesses } from './witness.ts'

const seed = new Uint8Array(64).fill(7)
const keysetId = `01${'ab'.repeat(32)}`
const key = hexToBytes('3a'.repeat(32))
const K = publicKey(key)
const point = (bytes: Uint8Array) => cashu.pointFromHex(bytesToHex(bytes))
const number = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes)}`)
const amount = (worth: number) => cashu.Amount.from(worth)

describe('cashu-ts', () => {
  test.each([0, 1, 20, 2 ** 32])('derives coin %i as we do', (index) => {
    const coin = deriveCoin(seed, keysetId, index)
    const theirs = cashu.deriveSecretAndBlindingFactor(seed, keysetId, index)
    expect([coin.secret, bytesToHex(coin.factor)]).toEqual([
      bytesToHex(theirs.secret),
      bytesToHex(theirs.blindingFactor),
    ])
  })

  test('blinds, signs, unblinds, proves and verifies as we do', () => {
    fc.assert(
      fc.property(fc.nat(), (index) => {
        const { secret, factor } = deriveCoin(seed, keysetId, index)
        expect(bytesToHex(hashToCurve(secret))).toBe(cashu.hashToCurve(utf8(secret)).toHex(true))

        const B_ = blind(secret, factor)
        expect(bytesToHex(B_)).toBe(cashu.blindMessage(utf8(secret), number(factor)).B_.toHex(true))

        const C_ = signBlinded(B_, key)
        expect(bytesToHex(C_)).toBe(cashu.createBlindSignature(point(B_), key, keysetId).C_.toHex(true))

        const C = unblind(C_, factor, K)
        expect(bytesToHex(C)).toBe(cashu.unblindSignature(point(C_), number(factor), point(K)).toHex(true))

        const proof = proveDleq({ B_, C_, privateKey: key })
        const theirs = cashu.createDLEQProof(point(B_), key)
        expect(proof).toEqual({ e: bytesToHex(theirs.e), s: bytesToHex(theirs.s) })
        const dleq = { e: hexToBytes(proof.e), s: hexToBytes(proof.s) }
        expect(cashu.verifyDLEQProof(dleq, point(B_), point(C_), point(K))).toBe(true)
        expect(verifyDleq({ B_, C_, mintKey: K, ...proof })).toBe(true)
        const r = number(factor)
        expect(cashu.verifyDLEQProof_reblind(utf8(secret), { ...dleq, r }, point(C), point(K))).toBe(true)
        expect(verifyCoinDleq({ secret, C, mintKey: K, ...proof, r: bytesToHex(factor) })).toBe(true)
      }),
      { numRuns: 5 },
    )
  })

  test('signs quotes that we verify, and the other way round in the form that it has', () => {
    const outputs = [1, 4].map((worth, i) => ({ amount: worth, id: keysetId, B_: bytesToHex(blind(`${i}`, key)) }))
    const theirs = outputs.map((output) => ({ ...output, amount: amount(output.amount) }))
    const claim = { quote: 'quote-1', outputs }
    const pubkey = bytesToHex(K)
    expect(verifyQuote(claim, cashu.signMintQuote(bytesToHex(key), 'quote-1', theirs), pubkey)).toBe(true)
    const accepted = [signQuote(claim, key), signQuoteLegacy(claim, key)].map((signature) =>
      cashu.verifyMintQuoteSignature(pubkey, 'quote-1', theirs, signature),
    )
    expect(accepted).toContain(true)
    expect(verifyQuote({ ...claim, quote: 'quote-2' }, signQuote(claim, key), pubkey)).toBe(false)
  })

  test('signs locked coins that we verify, and accepts ours', () => {
    const secret = serializeSecret(lockSecret({ nonce: 'ab'.repeat(32), keys: [bytesToHex(K)] }))
    const input = { amount: 1, id: keysetId, secret, C: bytesToHex(K) }
    const theirs = { ...input, amount: amount(1) }
    const signed = cashu.signP2PKProof(theirs, bytesToHex(key))
    const witness = typeof signed.witness === 'string' ? signed.witness : JSON.stringify(signed.witness)
    expect(verifyWitnesses({ inputs: [{ ...input, witness }], outputs: [] }, 0)).toBe(true)
    const [ours] = signInputs({ inputs: [input], outputs: [] }, key)
    expect(cashu.isP2PKSpendAuthorised({ ...theirs, witness: ours!.witness! })).toBe(true)
    expect(cashu.isP2PKSpendAuthorised(theirs)).toBe(false)
  })
})

describe('BIP340', () => {
  test('signs so that it verifies, for any key and message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.bigInt({ min: 1n, max: 2n ** 250n }), (message, k) => {
        const privateKey = hexToBytes(k.toString(16).padStart(64, '0'))
        const signature = schnorrSign(message, privateKey)
        const own = publicKey(privateKey)
        expect(schnorrVerify(signature, message, own)).toBe(true)
        expect(schnorrVerify(signature, message, own.slice(1))).toBe(true)
        expect(schnorrVerify(signature.with(63, signature[63]! ^ 1), message, own)).toBe(false)
        expect(schnorrVerify(signature, Uint8Array.of(...message, 0), own)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })
})
