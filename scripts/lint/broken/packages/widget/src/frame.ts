// widget and embed share only the bridge.
import '@tuppence/embed'
import '@tuppence/mint'
import '@tuppence/till'
import 'node:fs'
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
