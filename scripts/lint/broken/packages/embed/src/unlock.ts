// No coin, no key and no Preact in the publisher's page.
import type { A0 } from '@tuppence/core'
export type B0 = A0
import '@tuppence/widget'
import '@tuppence/mint'
import '@tuppence/protocol/crypto'
export const later = () => import('@tuppence/core/idb')
import 'preact'
import 'node:fs'
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
