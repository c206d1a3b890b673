import { describe, expect, test } from 'vitest'
import type { Proof } from '../coin.ts'
import { bytesToHex } from '../encoding.ts'
import { lockSecret, serializeSecret } from '../secret.ts'
import { publicKey } from './multiply.ts'
import { numberToBytes } from './scalar.ts'
import { signInputs, verifyWitnesses } from './witness.ts'

const id = `01${'ab'.repeat(32)}`
const privateKeys = [11n, 12n, 13n].map(numberToBytes) as [Uint8Array, Uint8Array, Uint8Array]
const [keyA, keyB, keyC] = privateKeys.map((key) => bytesToHex(publicKey(key))) as [string, string, string]
const outputs = [{ amount: 1, B_: keyA }]
const locktime = 1_000

type Lock = Omit<Parameters<typeof lockSecret>[0], 'nonce'>
let serial = 0
const locked = (lock: Lock): Proof => {
  const nonce = String(serial++).padStart(64, '0')
  return { amount: 1, id, secret: serializeSecret(lockSecret({ nonce, ...lock })), C: keyA }
}
const plain = (): Proof => ({ amount: 1, id, secret: String(serial++).padStart(64, '0'), C: keyA })

describe('verifyWitnesses', () => {
  test('asks nothing of ordinary coins, nor of kinds that it does not know', () => {
    const other = { ...plain(), secret: '["OTHER",{"nonce":"a","data":"b"}]' }
    expect(verifyWitnesses({ inputs: [plain(), other], outputs }, 0)).toBe(true)
  })

  test('asks each locked input for its own signature', () => {
    const inputs = [locked({ keys: [keyA] }), plain(), locked({ keys: [keyB] })]
    const byA = signInputs({ inputs, outputs }, privateKeys[0])
    expect(verifyWitnesses({ inputs: byA, outputs }, 0)).toBe(false)
    const byBoth = signInputs({ inputs: byA, outputs }, privateKeys[1])
    expect(verifyWitnesses({ inputs: byBoth, outputs }, 0)).toBe(true)
    expect(byBoth.map(({ witness }) => witness !== undefined)).toEqual([true, false, true])
  })

  test('counts keys, not signatures', () => {
    const inputs = [locked({ keys: [keyA, keyB], signaturesNeeded: 2 })]
    const twiceA = signInputs({ inputs: signInputs({ inputs, outputs }, privateKeys[0]), outputs }, privateKeys[0])
    expect(JSON.parse(twiceA[0]!.witness!).signatures).toHaveLength(2)
    expect(verifyWitnesses({ inputs: twiceA, outputs }, 0)).toBe(false)
    expect(verifyWitnesses({ inputs: signInputs({ inputs: twiceA, outputs }, privateKeys[1]), outputs }, 0)).toBe(true)
  })

  test('covers inputs, outputs and quote with SIG_ALL, by the first witness alone', () => {
    const lock: Lock = { keys: [keyA], sigflag: 'SIG_ALL' }
    const transaction = { inputs: [locked(lock), locked(lock)], outputs, quote: 'melt-1' }
    const inputs = signInputs(transaction, privateKeys[0])
    expect(inputs[1]!.witness).toBeUndefined()
    expect(verifyWitnesses({ ...transaction, inputs }, 0)).toBe(true)
    expect(verifyWitnesses({ ...transaction, inputs, quote: 'melt-2' }, 0)).toBe(false)
    expect(verifyWitnesses({ ...transaction, inputs, outputs: [{ amount: 2, B_: keyA }] }, 0)).toBe(false)
    expect(verifyWitnesses({ ...transaction, inputs: inputs.toReversed() }, 0)).toBe(false)
    expect(verifyWitnesses({ ...transaction, inputs: inputs.slice(0, 1) }, 0)).toBe(false)
  })

  test('mixes SIG_ALL with nothing else', () => {
    const all = locked({ keys: [keyA], sigflag: 'SIG_ALL' })
    for (const other of [plain(), locked({ keys: [keyA] }), locked({ keys: [keyB], sigflag: 'SIG_ALL' })]) {
      for (const inputs of [
        [all, other],
        [other, all],
      ]) {
        expect(verifyWitnesses({ inputs: signInputs({ inputs, outputs }, privateKeys[0]), outputs }, 0)).toBe(false)
      }
    }
  })

  test('opens for the refund key once the locktime has passed, and for the others still', () => {
    const inputs = [locked({ keys: [keyA], locktime, refundKeys: [keyC] })]
    const refund = signInputs({ inputs, outputs }, privateKeys[2])
    const receiver = signInputs({ inputs, outputs }, privateKeys[0])
    expect([999, 1_000, 1_001].map((now) => verifyWitnesses({ inputs: refund, outputs }, now))).toEqual([
      false,
      false,
      true,
    ])
    expect([999, 1_001].map((now) => verifyWitnesses({ inputs: receiver, outputs }, now))).toEqual([true, true])
    expect(verifyWitnesses({ inputs, outputs }, 1_001)).toBe(false)
  })

  test('opens for anyone once the locktime has passed and there is no refund key', () => {
    const inputs = [locked({ keys: [keyA], locktime })]
    expect([1_000, 1_001].map((now) => verifyWitnesses({ inputs, outputs }, now))).toEqual([false, true])
  })

  test.each(['', '{}', '{"signatures":[]}', '{"signatures":"x"}', `{"signatures":["${'00'.repeat(64)}"]}`, '[1]'])(
    'is not opened by the witness %s',
    (witness) => {
      expect(verifyWitnesses({ inputs: [{ ...locked({ keys: [keyA] }), witness }], outputs }, 0)).toBe(false)
    },
  )

  test('never opens a lock that is malformed', () => {
    const secret = `["P2PK",{"nonce":"a","data":"${keyA}","tags":[["n_sigs","3"]]}]`
    expect(verifyWitnesses({ inputs: [{ ...plain(), secret }], outputs }, 0)).toBe(false)
  })
})
