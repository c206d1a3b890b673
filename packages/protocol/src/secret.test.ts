import { describe, expect, test } from 'vitest'
import { lockSecret, parseSecret, parseWitness, serializeSecret, spendingCondition } from './secret.ts'

const [keyA, keyB, keyC] = ['aa', 'bb', 'cc'].map((byte) => `02${byte.repeat(32)}`) as [string, string, string]
const nonce = 'ab'.repeat(32)
const condition = (tags: string[][], kind = 'P2PK', data = keyA) => spendingCondition({ kind, nonce, data, tags })

describe('parseSecret', () => {
  test.each([
    'ab'.repeat(32),
    '',
    '[]',
    '["P2PK"]',
    '["P2PK","x"]',
    '[1,{}]',
    '{"P2PK":1}',
    '[not json',
    '["a","b","c"]',
  ])('takes %s for an ordinary secret', (secret) => {
    expect(parseSecret(secret)).toBeUndefined()
  })

  test.each([
    '["P2PK",null]',
    '["P2PK",{}]',
    '["P2PK",{"nonce":"a"}]',
    '["P2PK",{"nonce":"a","data":1}]',
    '["P2PK",{"nonce":"a","data":"b","tags":[[]]}]',
    '["P2PK",{"nonce":"a","data":"b","tags":[["locktime",1]]}]',
    '["P2PK",{"nonce":"a","data":"b","tags":[["locktime",""]]}]',
    ' ["P2PK",{"nonce":"a"}]',
  ])('refuses %s, so that nobody spends it', (secret) => {
    expect(() => parseSecret(secret)).toThrow('bad-secret')
  })

  test('reads what serializeSecret writes', () => {
    const secret = lockSecret({
      nonce,
      keys: [keyA, keyB],
      sigflag: 'SIG_ALL',
      signaturesNeeded: 2,
      locktime: 1_800_000_000,
      refundKeys: [keyC],
      refundSignaturesNeeded: 1,
    })
    expect(parseSecret(serializeSecret(secret))).toEqual(secret)
    expect(spendingCondition(secret)).toEqual({
      kind: 'P2PK',
      sigflag: 'SIG_ALL',
      keys: [keyA, keyB],
      signaturesNeeded: 2,
      locktime: 1_800_000_000,
      refundKeys: [keyC],
      refundSignaturesNeeded: 1,
    })
  })

  test('leaves out tags that say nothing', () => {
    expect(lockSecret({ nonce, keys: [keyA] }).tags).toEqual([])
  })

  test('refuses to write a secret over the limit', () => {
    expect(() => serializeSecret({ kind: 'P2PK', nonce, data: 'x'.repeat(1_024), tags: [] })).toThrow('bad-secret')
  })
})

describe('spendingCondition', () => {
  test('knows nothing of other kinds', () => {
    expect(condition([], 'OTHER')).toBeUndefined()
  })

  test('asks for one signature on each input when it does not say', () => {
    expect(condition([])).toMatchObject({ sigflag: 'SIG_INPUTS', signaturesNeeded: 1, refundSignaturesNeeded: 0 })
  })

  test('asks for the preimage alone in an HTLC without keys', () => {
    const htlc = condition([], 'HTLC', 'ab'.repeat(32))
    expect(htlc).toMatchObject({ hash: 'ab'.repeat(32), keys: [], signaturesNeeded: 0 })
  })

  test('reads keys in either case', () => {
    expect(condition([], 'P2PK', keyA.toUpperCase())?.keys).toEqual([keyA])
  })

  test('takes a locktime that is no time for none', () => {
    for (const time of ['x', '-1', '1.5', '0x10', ' 1', '1e3'])
      expect(condition([['locktime', time]])).not.toHaveProperty('locktime')
  })

  test('lets a key stand in both ways', () => {
    expect(condition([['refund', `03${keyA.slice(2)}`]])?.refundKeys).toEqual([`03${keyA.slice(2)}`])
  })

  test.each<[string, string[][]]>([
    [
      'a tag twice',
      [
        ['locktime', '1'],
        ['locktime', '1'],
      ],
    ],
    ['an unknown signature flag', [['sigflag', 'SIG_NONE']]],
    ['no needed signatures', [['n_sigs', '0']]],
    ['more needed signatures than keys', [['n_sigs', '2']]],
    ['needed signatures that are no number', [['n_sigs', 'all']]],
    ['needed signatures without a value', [['n_sigs']]],
    ['refund signatures without keys', [['n_sigs_refund', '1']]],
    ['a key twice', [['pubkeys', keyA]]],
    ['a key twice, parity apart', [['pubkeys', `03${keyA.slice(2)}`]]],
    ['what is no key', [['pubkeys', 'x']]],
    ['twelve keys', [['pubkeys', ...Array.from({ length: 11 }, (_, i) => `02${(16 + i).toString(16).repeat(32)}`)]]],
  ])('refuses %s', (_, tags) => {
    expect(() => condition(tags)).toThrow('bad-secret')
  })

  test('refuses data that is no key, or no hash', () => {
    expect(() => condition([], 'P2PK', 'x')).toThrow('bad-secret')
    expect(() => condition([], 'HTLC', keyA)).toThrow('bad-secret')
  })
})

describe('parseWitness', () => {
  test('reads signatures and a preimage', () => {
    const signatures = ['ab'.repeat(64)]
    expect(parseWitness(JSON.stringify({ signatures }))).toEqual({ signatures })
    expect(parseWitness(JSON.stringify({ preimage: 'ab'.repeat(32) }))).toEqual({
      signatures: [],
      preimage: 'ab'.repeat(32),
    })
  })

  test.each([
    '',
    '[]',
    'null',
    '{"signatures":["x"]}',
    `{"signatures":${JSON.stringify(Array(12).fill('ab'.repeat(64)))}}`,
  ])('refuses %s', (witness) => {
    expect(() => parseWitness(witness)).toThrow('bad-witness')
  })
})
