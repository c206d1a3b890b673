import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bytesToHex, concatBytes, hexToBytes, sha256Hex, utf8 } from '../encoding.ts'
import { quoteMessage, quoteMessageLegacy } from '../quote.ts'
import { signQuote, signQuoteLegacy, verifyQuote } from './quote-signature.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'))
const nut20 = read('nut-20.json')
const nut29 = read('nut-29.json')

describe('NUT-20', () => {
  test('builds the first message', () => {
    expect([...quoteMessageLegacy(nut20.valid)]).toEqual(nut20.message)
  })

  test('verifies the first message', () => {
    expect(verifyQuote(nut20.valid, nut20.valid.signature, nut20.pubkey)).toBe(true)
    expect(verifyQuote(nut20.invalid, nut20.invalid.signature, nut20.pubkey)).toBe(false)
  })

  test('builds, signs and verifies the amended message', async () => {
    const { amended } = nut20
    expect(bytesToHex(quoteMessage(amended))).toBe(amended.message)
    expect(await sha256Hex(quoteMessage(amended))).toBe(amended.sha256)
    expect(signQuote(amended, hexToBytes(amended.privateKey))).toBe(amended.signature)
    expect(verifyQuote(amended, amended.signature, amended.pubkey)).toBe(true)
  })

  test('binds the amounts in the amended message', () => {
    const outputs = nut20.amended.outputs.map((output: object) => ({ ...output, amount: 2 }))
    expect(verifyQuote({ ...nut20.amended, outputs }, nut20.amended.signature, nut20.amended.pubkey)).toBe(false)
  })

  test('writes amounts in as few bytes as they need', () => {
    const lengths = [0, 1, 255, 256, 65_536].map((amount) => quoteMessage({ quote: '', outputs: [{ amount, B_: '' }] }))
    const base = utf8('Cashu_MintQuoteSig_v1').length + 12
    expect(lengths.map(({ length }) => length - base)).toEqual([0, 1, 1, 2, 3])
  })
})

describe('NUT-29', () => {
  test('signs a quote of a batch, first message', async () => {
    const { signed } = nut29
    // Its aux bytes were random, so it is verified, not made again.
    expect(verifyQuote(signed, signQuoteLegacy(signed, hexToBytes(signed.privateKey)), signed.pubkey)).toBe(true)
    expect(verifyQuote(signed, signed.signature, signed.pubkey)).toBe(true)
    expect(verifyQuote({ ...signed, outputs: signed.outputs.toReversed() }, signed.signature, signed.pubkey)).toBe(
      false,
    )
    // The figures as they stand do not agree: the quote was renamed without signing anew, and the hash that is given is
    // of points as bytes, which nobody signs.
    expect(verifyQuote({ ...signed, quote: signed.quoteRenamed }, signed.signature, signed.pubkey)).toBe(false)
    const points = signed.outputs.map(({ B_ }: { B_: string }) => hexToBytes(B_))
    expect(await sha256Hex(concatBytes(utf8(signed.quote), ...points))).toBe(signed.sha256OfRawPoints)
  })

  test('signs a quote of a batch, amended message', async () => {
    const claim = { quote: nut29.amended.quote, outputs: nut29.signed.outputs }
    expect(await sha256Hex(quoteMessage(claim))).toBe(nut29.amended.sha256)
    expect(signQuote(claim, hexToBytes(nut29.signed.privateKey))).toBe(nut29.amended.signature)
  })
})
