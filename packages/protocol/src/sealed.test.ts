import { createDecipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hexToBytes, utf8 } from './encoding.ts'
import {
  formatSealedKeys,
  formatSealedLabel,
  openArticle,
  parseSealedKeys,
  parseSealedLabel,
  sealArticle,
  type SealedLabel,
} from './sealed.ts'

const offer = 'https://till.example/p/plot-27/leaf-mould'
const html = '<p>Leaf mould is what is left of leaves. 🍂</p>'
const key = hexToBytes('00112233445566778899aabbccddeeff'.repeat(2))
const other = hexToBytes('ff'.repeat(32))
const label: SealedLabel = { version: 3, keyId: 'k1', nonce: hexToBytes('0102030405060708090a0b0c') }
const sealed = async () => ({
  label: formatSealedLabel(label),
  text: await sealArticle(html, key, label, offer),
  offer,
})

describe('sealed articles', () => {
  test('open with their key', async () => {
    expect(await openArticle(await sealed(), { k0: other, k1: key })).toEqual({ status: 'open', html })
  })

  test('are AES-256-GCM with offer and version bound in, to who never heard of us', async () => {
    const bytes = Buffer.from((await sealed()).text, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, label.nonce)
    decipher.setAAD(utf8(`tuppence-sealed-1\n${offer}\n3`))
    decipher.setAuthTag(bytes.subarray(-16))
    const opened = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
    expect(opened.toString()).toBe(html)
    // Of this file's key, nonce and text, for readers in other languages.
    expect((await sealed()).text).toBe(vector)
  })

  test('stay shut for any other key, offer, version, nonce or text', async () => {
    const right = await sealed()
    const wrong = [
      [right, { k1: other }],
      [right, { k1: key.subarray(0, 16) }],
      [{ ...right, offer: `${offer}-2` }, { k1: key }],
      [{ ...right, label: formatSealedLabel({ ...label, version: 4 }) }, { k1: key }],
      [{ ...right, label: formatSealedLabel({ ...label, nonce: hexToBytes('00'.repeat(12)) }) }, { k1: key }],
      [{ ...right, text: `${right.text.slice(0, -4)}AAA=` }, { k1: key }],
      [{ ...right, text: 'not base64' }, { k1: key }],
      [{ ...right, text: '' }, { k1: key }],
      [{ ...right, label: '2.3.k1.AQIDBAUGBwgJCgsM' }, { k1: key }],
    ] as const
    for (const [sealing, keys] of wrong) expect(await openArticle(sealing, keys)).toEqual({ status: 'refused' })
  })

  test('say when there is no key by their name', async () => {
    expect(await openArticle(await sealed(), { k2: key })).toEqual({ status: 'no-key' })
    expect(await openArticle(await sealed(), parseSealedKeys('{"v":1,"keys":{"__proto__":"AA"}}'))).toEqual({
      status: 'no-key',
    })
  })

  test('keys and labels come back as they were', () => {
    const keys = { k1: key, k0: other }
    expect(parseSealedKeys(formatSealedKeys(offer, keys))).toEqual(keys)
    expect(parseSealedLabel(formatSealedLabel(label))).toEqual(label)
    for (const body of ['', 'null', '[]', '{"v":2,"keys":{"k1":"AA"}}', '{"v":1,"keys":{"k1":"!"}}'])
      expect(parseSealedKeys(body)).toEqual({})
    for (const text of ['', '1.0.k.AQIDBAUGBwgJCgsM', '1.1..AQIDBAUGBwgJCgsM', '1.1.k.AQID', '1.-1.k.AQIDBAUGBwgJCgsM'])
      expect(parseSealedLabel(text)).toBeUndefined()
  })
})

const vector = 'RgI77I12w2GHl86tCM92YVPpy5ZD0Y8wDP6RyTgXSi5lsibdtxrPvSFHrxmiIAdKSJ05s9CcBOMkKkdKVSnr78o='
