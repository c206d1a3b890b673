// What paying needs loads no curve.
import type { A0 } from '@tuppence/core'
export type B0 = A0
export const later = () => import('hono')
import 'node:crypto'
import '@nanostores/preact'
import '@noble/curves/secp256k1.js'
import '@noble/secp256k1'
import './crypto/curve.ts'
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
