// The key that signs checkpoints of the journal, derived from the master secret; mint.ts signs with it, the audit checks.

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { deriveSecret } from './keys.ts'

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410 section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Signs and checks checkpoints. */
export interface CheckpointKey {
  sign(text: string): Uint8Array
  verify(text: string, signature: Uint8Array): boolean
}

/** Derives the checkpoint key. */
export function checkpointKey(master: Uint8Array): CheckpointKey {
  const secret = deriveSecret(master, 'checkpoint/0')
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, secret]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(privateKey)
  return {
    sign: (text) => Uint8Array.from(sign(null, Buffer.from(text), privateKey)),
    verify: (text, signature) => verify(null, Buffer.from(text), publicKey, signature),
  }
}
