import { signingKey, signReceipt, verifyReceipt, type ReceiptBody } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { ed25519Verifier } from './ed25519.ts'
import { deriveSecret } from './keys.ts'
import { receiptSigner } from './receipts.ts'

const master = new Uint8Array(32).fill(1)
const body: ReceiptBody = {
  v: 1,
  mint: 'https://mint.example',
  account: 'daily-news',
  offer: 'ab'.repeat(32),
  amount: 5,
  unit: 'usd',
  timeMs: 1_795_341_600_000,
  reference: 'cd'.repeat(32),
}

test('signs the bytes that protocol signs, and protocol verifies them', async () => {
  const signer = await receiptSigner(master)
  const { privateKey, keyId } = await signingKey(deriveSecret(master, 'receipt/0'))
  const receipt = signer.sign(body)
  expect(receipt).toEqual(await signReceipt(body, privateKey, keyId))
  expect(await verifyReceipt(receipt, [...signer.publicKeys] as JsonWebKey[])).toBe(true)
  expect(await verifyReceipt({ ...receipt, amount: 6 }, [...signer.publicKeys] as JsonWebKey[])).toBe(false)
})

test('verifies by a key that it reads once, and refuses a signature by another', async () => {
  const verify = ed25519Verifier()
  const message = new TextEncoder().encode('message')
  const keys = await Promise.all([1, 2].map((byte) => signingKey(new Uint8Array(32).fill(byte))))
  const signatures = await Promise.all(
    keys.map(async ({ privateKey }) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, message))),
  )
  for (const [k, { x }] of keys.entries()) {
    for (const [s, signature] of signatures.entries()) expect(verify(x, signature, message)).toBe(k === s)
  }
})
