import { readFileSync } from 'node:fs'
import { mnemonicToSeedSync } from '@scure/bip39'
import { describe, expect, test } from 'vitest'
import { bytesToHex } from '../encoding.ts'
import { deriveCoin, deriveKey } from './derive.ts'

const { version1, version2 } = JSON.parse(readFileSync(new URL('../../vectors/nut-13.json', import.meta.url), 'utf8'))

describe('NUT-13', () => {
  const seed = mnemonicToSeedSync(version2.mnemonic)

  test.each([0, 1, 2, 3, 4])('derives coin %i of a version 2 keyset', (index) => {
    const { secret, factor } = deriveCoin(seed, version2.keysetId, index)
    expect([secret, bytesToHex(factor)]).toEqual([version2.secrets[index], version2.factors[index]])
  })

  // Version 1 derives by BIP32; coins are only issued from version 2 keysets here, so it is refused, not guessed.
  test('refuses a version 1 keyset', () => {
    expect(() => deriveCoin(seed, version1.keysetId, 0)).toThrow('keyset-version-unsupported')
  })

  test('derives other keys apart from coins and from each other', () => {
    const keys = ['quote/1', 'quote/2'].map((purpose) => bytesToHex(deriveKey(seed, purpose)))
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect(keys[0]).not.toBe(keys[1])
  })
})
